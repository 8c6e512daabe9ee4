//! Assertions of our client and tokens of the sandbox, verified by `PyJWT`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use dan_auth::{
    AccessTokenProvider, ClientCredential, Endpoints, MaskinportenClient, PrivateKey, SigningAlgorithm,
};
use dan_sandbox::Sandbox;
use serde_json::{Value, json};

use super::authorities::Authorities;
use super::process::{python, python_file};
use crate::script::{Script, answer};

const ISSUER: &str = "https://test.maskinporten.no/";
const SCOPE: &str = "altinn:dataaltinnno";

/// What `PyJWT` says of each of these.
fn verified(entries: &Value) -> Option<Vec<Value>> {
    let mut command = Command::new(python()?);
    command.arg("-B").arg(python_file("verify.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(entries.to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "PyJWT refuses");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// The assertion that a client with this credential sends.
async fn assertion(credential: ClientCredential) -> String {
    let script = Script::of([answer(200, r#"{"access_token":"t"}"#)]);
    let client = MaskinportenClient::builder("my-client", credential)
        .endpoints(Endpoints::new(ISSUER, &format!("{}/token", script.url)).unwrap())
        .scopes(SCOPE)
        .build()
        .unwrap();
    client.access_token().await.unwrap();
    script.received()[0].field("assertion").unwrap()
}

#[tokio::test]
async fn assertions_are_what_they_should_be() {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let key = PrivateKey::from_pem(pair.serialize_pem().as_bytes()).unwrap();
    let jwks = json!({ "keys": [key.public_jwk("key")] });
    let mut entries = Vec::new();
    for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Rs384, SigningAlgorithm::Rs512] {
        let credential = ClientCredential::registered_key(key.clone(), "key").algorithm(algorithm);
        entries.push(json!({
            "text": assertion(credential).await, "audience": ISSUER, "issuer": "my-client", "jwks": jwks, "root": null,
        }));
    }
    let authorities = Authorities::new("Test");
    let credential = ClientCredential::from_identity(&authorities.enterprise_with_rsa_key()).unwrap();
    entries.push(json!({
        "text": assertion(credential).await, "audience": ISSUER, "issuer": "my-client",
        "jwks": null, "root": authorities.root_pem(),
    }));
    let Some(verified) = verified(&Value::Array(entries)) else { return };
    let algorithms: Vec<_> = verified.iter().map(|jwt| jwt["header"]["alg"].as_str().unwrap()).collect();
    assert_eq!(algorithms, ["RS256", "RS384", "RS512", "RS256"]);
    for jwt in verified {
        assert_eq!((&jwt["claims"]["scope"], &jwt["header"]["typ"]), (&json!(SCOPE), &Value::Null));
    }
}

#[tokio::test]
async fn tokens_of_the_sandbox_are_what_they_should_be() {
    let sandbox = Sandbox::start().await.unwrap();
    let variables = sandbox.variables();
    let (_, jwk) = variables.iter().find(|(name, _)| name == "MASKINPORTEN_CLIENT_JWK").unwrap();
    let credential = ClientCredential::registered_jwk(PrivateKey::from_jwk(jwk).unwrap()).unwrap();
    let server = sandbox.maskinporten();
    let client = MaskinportenClient::builder(sandbox.client_id(), credential)
        .well_known_url(&server.well_known)
        .scopes(SCOPE)
        .certificate_authorities_pem(sandbox.ca_pem().unwrap())
        .build()
        .unwrap();
    let token = client.access_token().await.unwrap();

    let authority = reqwest::Certificate::from_pem(sandbox.ca_pem().unwrap().as_bytes()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([authority]).build().unwrap();
    let jwks: Value = http.get(format!("{}jwk", server.issuer)).send().await.unwrap().json().await.unwrap();
    let entry = json!({
        "text": token.expose(), "audience": null, "issuer": server.issuer, "jwks": jwks, "root": null,
    });
    let Some(verified) = verified(&json!([entry])) else { return };
    assert_eq!(verified[0]["claims"]["consumer"]["ID"], format!("0192:{}", sandbox.organisation()));
}
