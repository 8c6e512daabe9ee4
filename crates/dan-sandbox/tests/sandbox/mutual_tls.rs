//! Callers with an enterprise certificate instead of a token.

use std::time::Duration;

use dan_sandbox::CertificateProfile;
use reqwest::{Certificate, Client, Identity};
use serde_json::{Value, json};

use crate::support::{AGENCY, ENTERPRISE, Fixture, json};

fn client(fixture: &Fixture, identity: Option<String>) -> Client {
    let authority = Certificate::from_pem(fixture.sandbox.ca_pem().unwrap().as_bytes()).unwrap();
    let client = Client::builder().tls_certs_only([authority]);
    match identity {
        Some(pem) => client.identity(Identity::from_pem(pem.as_bytes()).unwrap()).build().unwrap(),
        None => client.build().unwrap(),
    }
}

fn identity(fixture: &Fixture, organisation: &str, profile: CertificateProfile) -> String {
    let organisation = organisation.parse().unwrap();
    let issued = fixture.sandbox.issue_enterprise_certificate_by_profile(&organisation, profile).unwrap();
    format!("{}{}", issued.chain_pem, issued.private_key_pem)
}

async fn harvest(fixture: &Fixture, client: &Client) -> reqwest::Result<reqwest::Response> {
    let base_url = fixture.sandbox.certificate_base_url().unwrap();
    client
        .get(format!("{base_url}/v1/directharvest/UnitBasicInformation?subject={ENTERPRISE}"))
        .header("Ocp-Apim-Subscription-Key", &fixture.sandbox.subscription_keys()["eBevis"])
        .send()
        .await
}

#[tokio::test]
async fn the_certificate_names_the_organization_in_either_profile() {
    let fixture = Fixture::start().await;
    for profile in [CertificateProfile::SeidV1, CertificateProfile::SeidV2] {
        let client = client(&fixture, Some(identity(&fixture, AGENCY, profile)));
        assert_eq!(harvest(&fixture, &client).await.unwrap().status(), 200, "{profile:?}");
    }
    let enterprise = client(&fixture, Some(identity(&fixture, ENTERPRISE, CertificateProfile::SeidV2)));
    let refusal = json(harvest(&fixture, &enterprise).await.unwrap()).await;
    assert_eq!(refusal["code"], 1019, "the requestor is the certificate's organization, which is no agency");
}

#[tokio::test]
async fn nobody_comes_in_without_a_certificate_of_the_authority() {
    let (fixture, other) = (Fixture::start().await, Fixture::start().await);
    let foreign = identity(&other, AGENCY, CertificateProfile::SeidV2);
    for identity in [None, Some(foreign)] {
        assert!(harvest(&fixture, &client(&fixture, identity)).await.is_err());
    }
}

#[tokio::test]
async fn a_certificate_expires_by_the_sandboxs_clock() {
    let fixture = Fixture::start().await;
    let client = client(&fixture, Some(identity(&fixture, AGENCY, CertificateProfile::SeidV2)));
    fixture.sandbox.advance_clock(Duration::from_secs(4 * 365 * 24 * 3600));
    let answer = harvest(&fixture, &client).await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(json(answer).await["code"], 1000);
}

#[tokio::test]
async fn a_certificate_is_issued_over_http() {
    let fixture = Fixture::start().await;
    let control = format!("{}certificates", fixture.sandbox.control_url());
    let body = json!({ "organisation": AGENCY, "profile": "seid-v1" });
    let issued: Value = json(fixture.http.post(control).json(&body).send().await.unwrap()).await;
    let pem = format!("{}{}", issued["chain"].as_str().unwrap(), issued["private_key"].as_str().unwrap());
    assert_eq!(harvest(&fixture, &client(&fixture, Some(pem))).await.unwrap().status(), 200);
}
