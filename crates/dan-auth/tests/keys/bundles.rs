//! Which certificate is taken of several, and why.

use std::time::{Duration, SystemTime};

use dan_auth::{Bundle, Certificate, CertificateSelection, KeyProblem, Purpose};

use crate::openssl::{Workshop, workshop};

fn bundle(files: &Workshop, names: &[&str]) -> Bundle {
    Bundle::from_bytes(&files.joined(names), None).unwrap()
}

fn for_signing() -> CertificateSelection {
    CertificateSelection::for_purpose(Purpose::Signing)
}

fn serial_number(files: &Workshop, name: &str) -> String {
    Certificate::from_bytes(&files.read(name)).unwrap().serial_number().to_owned()
}

/// Serial numbers and dates differ each time.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"serial number [0-9A-F]+, until [0-9T:-]+Z", "serial number [number], until [date]");
    settings.add_filter(r"not valid before 202[0-9T:-]+Z", "not valid before [date]");
    settings
}

const DELIVERY: [&str; 7] =
    ["seal.key", "crypt.key", "auth.key", "issuing.pem", "seal.pem", "crypt.pem", "auth.pem"];

#[test]
fn of_a_whole_delivery_the_one_for_authentication_is_taken() {
    let Some(files) = workshop() else { return };
    for purpose in [Purpose::Signing, Purpose::ClientAuthentication] {
        let identity =
            bundle(&files, &DELIVERY).identity(&CertificateSelection::for_purpose(purpose)).unwrap();
        assert_eq!(identity.certificate().serial_number(), serial_number(&files, "auth.pem"));
        assert_eq!(identity.chain().issuers().len(), 1);
    }
    let identity = bundle(&files, &DELIVERY).identity(&for_signing()).unwrap();
    settings().bind(|| insta::assert_snapshot!(identity.choice()));
}

#[test]
fn authentication_alone_goes_first_and_then_the_later_end() {
    let Some(files) = workshop() else { return };
    let identity =
        bundle(&files, &["older.key", "older.pem", "auth.key", "auth.pem"]).identity(&for_signing()).unwrap();
    assert_eq!(identity.certificate().serial_number(), serial_number(&files, "auth.pem"));
    assert_eq!(identity.choice().reason, "it is for authentication alone");

    let identity =
        bundle(&files, &["auth.key", "expiring.pem", "auth.pem"]).identity(&for_signing()).unwrap();
    assert_eq!(identity.certificate().serial_number(), serial_number(&files, "auth.pem"));
    assert_eq!(identity.choice().reason, "it expires last");
}

#[test]
fn what_seals_or_decrypts_as_well_is_not_for_authentication_alone() {
    let Some(files) = workshop() else { return };
    for kind in ["authentication-and-seal", "authentication-and-encryption"] {
        files.request(kind, "/CN=TEST AS/2.5.4.97=NTRNO-310123455", "rsa:2048");
        files.issue(kind, kind, "issuing", 2000);
        let (key, later) = (format!("{kind}.key"), format!("{kind}.pem"));
        let identity =
            bundle(&files, &[&key, &later, "auth.key", "auth.pem"]).identity(&for_signing()).unwrap();
        assert_eq!(identity.certificate().serial_number(), serial_number(&files, "auth.pem"), "{kind}");
    }
}

#[test]
fn the_caller_names_another_by_any_of_its_marks() {
    let Some(files) = workshop() else { return };
    let delivery = bundle(&files, &DELIVERY);
    let seal = Certificate::from_bytes(&files.read("seal.pem")).unwrap();
    let colons: Vec<String> = seal
        .fingerprint_sha1()
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair).to_lowercase())
        .collect();
    for selection in [
        for_signing().serial_number(seal.serial_number()),
        for_signing().serial_number(format!("00:{}", seal.serial_number().to_lowercase())),
        for_signing().fingerprint(seal.fingerprint_sha256()),
        for_signing().fingerprint(format!("\u{200e}{}", colons.join(":"))),
    ] {
        let identity = delivery.identity(&selection).unwrap();
        assert_eq!(identity.certificate(), &seal);
        assert_eq!(identity.choice().reason, "it is the one that was named");
    }
    let two = bundle(&files, &["auth.key", "auth.pem", "other.key", "other.pem"]);
    let identity = two.identity(&for_signing().subject("annen")).unwrap();
    assert_eq!(identity.certificate().organization_number(), Some("910000012"));
}

#[test]
fn each_delivery_that_does_not_do_is_told_by_what_it_lacks() {
    let Some(files) = workshop() else { return };
    let in_2020 = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let mut report = String::new();
    for (what, names, selection) in [
        ("two enterprises", &["auth.key", "auth.pem", "other.key", "other.pem"][..], for_signing()),
        ("another key", &["other.key", "auth.pem"], for_signing()),
        ("no key", &["auth.pem", "issuing.pem"], for_signing()),
        ("no certificate", &["auth.key"], for_signing()),
        ("only a seal", &["seal.key", "seal.pem"], for_signing()),
        ("only a curve", &["ec.key", "ec.pem"], for_signing()),
        ("expired", &["auth.key", "expired.pem"], for_signing()),
        ("not yet", &["auth.key", "future.pem"], for_signing().accept_expired()),
        ("before its time", &["auth.key", "auth.pem"], for_signing().valid_at(in_2020)),
        ("not as named", &["auth.key", "auth.pem"], for_signing().serial_number("1234")),
        ("named, but a curve", &["ec.key", "ec.pem"], for_signing().subject("310123455")),
        ("named, but expired", &["auth.key", "expired.pem"], for_signing().subject("310123455")),
        ("named, but not yet", &["auth.key", "future.pem"], for_signing().subject("310123455")),
        ("two alike", &["auth.key", "twin.pem", "other-twin.pem"], for_signing()),
    ] {
        let error = bundle(&files, names).identity(&selection).unwrap_err();
        report.push_str(&format!("{what}: {:?}: {error}\n", error.key_problem().unwrap()));
    }
    settings().bind(|| insta::assert_snapshot!(report));
}

#[test]
fn an_expired_one_is_taken_when_the_caller_says_so() {
    let Some(files) = workshop() else { return };
    let expired = bundle(&files, &["auth.key", "expired.pem"]);
    expired.identity(&for_signing().accept_expired()).unwrap();
    let in_2020 = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    expired.identity(&for_signing().valid_at(in_2020)).unwrap();
    // A curve does for TLS.
    let curve = bundle(&files, &["ec.key", "ec.pem"]);
    curve.identity(&CertificateSelection::for_purpose(Purpose::ClientAuthentication)).unwrap();
}

#[test]
fn a_delivery_of_several_files_is_joined() {
    let Some(files) = workshop() else { return };
    let joined = bundle(&files, &["auth.key"]).with(bundle(&files, &["issuing.pem", "auth.pem", "auth.pem"]));
    assert_eq!((joined.private_keys().len(), joined.certificates().len()), (1, 2));
    assert_eq!(joined.identity(&for_signing()).unwrap().chain().issuers().len(), 1);
}

#[test]
fn key_certificates_of_other_kinds_of_use_are_unfit_for_tls() {
    let Some(files) = workshop() else { return };
    files.request("server", "/CN=localhost", "rsa:2048");
    files.issue("server", "server", "issuing", 30);
    let server = bundle(&files, &["server.key", "server.pem"]);
    let error =
        server.identity(&CertificateSelection::for_purpose(Purpose::ClientAuthentication)).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::Unfit));
    assert!(error.to_string().contains("clientAuth"));
}
