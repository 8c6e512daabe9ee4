//! What is said of mistakes, and with which exit code.

use serde_json::Value;

use crate::support::{RunningSandbox, bare_dan, with};

/// What is wrong, the arguments, and the variables that differ.
type Mistake<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)]);

#[test]
fn each_mistake_has_its_exit_code_and_says_what_to_do() {
    let sandbox = RunningSandbox::start();
    let harvest = ["harvest", "UnitBasicInformation", "--subject", "991825827"];
    let request =
        ["request", "--subject", "998997801", "--requestor", "991825827", "--service-context", "eBevis"];
    let not_a_key = sandbox.folder.path().join("not-a-key.pem");
    std::fs::write(&not_a_key, "no key").unwrap();
    let not_a_key = not_a_key.to_str().unwrap();
    let own_key = [("MASKINPORTEN_CLIENT_JWK", ""), ("MASKINPORTEN_KID", "key")];

    let mistakes: &[Mistake<'_>] = &[
        ("unknown environment", &with(&harvest, &["--env", "tset"]), &[]),
        (
            "missing key file",
            &harvest,
            &[own_key[0], own_key[1], ("DAN_PRIVATE_KEY_FILE", "no-such-file.pem")],
        ),
        ("key that is no key", &harvest, &[own_key[0], own_key[1], ("DAN_PRIVATE_KEY_FILE", not_a_key)]),
        ("jwk that is no jwk", &harvest, &[("MASKINPORTEN_CLIENT_JWK", "secret nonsense")]),
        ("no key at all", &harvest, &[("MASKINPORTEN_CLIENT_JWK", "")]),
        ("no client at all", &harvest, &[("MASKINPORTEN_CLIENT_JWK", ""), ("MASKINPORTEN_CLIENT_ID", "")]),
        ("unknown client", &harvest, &[("MASKINPORTEN_CLIENT_ID", "somebody-else")]),
        ("scope not granted", &harvest, &[("MASKINPORTEN_SCOPES", "altinn:dataaltinnno/none")]),
        ("token of nobody", &harvest, &[("DAN_ACCESS_TOKEN", "eyJhbGciOiJub25lIn0.e30.c2ln")]),
        ("token that is none", &harvest, &[("DAN_ACCESS_TOKEN", "secret nonsense")]),
        (
            "wrong subscription key",
            &with(&harvest, &["--service-context", "eBevis"]),
            &[("DAN_SUBSCRIPTION_KEY_EBEVIS", "wrong")],
        ),
        ("unknown service context", &with(&harvest, &["--service-context", "eBevsi"]), &[]),
        ("unknown dataset", &["harvest", "UnitBasicInfomation", "--subject", "991825827"], &[]),
        ("unknown dataset of a request", &with(&request, &["--dataset", "Restanser"]), &[]),
        ("unknown dataset of open data", &["open-data", "UnitBasicInfomation"], &[]),
        ("unknown dataset to be shown", &["datasets", "show", "unitbasicinformation"], &[]),
        ("unknown dataset to be written as types", &["datasets", "codegen", "TildaMetadata"], &[]),
        ("dataset like no other", &["datasets", "show", "Regnskap"], &[]),
        ("unknown service context of a list", &["datasets", "list", "--service-context", "eBevsi"], &[]),
        ("malformed organization", &["harvest", "UnitBasicInformation", "--subject", "123456789"], &[]),
        ("malformed person", &["harvest", "UnitBasicInformation", "--subject", "15867010021"], &[]),
        ("malformed requestor", &with(&harvest, &["--requestor", "12"]), &[]),
        ("unknown parameter", &with(&harvest, &["--param", "Farge=blå"]), &[]),
        ("reserved parameter", &with(&harvest, &["--param", "Envelope=false"]), &[]),
        ("consent needed", &["harvest", "RestanserV2", "--subject", "998997801"], &[]),
        ("misspelt consent", &with(&request, &["--dataset", "RestanserV2:consnt"]), &[]),
        ("sandbox without its data", &["sandbox", "--data", "no-such-folder"], &[]),
        ("plain http", &with(&harvest, &["--base-url", "http://dan.example.no"]), &[]),
    ];
    let mut report = String::new();
    for (mistake, arguments, variables) in mistakes {
        report.push_str(&format!("{mistake}\n  {}\n", sandbox.fail(arguments, variables)));
    }
    insta::with_settings!({ filters => vec![
        (r"'[^']*not-a-key.pem'", "'not-a-key.pem'"),
        (r"request [0-9a-f-]+\)", "request ID)"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    ] }, { insta::assert_snapshot!(report) });
}

#[test]
fn an_error_is_one_json_object_where_json_is_asked_for() {
    let sandbox = RunningSandbox::start();
    let said = sandbox.fail(&["harvest", "Nothing", "--subject", "991825827", "--output", "json"], &[]);
    let (code, json) = said.split_once(": ").unwrap();
    let error: Value = serde_json::from_str(json).unwrap();
    assert_eq!(code, "4");
    insta::assert_json_snapshot!(error, { ".error.request_id" => "[id]" });

    let usage = sandbox.fail(&["harvest", "--output=json"], &[]);
    let (code, json) = usage.split_once(": ").unwrap();
    assert_eq!(code, "2");
    assert_eq!(serde_json::from_str::<Value>(json).unwrap()["error"]["source"], "client");
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_refused() {
    use std::os::unix::ffi::OsStrExt as _;

    let output = bare_dan(&["harvest"]).arg(std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("invalid UTF-8"), "{said}");
}

#[test]
fn an_unreachable_service_is_a_network_error() {
    let output = bare_dan(&["datasets", "list", "--base-url", "https://127.0.0.1:1", "--output", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(7));
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&error["error"]["kind"], &error["error"]["retryable"]), (&"network".into(), &true.into()));
}

#[test]
fn an_untrusted_certificate_is_told_as_such() {
    let sandbox = RunningSandbox::start();
    let said = sandbox.fail(&["datasets", "list"], &[("DAN_CA_FILE", "")]);
    assert!(said.starts_with("7: ") && said.contains("certificate"), "{said}");
}
