//! Enterprise certificates: mutual TLS, and what is said of their files.

use dan_client::model::OrganizationNumber;
use serde_json::Value;

use crate::journey::Journey;
use crate::support::{RunningSandbox, bare_dan};

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

#[test]
fn a_certificate_tells_whose_it_is_and_not_its_key() {
    let sandbox = RunningSandbox::start();
    let folder = sandbox.folder.path();
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    let name = rcgen::DnType::CustomDnType(vec![2, 5, 4, 97]);
    parameters.distinguished_name.push(name, "NTRNO-991825827");
    parameters.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    let certificate = parameters.self_signed(&key).unwrap();
    let file = folder.join("enterprise.pem");
    std::fs::write(&file, certificate.pem() + &key.serialize_pem()).unwrap();

    let shown = sandbox.succeed(&["certificate", "inspect", file.to_str().unwrap()]);
    assert!(shown.contains("991825827") && shown.contains("can be used for signing assertions"), "{shown}");
    assert!(shown.contains("self-signed") && !shown.contains("PRIVATE"), "{shown}");
    let facts = sandbox.json(&["certificate", "inspect", file.to_str().unwrap()]);
    assert_eq!(facts[0]["organization_number"], "991825827");
    assert_eq!((&facts[0]["has_private_key"], &facts[0]["is_self_signed"]), (&true.into(), &true.into()));

    let nothing = sandbox.fail(&["certificate", "inspect", "no-such-file.pem"], &[]);
    assert!(nothing.starts_with("2: "), "{nothing}");
}
