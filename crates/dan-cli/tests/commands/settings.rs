//! Settings, tokens, certificates, and what the doctor says of them.

use serde_json::Value;

use crate::support::{RunningSandbox, bare_dan};

#[test]
fn a_token_shows_its_claims() {
    let sandbox = RunningSandbox::start();
    let claims: Value = serde_json::from_str(&sandbox.succeed(&["token", "--claims"])).unwrap();
    let organisation = sandbox.ready["organisation"].as_str().unwrap();
    assert_eq!(claims["consumer"]["ID"], format!("0192:{organisation}"));
    assert_eq!(claims["iss"], sandbox.ready["maskinporten"]["issuer"]);
    assert_eq!(sandbox.succeed(&["token"]).trim().split('.').count(), 3);
}

#[test]
fn the_doctor_finds_nothing_wrong_with_a_sandbox() {
    let sandbox = RunningSandbox::start();
    let findings = sandbox.json(&["doctor"]);
    for finding in findings.as_array().unwrap() {
        assert_eq!(finding["verdict"], "ok", "{finding}");
    }
    let checks: Vec<&str> =
        findings.as_array().unwrap().iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    for check in
        ["configuration", "key", "clock", "token", "scopes", "requestor", "service", "subscription key"]
    {
        assert!(checks.contains(&check), "{check}");
    }
}

#[test]
fn the_doctor_tries_the_default_key_beside_those_of_contexts() {
    let sandbox = RunningSandbox::start();
    let output =
        sandbox.dan(&["doctor", "--output", "json"], &[("DAN_SUBSCRIPTION_KEY", "0123456789abcdef")]);
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong: Vec<&Value> =
        findings.as_array().unwrap().iter().filter(|finding| finding["verdict"] != "ok").collect();
    assert_eq!(wrong.len(), 1, "{findings}");
    assert_eq!(wrong[0]["check"], "subscription key");
    assert!(wrong[0]["found"].as_str().unwrap().starts_with("the default: "), "{findings}");
}

