//! What is read from certificates, and how chains are put in order.

use std::time::{Duration, SystemTime};

use dan_auth::{
    Bundle, Certificate, CertificateChain, EXPIRY_WARNING, KeyProblem, KeyType, KeyUsage, Purpose, Validity,
};

use crate::openssl::{NAME, ORGANIZATION, Workshop, workshop};

fn certificate(files: &Workshop, name: &str) -> Certificate {
    Certificate::from_bytes(&files.read(&format!("{name}.pem"))).unwrap()
}

#[test]
fn the_organization_number_stands_in_either_profile() {
    let Some(files) = workshop() else { return };
    for (name, expected) in [
        ("auth", Some(ORGANIZATION)),
        ("older", Some(ORGANIZATION)),
        ("other", Some("910000012")),
        ("person", None),
        ("root", None),
    ] {
        assert_eq!(certificate(&files, name).organization_number(), expected, "{name}");
    }
}

#[test]
fn everything_that_a_certificate_says_is_what_openssl_reads() {
    let Some(files) = workshop() else { return };
    files.run("x509 -in auth.pem -noout -serial -fingerprint -sha256 -out auth.sha256");
    files.run("x509 -in auth.pem -noout -fingerprint -sha1 -out auth.sha1");
    let said = String::from_utf8(files.joined(&["auth.sha256", "auth.sha1"])).unwrap().replace(':', "");
    let auth = certificate(&files, "auth");
    for value in [auth.serial_number(), auth.fingerprint_sha256(), auth.fingerprint_sha1()] {
        assert!(said.lines().any(|line| line.ends_with(&format!("={value}"))), "{value} is not in {said}");
    }
    assert_eq!(
        auth.subject(),
        format!("C=NO, O={NAME}, CN={NAME}, organizationIdentifier=NTRNO-{ORGANIZATION}")
    );
    assert_eq!(auth.issuer(), "C=NO, O=Test CA AS, CN=Test Issuing CA");
    assert_eq!(auth.key_type(), &KeyType::Rsa { bits: 2048 });
    assert_eq!(auth.key_usages(), [KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment]);
    assert_eq!((auth.is_authority(), auth.is_self_issued()), (false, false));
    let life = auth.not_after().duration_since(auth.not_before()).unwrap();
    assert_eq!(life, Duration::from_secs(1095 * 24 * 60 * 60));
    assert_eq!(certificate(&files, "ec").key_type(), &KeyType::P256);
    assert_eq!(
        (certificate(&files, "root").is_authority(), certificate(&files, "root").is_self_issued()),
        (true, true)
    );
}

#[test]
fn the_time_is_judged_at_the_time_that_is_given() {
    let Some(files) = workshop() else { return };
    let auth = certificate(&files, "auth");
    let second = Duration::from_secs(1);
    for (at, expected) in [
        (auth.not_before() - second, Validity::NotYetValid),
        (auth.not_before(), Validity::Valid),
        (auth.not_after() - EXPIRY_WARNING - second, Validity::Valid),
        (auth.not_after() - EXPIRY_WARNING, Validity::ExpiresSoon),
        (auth.not_after(), Validity::ExpiresSoon),
        (auth.not_after() + second, Validity::Expired),
    ] {
        assert_eq!(auth.validity(at), expected);
    }
    assert_eq!(certificate(&files, "expiring").validity(SystemTime::now()), Validity::ExpiresSoon);
}

#[test]
fn a_chain_is_put_in_order_whatever_order_it_came_in() {
    let Some(files) = workshop() else { return };
    for order in [
        ["auth.pem", "issuing.pem", "root.pem", "namesake.pem"],
        ["root.pem", "namesake.pem", "issuing.pem", "auth.pem"],
        ["namesake.pem", "auth.pem", "root.pem", "issuing.pem"],
    ] {
        let chain = CertificateChain::from_pem(&files.joined(&order)).unwrap();
        assert_eq!(chain.certificate(), &certificate(&files, "auth"));
        assert_eq!(chain.issuers(), [certificate(&files, "issuing"), certificate(&files, "root")]);
    }
    let alone = CertificateChain::from_pem(&files.read("auth.pem")).unwrap();
    assert!(alone.issuers().is_empty());
}

#[test]
fn several_certificates_without_their_keys_are_ambiguous() {
    let Some(files) = workshop() else { return };
    let error =
        CertificateChain::from_pem(&files.joined(&["auth.pem", "seal.pem", "issuing.pem"])).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::Ambiguous));
    for name in ["auth", "seal"] {
        assert!(error.to_string().contains(certificate(&files, name).serial_number()), "{error}");
    }
    for (content, problem) in [
        (files.read("auth.key"), KeyProblem::NoCertificate),
        (b"-----BEGIN NOTHING-----".to_vec(), KeyProblem::Truncated),
        (b"-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----".to_vec(), KeyProblem::Damaged),
    ] {
        let error = CertificateChain::from_pem(&content).unwrap_err();
        assert_eq!(error.key_problem(), Some(problem), "{error}");
    }
}

/// What `dan certificate inspect` prints.
#[test]
fn facts_tell_what_a_certificate_can_be_used_for() {
    let Some(files) = workshop() else { return };
    let bundle = Bundle::from_bytes(
        &files.joined(&["auth.key", "auth.pem", "seal.pem", "issuing.pem", "root.pem"]),
        None,
    )
    .unwrap();
    let mut report = String::new();
    for facts in bundle.facts(SystemTime::now()) {
        let number = facts.organization_number.unwrap_or_default();
        report.push_str(&format!(
            "{}\n{number} {} {}, with key: {}\n",
            facts.subject, facts.key_type, facts.validity, facts.has_private_key
        ));
        if facts.is_self_signed {
            report.push_str("self-signed\n");
        }
        for issuer in facts.chain {
            report.push_str(&format!("issued by {issuer}\n"));
        }
        for (purpose, against) in facts.purposes {
            let against: Vec<String> = against.iter().map(ToString::to_string).collect();
            report.push_str(&format!("{purpose}: {against:?}\n"));
        }
    }
    insta::assert_snapshot!(report);
    let authorities = Bundle::from_bytes(&files.joined(&["issuing.pem", "root.pem"]), None).unwrap();
    assert_eq!(authorities.facts(SystemTime::now()).len(), 2);
}

#[test]
fn a_name_cannot_break_out_of_its_line() {
    let Some(files) = workshop() else { return };
    files.run_with(&[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-utf8",
        "-keyout",
        "odd.key",
        "-out",
        "odd.pem",
        "-subj",
        "/O=A, CN=B\nC \u{1b}[31m/CN=odd",
    ]);
    assert_eq!(certificate(&files, "odd").subject(), "O=A\\, CN=B\\nC \\u{1b}[31m, CN=odd");
    assert_eq!(
        certificate(&files, "odd").unfit_for(Purpose::ClientAuthentication, SystemTime::now()).len(),
        1
    );
}
