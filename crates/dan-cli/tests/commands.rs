//! The command as people run it: the real binary against a running sandbox.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// What is wrong, the arguments, and the variables that differ.
type Mistake<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)]);

const DAN: &str = env!("CARGO_BIN_EXE_dan");

/// `dan sandbox` in a process of its own, and the variables that it wrote.
struct RunningSandbox {
    process: Child,
    _standard_output: BufReader<ChildStdout>,
    ready: Value,
    variables: BTreeMap<String, String>,
    folder: tempfile::TempDir,
}

impl RunningSandbox {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let env_file = folder.path().join("sandbox.env");
        let mut process = Command::new(DAN)
            .args(["sandbox", "--quiet", "--env-file"])
            .arg(&env_file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut standard_output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        standard_output.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        let variables = sourced(&env_file);
        Self { process, _standard_output: standard_output, ready, variables, folder }
    }

    /// Runs `dan` with the sandbox's variables, some of them replaced.
    fn dan(&self, arguments: &[&str], replaced: &[(&str, &str)]) -> Output {
        let mut command = bare_dan(arguments);
        command.envs(&self.variables).envs(replaced.iter().copied());
        command.output().unwrap()
    }

    fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.dan(arguments, &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The exit code and the one line of the error, without what changes from run to run.
    fn fail(&self, arguments: &[&str], replaced: &[(&str, &str)]) -> String {
        let output = self.dan(arguments, replaced);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked"), "{said}");
        assert!(output.stdout.is_empty());
        format!("{}: {}", output.status.code().unwrap(), said.trim_end())
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a shell makes of the file.
fn sourced(env_file: &Path) -> BTreeMap<String, String> {
    let output = Command::new("sh")
        .args(["-c", ". \"$0\" && env -0"])
        .arg(env_file)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .split('\0')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| name.starts_with("DAN_") || name.starts_with("MASKINPORTEN_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// `dan` that knows nothing of the variables around the test.
fn bare_dan(arguments: &[&str]) -> Command {
    let mut command = Command::new(DAN);
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

#[test]
fn the_demonstration_shows_every_step() {
    let output = bare_dan(&["demo"]).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    insta::with_settings!({ filters => vec![
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"in \d+\.\d ms", "in N ms"),
        (r"exp: \d+", "exp: TIME"),
        (r"\d+ datasets: .*", "N datasets: NAMES"),
    ] }, { insta::assert_snapshot!(shown) });
}

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
fn datasets_are_listed_for_people_and_programs() {
    let sandbox = RunningSandbox::start();
    assert!(sandbox.succeed(&["datasets", "list"]).contains("UnitBasicInformation"));
    let json: Value =
        serde_json::from_str(&sandbox.succeed(&["datasets", "list", "--output", "json"])).unwrap();
    assert!(
        json.as_array().unwrap().iter().any(|dataset| dataset["evidenceCodeName"] == "UnitBasicInformation")
    );
    let lines = sandbox.succeed(&["datasets", "list", "--output", "ndjson"]);
    assert_eq!(lines.lines().count(), json.as_array().unwrap().len());
    let of_tilda = sandbox.succeed(&["datasets", "list", "--service-context", "Tilda"]);
    assert!(of_tilda.contains("TildaMetadatav1") && !of_tilda.contains("RestanserV2"), "{of_tilda}");
    let none = sandbox.succeed(&["datasets", "list", "--search", "no such text"]);
    assert_eq!(none, "There is no such dataset.\n");
}

#[test]
fn a_harvest_shows_its_values() {
    let sandbox = RunningSandbox::start();
    let harvest = ["harvest", "UnitBasicInformation", "--subject", "991825827"];
    insta::assert_snapshot!("harvest_for_people", sandbox.succeed(&harvest));

    let enveloped: Value =
        serde_json::from_str(&sandbox.succeed(&with(&harvest, &["--output", "json"]))).unwrap();
    assert_eq!(enveloped["evidenceStatus"]["status"]["code"], 1);
    assert_eq!(enveloped["evidenceValues"][0]["value"], 991_825_827);

    let bare: Value =
        serde_json::from_str(&sandbox.succeed(&with(&harvest, &["--no-envelope", "--output", "json"])))
            .unwrap();
    assert_eq!(bare["OrganizationNumber"], 991_825_827);
    insta::assert_snapshot!("harvest_without_envelope", sandbox.succeed(&with(&harvest, &["--no-envelope"])));
}

#[test]
fn the_service_context_follows_from_the_dataset() {
    let sandbox = RunningSandbox::start();
    let shown = sandbox.succeed(&["harvest", "TildaMetadatav1", "--verbose"]);
    assert!(!shown.is_empty());
}

#[test]
fn a_persons_number_stays_off_command_line_and_output() {
    let sandbox = RunningSandbox::start();
    let file = sandbox.folder.path().join("subject");
    std::fs::write(&file, "15867010022\n").unwrap();
    let subject = format!("@{}", file.display());
    let output =
        sandbox.dan(&["harvest", "FregPerson", "--subject", &subject, "--reuse-token", "--verbose"], &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("POST /v1/directharvest/FregPerson -> 200"), "{said}");
    assert!(!said.contains("15867010022"), "{said}");
}

#[test]
fn each_mistake_has_its_exit_code_and_says_what_to_do() {
    let sandbox = RunningSandbox::start();
    let harvest = ["harvest", "UnitBasicInformation", "--subject", "991825827"];
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
        ("malformed organization", &["harvest", "UnitBasicInformation", "--subject", "123456789"], &[]),
        ("malformed person", &["harvest", "UnitBasicInformation", "--subject", "15867010021"], &[]),
        ("malformed requestor", &with(&harvest, &["--requestor", "12"]), &[]),
        ("unknown parameter", &with(&harvest, &["--param", "Farge=blå"]), &[]),
        ("reserved parameter", &with(&harvest, &["--param", "Envelope=false"]), &[]),
        ("consent needed", &["harvest", "RestanserV2", "--subject", "998997801"], &[]),
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

#[test]
fn a_closed_pipe_ends_quietly() {
    let sandbox = RunningSandbox::start();
    let mut process = bare_dan(&["datasets", "list", "--output", "json"])
        .envs(&sandbox.variables)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(141), b"".as_slice()));
}

#[test]
fn the_subject_is_read_from_standard_input() {
    let sandbox = RunningSandbox::start();
    let mut process = bare_dan(&["harvest", "UnitBasicInformation", "--subject", "-"])
        .envs(&sandbox.variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(b"998997801\n").unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("998997801"));
}

#[cfg(unix)]
#[test]
fn the_variables_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = RunningSandbox::start();
    let env_file = sandbox.folder.path().join("sandbox.env");
    assert_eq!(std::fs::metadata(&env_file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(sandbox.ready["env_file"], env_file.to_str().unwrap());
}

fn with<'a>(arguments: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [arguments, more].concat()
}
