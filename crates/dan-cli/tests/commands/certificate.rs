//! Enterprise certificates: mutual TLS, and what is said of their files.

use dan_client::model::OrganizationNumber;
use serde_json::Value;

use crate::journey::Journey;
use crate::support::bare_dan;

/// Says that it is encrypted (PBES2), and holds nothing.
const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMBIwDQYJKoZIhvcNAQUNBQAEAQA=\n-----END ENCRYPTED PRIVATE KEY-----\n";

#[test]
fn mutual_tls_lets_in_to_everything_even_to_what_is_public() {
    let journey = Journey::start();
    let sandbox = &journey.sandbox;
    let organization: OrganizationNumber = sandbox.organisation().parse().unwrap();
    let certificate = sandbox.issue_enterprise_certificate(&organization).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    std::fs::write(&chain, certificate.chain_pem).unwrap();
    std::fs::write(&key, certificate.private_key_pem).unwrap();
    let dan = |arguments: &[&str]| {
        let output = bare_dan(arguments)
            .env("DAN_BASE_URL", sandbox.certificate_base_url().unwrap())
            .env("DAN_CA_FILE", sandbox.ca_file().unwrap())
            .env("DAN_SUBSCRIPTION_KEY", &sandbox.subscription_keys()["eBevis"])
            .env("DAN_CERTIFICATE_FILE", &chain)
            .env("DAN_PRIVATE_KEY_FILE", &key)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
        (String::from_utf8(output.stdout).unwrap(), said)
    };
    dan(&["harvest", "UnitBasicInformation", "--subject", "991825827"]);
    dan(&["datasets", "list"]);
    let (findings, _) = dan(&["doctor", "--output", "json"]);
    let findings: Vec<Value> = serde_json::from_str(&findings).unwrap();
    let let_in = findings.iter().filter(|finding| {
        ["service", "subscription key"].map(Value::from).contains(&finding["check"])
            && finding["verdict"] == "ok"
    });
    assert_eq!(let_in.count(), 2, "{findings:?}");
}

#[cfg(unix)]
#[test]
fn what_is_warned_of_is_told_once() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let journey = Journey::start();
    let organization: OrganizationNumber = journey.sandbox.organisation().parse().unwrap();
    let certificate = journey.sandbox.issue_enterprise_certificate(&organization).unwrap();
    let file = folder.path().join("both.pem");
    std::fs::write(&file, certificate.chain_pem + &certificate.private_key_pem).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    // The same file is read twice.
    let output = bare_dan(&["harvest", "UnitBasicInformation", "--subject", "991825827"])
        .env("DAN_BASE_URL", "https://127.0.0.1:1")
        .env("DAN_SUBSCRIPTION_KEY", "key")
        .env("DAN_CERTIFICATE_FILE", &file)
        .env("DAN_PRIVATE_KEY_FILE", &file)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.matches("can be read by others").count(), 1, "{said}");
}

#[test]
fn a_missing_password_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    std::fs::write(&file, ENCRYPTED).unwrap();
    let output = bare_dan(&["certificate", "inspect"]).arg(&file).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("DAN_KEY_PASSWORD"), "{said}");
}
