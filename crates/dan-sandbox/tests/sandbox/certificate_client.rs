//! Clients that sign with the enterprise certificate of their organization.

use std::time::Duration;

use dan_sandbox::{EnterpriseCertificate, Sandbox};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::support::{self, AGENCY, ENTERPRISE, Fixture, SCOPE};

/// The certificates of a chain in standard Base64, as `x5c` has them.
fn x5c(certificate: &EnterpriseCertificate) -> Vec<String> {
    let begin = "-----BEGIN CERTIFICATE-----";
    let blocks = certificate.chain_pem.split(begin).skip(1);
    blocks.map(|block| block.split("-----END").next().unwrap().split_whitespace().collect()).collect()
}

fn assertion(claims: &Value, certificate: &EnterpriseCertificate, x5c: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(certificate.private_key_pem.as_bytes()).unwrap();
    // Written by hand, because jsonwebtoken writes no `x5c` that is wrong.
    let part = |value: &Value| support::base64url(value.to_string().as_bytes());
    let message = format!("{}.{}", part(&json!({ "alg": "RS256", "x5c": x5c })), part(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256).unwrap();
    format!("{message}.{signature}")
}

fn issue(sandbox: &Sandbox, organisation: &str) -> EnterpriseCertificate {
    sandbox.issue_enterprise_certificate(&organisation.parse().unwrap()).unwrap()
}

/// `error_uri`'s last segment, or the status.
async fn outcome(fixture: &Fixture, assertion: &str) -> String {
    let answer = fixture.request_token(assertion).await;
    let status = answer.status().as_u16();
    let body = support::json(answer).await;
    match body["error_uri"].as_str() {
        Some(uri) => uri.rsplit('/').next().unwrap().to_owned(),
        None => format!("{status} {}", body["error_description"].as_str().unwrap_or_default()),
    }
}

#[tokio::test]
async fn the_leaf_alone_or_the_chain_will_do() {
    let fixture = Fixture::start().await;
    fixture.register_as(&[SCOPE], json!({ "keys": [] }));
    let certificate = issue(&fixture.sandbox, AGENCY);
    let chain = x5c(&certificate);
    for length in 1..=3 {
        let answer = fixture
            .request_token(&assertion(&fixture.claims(SCOPE), &certificate, &json!(chain[..length])))
            .await;
        assert_eq!(answer.status(), 200, "{length}");
        let token = support::json(answer).await["access_token"].as_str().unwrap().to_owned();
        assert_eq!(support::claims_of(&token)["client_amr"], "virksomhetssertifikat");
    }
}

#[tokio::test]
async fn each_wrong_certificate_has_its_refusal() {
    let fixture = Fixture::start().await;
    fixture.register_as(&[SCOPE], Value::Null);
    let certificate = issue(&fixture.sandbox, AGENCY);
    let chain = x5c(&certificate);
    let other_organization = issue(&fixture.sandbox, ENTERPRISE);
    let other_sandbox = Sandbox::start().await.unwrap();
    let other_authority = issue(&other_sandbox, AGENCY);
    let claims = fixture.claims(SCOPE);
    let with = |certificate: &EnterpriseCertificate, x5c: Value| assertion(&claims, certificate, &x5c);
    let refused = [
        ("a text", with(&certificate, json!(chain[0])), "MP-123"),
        ("no certificate", with(&certificate, json!([])), "MP-123"),
        ("no Base64", with(&certificate, json!(["?"])), "MP-123"),
        ("no DER", with(&certificate, json!(["AAEC"])), "MP-123"),
        ("out of order", with(&certificate, json!([chain[0], chain[2]])), "MP-120"),
        ("another authority", with(&other_authority, json!(x5c(&other_authority))), "MP-120"),
        ("an authority's certificate", with(&certificate, json!([chain[1]])), "MP-120"),
        ("another organization", with(&other_organization, json!(x5c(&other_organization)[..1])), "MP-122"),
        ("another key", with(&other_organization, json!(chain[..1])), "MP-124"),
    ];
    for (what, assertion, code) in refused {
        assert_eq!(outcome(&fixture, &assertion).await, code, "{what}");
    }
    fixture.sandbox.advance_clock(Duration::from_secs(4 * 366 * 86400));
    assert_eq!(outcome(&fixture, &with(&certificate, json!(chain))).await, "MP-120", "expired");
}

#[tokio::test]
async fn a_client_with_a_key_must_name_it() {
    let fixture = Fixture::start().await;
    let certificate = issue(&fixture.sandbox, AGENCY);
    let outcome =
        outcome(&fixture, &assertion(&fixture.claims(SCOPE), &certificate, &json!(x5c(&certificate)))).await;
    assert!(outcome.contains("The client requires pre-registered jwk"), "{outcome}");
}
