//! A token server of Authlib and Flask.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use dan_auth::{
    AccessTokenProvider, AuthErrorKind, ClientCredential, ClientIdentity, MaskinportenClient,
    MaskinportenClientBuilder, PrivateKey, SigningAlgorithm,
};
use serde_json::{Value, json};

use super::authorities::{Authorities, without_issuers};
use super::process::{python, python_file};

const ISSUER: &str = "https://issuer.example/";
const SCOPE: &str = "altinn:dataaltinnno";
const ALGORITHMS: [SigningAlgorithm; 3] =
    [SigningAlgorithm::Rs256, SigningAlgorithm::Rs384, SigningAlgorithm::Rs512];

/// The server, until this is dropped.
struct TokenServer {
    process: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl TokenServer {
    fn start(settings: &Value) -> Option<Self> {
        let mut command = Command::new(python()?);
        command.arg("-B").arg(python_file("token_server.py")).arg(settings.to_string());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        lines.read_line(&mut port).unwrap();
        Some(Self { process, lines, port: port.trim().parse().unwrap() })
    }

    fn client(&self, client_id: &str, credential: ClientCredential) -> MaskinportenClientBuilder {
        MaskinportenClient::builder(client_id, credential)
            .well_known_url(format!("http://127.0.0.1:{}/.well-known/oauth-authorization-server", self.port))
            .expected_issuer(ISSUER)
            .scopes(SCOPE)
    }

    /// What it says of the next token that it has granted.
    fn granted(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for TokenServer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn new_key() -> PrivateKey {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    PrivateKey::from_pem(pair.serialize_pem().as_bytes()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_key_gets_tokens_and_another_key_does_not() {
    let key = new_key();
    let credentials = ALGORITHMS.map(|algorithm| {
        ClientCredential::registered_key(key.clone(), algorithm.as_str()).algorithm(algorithm)
    });
    let keys = json!({ "keys": credentials.each_ref().map(ClientCredential::public_jwk) });
    let settings = json!({ "issuer": ISSUER, "root": null, "clients": { "client": keys } });
    let Some(mut server) = TokenServer::start(&settings) else { return };
    for credential in &credentials {
        let client = server.client("client", credential.clone()).build().unwrap();
        assert!(!client.access_token().await.unwrap().expose().is_empty());
        assert_eq!(server.granted(), json!({ "client_id": "client", "alg": credential.key_id() }));
    }
    let [registered, ..] = credentials;
    for (mistake, client_id, credential) in [
        ("another key", "client", ClientCredential::registered_key(new_key(), "RS256")),
        ("another key id", "client", ClientCredential::registered_key(key, "652SR")),
        ("another algorithm", "client", registered.clone().algorithm(SigningAlgorithm::Rs384)),
        ("another client", "tneilc", registered),
    ] {
        let error = server.client(client_id, credential).build().unwrap().access_token().await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Refused, "{mistake}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_certificate_gets_a_token_by_its_chain() {
    let authorities = Authorities::new("Test");
    let settings =
        json!({ "issuer": ISSUER, "root": authorities.root_pem(), "clients": { "enterprise": null } });
    let Some(mut server) = TokenServer::start(&settings) else { return };
    let identity = authorities.enterprise_with_rsa_key();
    let credential = |identity: &ClientIdentity| ClientCredential::from_identity(identity).unwrap();
    for algorithm in ALGORITHMS {
        let credential = credential(&identity).algorithm(algorithm);
        server.client("enterprise", credential).build().unwrap().access_token().await.unwrap();
        assert_eq!(server.granted(), json!({ "client_id": "enterprise", "alg": algorithm.as_str() }));
    }

    let stranger = Authorities::new("Other").enterprise_with_rsa_key();
    for refused in [without_issuers(&identity), stranger] {
        let client = server.client("enterprise", credential(&refused)).build().unwrap();
        assert_eq!(client.access_token().await.unwrap_err().kind(), AuthErrorKind::Refused);
    }
}
