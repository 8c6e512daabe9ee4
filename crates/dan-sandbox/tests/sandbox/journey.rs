//! The way from a key to a harvest, as a program walks it that knows nothing but the variables.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey, Validation};
use pkcs1::der::Encode as _;
use pkcs1::{RsaPrivateKey, UintRef};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{self, AGENCY, Fixture, http_client};

/// The key that is handed out as a JWK.
fn encoding_key(jwk: &Value) -> EncodingKey {
    let numbers = ["n", "e", "d", "p", "q", "dp", "dq", "qi"]
        .map(|name| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap());
    let number = |index: usize| UintRef::new(&numbers[index]).unwrap();
    let key = RsaPrivateKey {
        modulus: number(0),
        public_exponent: number(1),
        private_exponent: number(2),
        prime1: number(3),
        prime2: number(4),
        exponent1: number(5),
        exponent2: number(6),
        coefficient: number(7),
        other_prime_infos: None,
    };
    EncodingKey::from_rsa_der(&key.to_der().unwrap())
}

#[tokio::test]
async fn the_ready_client_harvests() {
    let fixture = Fixture::start().await;
    let jwk: Value = serde_json::from_str(&fixture.variable("MASKINPORTEN_CLIENT_JWK")).unwrap();
    let scope = fixture.variable("MASKINPORTEN_SCOPES");
    let mut claims = fixture.claims(&scope);
    claims["iss"] = fixture.variable("MASKINPORTEN_CLIENT_ID").into();
    let mut header = support::header();
    header.kid = Some(jwk["kid"].as_str().unwrap().to_owned());
    let assertion = jsonwebtoken::encode(&header, &claims, &encoding_key(&jwk)).unwrap();
    let answer = fixture.request_token(&assertion).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let answer = support::json(answer).await;
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 120);
    assert_eq!(answer["scope"], scope);

    for (context, key) in fixture.sandbox.subscription_keys() {
        let response = fixture
            .http
            .get(fixture.url("/directharvest/UnitBasicInformation?subject=998997801"))
            .header("Ocp-Apim-Subscription-Key", key)
            .bearer_auth(answer["access_token"].as_str().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{context}");
    }
}

#[tokio::test]
async fn a_token_says_what_the_service_reads() {
    let fixture = Fixture::start().await;
    let token = fixture.token("altinn:dataaltinnno altinn:dataaltinnno/tilda").await;
    let keys =
        support::json(fixture.http.get(format!("{}jwk", issuer(&fixture))).send().await.unwrap()).await;
    let jwk = serde_json::from_value(keys["keys"][0].clone()).unwrap();
    let mut validation = Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.set_issuer(&[issuer(&fixture)]);
    let token =
        jsonwebtoken::decode::<Value>(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap();
    assert_eq!(token.header.kid, jwk.common.key_id);
    let mut claims = token.claims;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    for name in ["exp", "iat", "iss", "jti"] {
        claims[name].take();
    }
    insta::assert_json_snapshot!(claims);
}

#[tokio::test]
async fn the_metadata_document_leads_to_the_token_endpoint() {
    let fixture = Fixture::start().await;
    let maskinporten = fixture.sandbox.maskinporten();
    let document = support::json(fixture.http.get(&maskinporten.well_known).send().await.unwrap()).await;
    assert_eq!(document["issuer"], maskinporten.issuer);
    assert_eq!(document["token_endpoint"], maskinporten.token_endpoint);
    assert_eq!(document["grant_types_supported"], json!(["urn:ietf:params:oauth:grant-type:jwt-bearer"]));
}

#[tokio::test]
async fn an_answer_is_signed_to_the_byte() {
    let fixture = Fixture::start().await;
    for path in ["", "&envelope=false", "&envelope=false&query=OrganizationName"] {
        let path = format!("/directharvest/UnitBasicInformation?subject={AGENCY}{path}");
        let response = fixture.harvest("eBevis", &path).await;
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["x-cache"], "hit-distributed");
        response.headers()["x-invocationid"].to_str().unwrap().parse::<uuid::Uuid>().unwrap();
        assert!(response.headers()["x-version"].to_str().unwrap().ends_with("+00:00-sandbox"));
        let signature = response.headers()["x-signature-jwt"].to_str().unwrap().to_owned();
        let pem = std::fs::read(fixture.sandbox.signing_key_file()).unwrap();
        let mut validation = Validation::new(jsonwebtoken::Algorithm::RS256);
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_rsa_pem(&pem).unwrap();
        let signed = jsonwebtoken::decode::<Value>(&signature, &key, &validation).unwrap();
        let digest: String = Sha256::digest(response.bytes().await.unwrap())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(signed.claims, json!({ "SHA256PayloadDigest": digest }));
    }
}

#[tokio::test]
async fn sandboxes_run_side_by_side_and_trust_nobody_else() {
    let (one, other) = (Fixture::start().await, Fixture::start().await);
    let stranger = http_client(&other.sandbox).get(one.url("/public/metadata/statuscodes")).send().await;
    assert!(stranger.unwrap_err().is_connect(), "another authority");
    let token = other.full_token().await;
    let path = format!("/directharvest/UnitBasicInformation?subject={AGENCY}");
    let refused = one.get("eBevis", &path).bearer_auth(token).send().await.unwrap();
    assert_eq!(support::json(refused).await["code"], 1024);
}

#[tokio::test]
async fn dropping_frees_ports_and_files() {
    let fixture = Fixture::start().await;
    let ca_file = fixture.sandbox.ca_file().unwrap().to_owned();
    let address = fixture.sandbox.base_url().trim_start_matches("https://").to_owned();
    assert_eq!(
        fixture.http.get(fixture.url("/public/metadata/statuscodes")).send().await.unwrap().status(),
        200
    );
    drop(fixture);
    assert!(!ca_file.exists());
    std::net::TcpListener::bind(address).unwrap();
}

fn issuer(fixture: &Fixture) -> &str {
    &fixture.sandbox.maskinporten().issuer
}
