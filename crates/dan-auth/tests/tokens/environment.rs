//! A certificate for one environment of Maskinporten, and the token server of another.

use dan_auth::{
    AccessTokenProvider, Bundle, CertificateSelection, ClientCredential, Endpoints, MaskinportenClient,
    Purpose,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::log::Log;
use crate::script::{Script, answer};
use crate::support::SCOPE;

const TEST_AUTHORITY: &str = "Buypass Class 3 (Test4) CA G2 ST Business";

#[tokio::test]
async fn a_certificate_for_another_environment_is_warned_of_once() {
    let credential = credential();
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

fn credential() -> ClientCredential {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::OrganizationName, "Buypass AS");
    authority.distinguished_name.push(DnType::CommonName, TEST_AUTHORITY);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let certificate = CertificateParams::default().signed_by(&key, &authority).unwrap();
    let delivered = [certificate.pem(), key.serialize_pem()].concat();
    let bundle = Bundle::from_bytes(delivered.as_bytes(), None).unwrap();
    let selection = CertificateSelection::for_purpose(Purpose::Signing);
    ClientCredential::from_identity(&bundle.identity(&selection).unwrap()).unwrap()
}