#[test]
fn a_token_that_never_ends_is_shown() {
    // {"alg":"none"} and an expiry that is beyond every clock.
    let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE4NDQ2NzQ0MDczNzA5NTUxNjE1fQ.c2ln";
    let output = bare_dan(&["token", "--claims"]).env("DAN_ACCESS_TOKEN", token).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_doctor_says_what_is_wrong_and_no_secret() {
    let sandbox = RunningSandbox::start();
    let diagnose = |variables: &[(&str, &str)]| {
        let output = sandbox.dan(&["doctor", "--requestor", "998997801"], variables);
        let report = String::from_utf8(output.stdout).unwrap();
        for secret in ["DAN_SUBSCRIPTION_KEY_EBEVIS", "MASKINPORTEN_CLIENT_JWK"] {
            assert!(!report.contains(&sandbox.variables[secret]), "{secret}");
        }
        (output.status.code().unwrap(), report)
    };
    let (code, report) = diagnose(&[("MASKINPORTEN_CLIENT_ID", "nobody")]);
    assert!(code == 3 && report.contains("FAILED   token") && report.contains("MP-100"), "{report}");
    let (code, report) =
        diagnose(&[("DAN_SUBSCRIPTION_KEY_EBEVIS", "wrong"), ("DAN_SUBSCRIPTION_KEY_EBEVSI", "x")]);
    assert!(code == 2 && report.contains("EBEVSI: there is no such service context"), "{report}");
    assert!(report.contains("of eBevis: the gateway answered HTTP 401"), "{report}");
    assert!(report.contains("warning  requestor"), "{report}");
    let (code, report) = diagnose(&[("MASKINPORTEN_CLIENT_JWK", "nonsense")]);
    assert!(code == 2 && report.contains("FAILED   key"), "{report}");
    assert!(report.contains("skipped  token"), "{report}");
    let unreachable =
        [("MASKINPORTEN_TOKEN_ENDPOINT", "https://127.0.0.1:1/token"), ("MASKINPORTEN_WELL_KNOWN_URL", "")];
    let (code, report) = diagnose(&unreachable);
    assert!(code == 7 && report.contains("FAILED   token"), "{report}");
    assert!(report.contains("skipped  clock"), "{report}");
    let (code, report) = diagnose(&[("DAN_ENVIRONMENT", "tset")]);
    assert!(code == 2 && report.contains("FAILED   configuration"), "{report}");
    let (code, report) = diagnose(&[("DAN_BASE_URL", "https://127.0.0.1:1")]);
    assert!(code == 7 && report.contains("FAILED   service"), "{report}");
}

/// The gateway judges the key, and the service the token.
#[test]
fn the_doctor_blames_no_key_for_a_token() {
    let sandbox = RunningSandbox::start();
    let token = sandbox.succeed(&["token"]);
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    let doctor = ["doctor", "--output", "json", "--service-context", "eBevis"];
    let output = sandbox.dan(&doctor, &[("DAN_ACCESS_TOKEN", &format!("{unsigned}.c2ln"))]);
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let failed: Vec<&Value> = findings.iter().filter(|finding| finding["verdict"] == "failed").collect();
    assert!(!failed.is_empty() && failed.iter().all(|finding| finding["check"] == "access"), "{findings:?}");
    assert_eq!(output.status.code(), Some(3));

    let output = sandbox.dan(&["doctor", "--auth", "none"], &[("DAN_ACCESS_TOKEN", "")]);
    assert!(output.status.success());
}

#[test]
fn the_doctor_judges_the_service_context_that_is_said() {
    let sandbox = RunningSandbox::start();
    let said = |name: &str, variables: &[(&str, &str)]| {
        let output = sandbox.dan(&["doctor", "--service-context", name], variables);
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, report) = said("eBevsi", &[]);
    assert!(code == 2 && report.contains("did you mean 'eBevis'?"), "{report}");
    let (code, report) = said("Tilda", &[("DAN_SUBSCRIPTION_KEY_TILDA", "")]);
    assert!(code == 2 && report.contains("'Tilda': there is no subscription key for it"), "{report}");
    assert_eq!(said("Tilda", &[]).0, 0);
}

#[test]
fn the_doctor_says_what_can_be_done_with_nothing() {
    let output = bare_dan(&["doctor", "--base-url", "https://127.0.0.1:1"]).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(
        report.contains("warning  way of authenticating") && report.contains("MASKINPORTEN_CLIENT_ID"),
        "{report}"
    );
}

#[test]
fn a_configuration_file_is_written_once_and_then_read() {
    let sandbox = RunningSandbox::start();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let file = folder.path().join("dan/config.toml");
    let dan = |arguments: &[&str]| bare_dan(arguments).env("XDG_CONFIG_HOME", home).output().unwrap();

    assert!(dan(&["config", "init"]).status.success());
    assert_eq!(dan(&["config", "init"]).status.code(), Some(2));
    assert!(dan(&["config", "show"]).status.success());

    let profile = format!(
        "profile = 'sandbox'\n[profiles.sandbox]\nbase_url = '{}'\nca_file = '{}'\noutput = 'json'\n",
        sandbox.variables["DAN_BASE_URL"], sandbox.variables["DAN_CA_FILE"]
    );
    std::fs::write(&file, profile + "access_token = 's3cret'\n").unwrap();
    let shown = String::from_utf8(dan(&["config", "show", "--output", "human"]).stdout).unwrap();
    assert!(shown.contains("profile 'sandbox'") && shown.contains("config.toml:3"), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
    let contexts = dan(&["service-contexts"]);
    let contexts: Value = serde_json::from_slice(&contexts.stdout).unwrap();
    assert!(contexts.as_array().unwrap().contains(&"eBevis".into()));

    std::fs::write(&file, "[profiles.default]\nsubscripton_key = 's3cret'\n").unwrap();
    let output = dan(&["service-contexts"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("line 2") && said.contains("Did you mean 'subscription_key'?"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    // What is no folder cannot be written into by anybody, not even by the superuser.
    std::fs::write(folder.path().join("dan"), "").unwrap();
    let output = bare_dan(&["config", "init"]).env("XDG_CONFIG_HOME", folder.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot be made"), "{said}");
}
