//! What the log is told of a certificate while tokens are got: that it is for another environment of Maskinporten, or ends.

use std::time::{Duration, SystemTime};

use dan_auth::{
    AccessTokenProvider, Bundle, CertificateSelection, ClientCredential, Endpoints, MaskinportenClient,
    Purpose,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::log::Log;
use crate::script::{Script, answer};
use crate::support::{SCOPE, WrongClock};

const TEST_AUTHORITY: &str = "Buypass Class 3 (Test4) CA G2 ST Business";

#[tokio::test]
async fn a_certificate_for_another_environment_is_warned_of_once() {
    let credential = credential(60);
    for (issuer, warnings) in [
        ("https://maskinporten.no/", 1),
        ("https://test.maskinporten.no/", 0),
        ("https://issuer.example/", 0),
    ] {
        let log = Log::default();
        let _logging = log.subscriber().set_default();
        let script = Script::of((0..2).map(|_| answer(200, r#"{"access_token":"t","expires_in":119}"#)));
        let client = MaskinportenClient::builder("my-client", credential.clone())
            .endpoints(Endpoints::new(issuer, &format!("{}/token", script.url)).unwrap())
            .scopes(SCOPE)
            .build()
            .unwrap();
        for _ in 0..2 {
            let token = client.access_token().await.unwrap();
            client.invalidate(&token).await;
        }
        let text = log.text();
        let told = "the certificate is for Maskinporten's environment 'test', and the token server is that of 'production'";
        assert_eq!(text.matches(told).count(), warnings, "{issuer}: {text}");
    }
}

#[tokio::test]
async fn a_client_that_runs_for_weeks_warns_once_a_day_of_the_end_of_its_certificate() {
    let log = Log::default();
    let _logging = log.subscriber().set_default();
    let clock = WrongClock::ahead(0);
    let script = Script::of((0..7).map(|_| answer(200, r#"{"access_token":"t","expires_in":119}"#)));
    let client = MaskinportenClient::builder("my-client", credential(60))
        .endpoints(Endpoints::new("https://issuer.example/", &format!("{}/token", script.url)).unwrap())
        .clock(clock.clone())
        .scopes(SCOPE)
        .build()
        .unwrap();
    let mut warnings = Vec::new();
    for hours in [0, 24 * 29, 24 * 31, 24 * 31 + 23, 24 * 32 + 1, 24 * 61, 24 * 62] {
        clock.set(hours * 3600);
        let another = client.request().clone().resource(format!("https://api.example.no/{hours}"));
        client.for_request(another).unwrap().access_token().await.unwrap();
        let text = log.text();
        warnings.push((
            text.matches("the certificate expires within 30 days").count(),
            text.matches("the certificate has expired").count(),
        ));
    }
    assert_eq!(warnings, [(0, 0), (0, 0), (1, 0), (1, 0), (2, 0), (2, 1), (2, 2)]);
}

fn credential(days: u64) -> ClientCredential {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::OrganizationName, "Buypass AS");
    authority.distinguished_name.push(DnType::CommonName, TEST_AUTHORITY);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let mut certificate = CertificateParams::default();
    certificate.not_after = (SystemTime::now() + Duration::from_secs(days * 24 * 3600)).into();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    let delivered = [certificate.pem(), key.serialize_pem()].concat();
    let bundle = Bundle::from_bytes(delivered.as_bytes(), None).unwrap();
    let selection = CertificateSelection::for_purpose(Purpose::Signing);
    ClientCredential::from_identity(&bundle.identity(&selection).unwrap()).unwrap()
}
