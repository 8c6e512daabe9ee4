//! What may be seen while a token is got. Alone in its process, since the log is the process's.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::sync::Arc;

use dan_auth::{AccessTokenProvider, ClientCredential, Endpoints, MaskinportenClient, PrivateKey};
use dan_sandbox::Sandbox;

/// Nothing that is logged at any level, printed by `Debug` or said in an error holds a key, an assertion or a token.
#[tokio::test]
async fn no_secret_is_seen() {
    use tracing_subscriber::fmt::format::FmtSpan;
    use tracing_subscriber::util::SubscriberInitExt as _;

    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish()
        .set_default();

    let sandbox = Sandbox::start().await.unwrap();
    let jwk = variable(&sandbox, "MASKINPORTEN_CLIENT_JWK");
    let key = PrivateKey::from_jwk(&jwk).unwrap();
    let credential = ClientCredential::registered_jwk(key.clone()).unwrap();
    let client_of = |client_id: &str| client(&sandbox, client_id, credential.clone());
    let client = client_of(sandbox.client_id());
    let token = client.access_token().await.unwrap();
    let refused = client_of("unknown");
    let error = refused.access_token().await.unwrap_err();

    let seen = format!("{} {key:?} {credential:?} {client:?} {token:?} {error:?} {error}", log.text());
    assert!(seen.contains("the token server answered"), "{seen}");
    let private = serde_json::from_str::<serde_json::Value>(&jwk).unwrap();
    for secret in [private["d"].as_str().unwrap(), private["p"].as_str().unwrap(), token.expose(), "eyJ"] {
        assert!(!seen.contains(secret), "a secret was seen");
    }
}

fn client(sandbox: &Sandbox, client_id: &str, credential: ClientCredential) -> MaskinportenClient {
    MaskinportenClient::builder(client_id, credential)
        .endpoints(Endpoints::of_issuer(&sandbox.maskinporten().issuer).unwrap())
        .scopes("altinn:dataaltinnno")
        .certificate_authorities_pem(sandbox.ca_pem().unwrap())
        .build()
        .unwrap()
}

fn variable(sandbox: &Sandbox, name: &str) -> String {
    sandbox.variables().into_iter().find(|(found, _)| found == name).unwrap().1
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
