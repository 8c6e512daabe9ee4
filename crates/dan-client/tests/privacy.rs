//! What may be seen while the client works. Alone in its process, since the log is the process's.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::sync::Arc;

use dan_client::DanClient;
use dan_sandbox::Sandbox;

const PERSON: &str = "15867010022";

/// Nothing that is logged at any level holds a person's number, a key or a token.
#[tokio::test]
async fn no_secret_is_logged() {
    use tracing_subscriber::util::SubscriberInitExt as _;

    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish()
        .set_default();
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    client.direct_harvest("FregPerson").subject(PERSON).reuse_token().evidence().await.unwrap();

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("/v1/directharvest/FregPerson"), "{logged}");
    let keys = sandbox.subscription_keys();
    for secret in keys.values().map(String::as_str).chain([PERSON, "eyJ"]) {
        let found = logged.lines().find(|line| line.contains(secret));
        assert!(found.is_none(), "a secret was logged: {found:?}");
    }
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
