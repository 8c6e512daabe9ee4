//! An identity in both of its uses.

use std::time::SystemTime;

use dan_auth::{
    AuthErrorKind, Bundle, Certificate, CertificateChain, CertificateSelection, ClientCredential,
    ClientIdentity, KeyProblem, PrivateKey, Purpose,
};

use crate::openssl::{Workshop, workshop};

fn key(files: &Workshop, name: &str) -> PrivateKey {
    PrivateKey::from_pem(&files.read(name)).unwrap()
}

fn chain(files: &Workshop, names: &[&str]) -> CertificateChain {
    CertificateChain::from_pem(&files.joined(names)).unwrap()
}

#[test]
fn a_jwk_needs_a_key_id_to_be_found_by() {
    let Some(files) = workshop() else { return };
    let error = ClientCredential::registered_jwk(key(&files, "auth.key")).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Configuration);
}

#[test]
fn what_maskinporten_would_refuse_is_refused_before() {
    let Some(files) = workshop() else { return };
    let with = |key_file: &str, certificate: &str| {
        ClientCredential::enterprise_certificate(key(&files, key_file), chain(&files, &[certificate]))
    };
    let now = SystemTime::now();
    for (credential, problem) in [
        (ClientCredential::registered_key(key(&files, "ec.key"), "key"), KeyProblem::UnsupportedAlgorithm),
        (with("ec.key", "ec.pem"), KeyProblem::UnsupportedAlgorithm),
        (with("other.key", "auth.pem"), KeyProblem::Mismatch),
        (with("auth.key", "expired.pem"), KeyProblem::Expired),
        (with("auth.key", "future.pem"), KeyProblem::NotYetValid),
    ] {
        assert_eq!(credential.check(now).unwrap_err().key_problem(), Some(problem));
    }
    with("auth.key", "auth.pem").check(now).unwrap();
    let accepted = chain(&files, &["expired.pem"]).accept_expired();
    ClientCredential::enterprise_certificate(key(&files, "auth.key"), accepted).check(now).unwrap();
}

#[test]
fn the_same_identity_serves_assertions_and_tls() {
    let Some(files) = workshop() else { return };
    let names = ["auth.key", "root.pem", "issuing.pem", "auth.pem"];
    let bundle = Bundle::from_bytes(&files.joined(&names), None).unwrap();
    let identity = bundle.identity(&CertificateSelection::for_purpose(Purpose::Signing)).unwrap();
    let credential = ClientCredential::from_identity(&identity).unwrap();
    assert_eq!(credential.certificate(), Some(identity.certificate()));

    // The key, the enterprise's own and its issuer; the root is the server's own matter.
    let pem = identity.to_pem();
    let again = Bundle::from_bytes(pem.expose().as_bytes(), None).unwrap();
    assert_eq!(again.private_keys().len(), 1);
    let subjects: Vec<_> = again.certificates().iter().map(Certificate::serial_number).collect();
    let sent: Vec<_> =
        [identity.certificate(), &identity.chain().issuers()[0]].map(Certificate::serial_number).into();
    assert_eq!(subjects, sent);
    let lines: Vec<_> = pem.expose().lines().collect();
    assert!(lines.iter().all(|line| line.len() <= 64));
    reqwest::Identity::from_pem(pem.expose().as_bytes()).unwrap();
}

#[test]
fn every_kind_of_key_makes_an_identity_that_tls_takes() {
    let Some(files) = workshop() else { return };
    for name in ["auth", "ec"] {
        let identity = ClientIdentity::new(
            key(&files, &format!("{name}.key")),
            chain(&files, &[&format!("{name}.pem")]),
        )
        .unwrap();
        let pem = identity.to_pem();
        let tls = reqwest::Identity::from_pem(pem.expose().as_bytes()).unwrap();
        reqwest::Client::builder().identity(tls).build().unwrap();
        assert!(!format!("{identity:?}").contains(&pem.expose()[40..60]));
    }
    let error = ClientIdentity::new(key(&files, "other.key"), chain(&files, &["auth.pem"])).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::Mismatch));
}
