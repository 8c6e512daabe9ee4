//! Paths and variables.

use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dan_auth::{Bundle, CertificateChain, KeyProblem, KeySource, PrivateKey};

use crate::openssl::workshop;

const VARIABLE: &str = "DAN_AUTH_TEST_KEY";

#[test]
fn a_path_is_read_again_each_time() {
    let Some(files) = workshop() else { return };
    let source = KeySource::path(files.path("rotated.pem"));
    files.write("rotated.pem", files.read("auth.key"));
    let before = PrivateKey::load(&source).unwrap();
    files.write("rotated.pem", files.read("other.key"));
    let after = PrivateKey::load(&source).unwrap();
    assert_ne!(before.public_jwk("key").parameters, after.public_jwk("key").parameters);
    assert!(CertificateChain::load(&KeySource::bytes(files.read("auth.pem"))).is_ok());
}

#[test]
fn an_error_names_the_place_and_never_the_content() {
    let Some(files) = workshop() else { return };
    for (source, problem, place) in [
        (KeySource::path(files.path("missing.pem")), KeyProblem::Unreadable, "missing.pem"),
        (
            KeySource::variable("DAN_AUTH_TEST_UNSET"),
            KeyProblem::Unreadable,
            "DAN_AUTH_TEST_UNSET is not set, or empty",
        ),
        (KeySource::path(files.path("auth.pem")), KeyProblem::NoPrivateKey, "auth.pem"),
        (KeySource::bytes("not a key"), KeyProblem::Unrecognized, "the key file"),
    ] {
        let error = PrivateKey::load(&source).unwrap_err();
        assert_eq!(error.key_problem(), Some(problem), "{error}");
        assert!(error.to_string().contains(place), "{error}");
    }
    assert!(Bundle::load(&KeySource::path(files.path(""))).is_err());
    assert_eq!(format!("{:?}", KeySource::bytes("secret")), "KeySource(the given bytes)");
}

/// The variable is set in a process of its own, which runs this same test.
#[test]
fn a_variable_is_read_plain_or_in_base64() {
    if std::env::var_os(VARIABLE).is_some() {
        PrivateKey::load(&KeySource::variable(VARIABLE)).unwrap();
        return;
    }
    let Some(files) = workshop() else { return };
    files.run("pkcs8 -topk8 -nocrypt -in auth.key -outform DER -out variable.der");
    let pem = String::from_utf8(files.read("auth.key")).unwrap();
    let der = BASE64_STANDARD.encode(files.read("variable.der"));
    for value in [pem.clone(), BASE64_STANDARD.encode(&pem), der, pem.replace('\n', "\\n")] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sources::a_variable_is_read_plain_or_in_base64"])
            .env(VARIABLE, value)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    }
}
