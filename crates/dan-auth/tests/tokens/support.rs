//! Clients of the sandbox, and a clock to set.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dan_auth::{
    ClientCredential, Clock, Endpoints, MaskinportenClient, MaskinportenClientBuilder, PrivateKey,
    async_trait,
};
use dan_sandbox::{ClientRegistration, Sandbox};
use serde_json::{Value, json};

pub(crate) const SCOPE: &str = "altinn:dataaltinnno";

pub(crate) fn new_key() -> PrivateKey {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    PrivateKey::from_pem(pair.serialize_pem().as_bytes()).unwrap()
}

/// A key of which it does not matter that others have it, too: making one takes its time.
pub(crate) fn some_key() -> PrivateKey {
    static KEY: LazyLock<PrivateKey> = LazyLock::new(new_key);
    KEY.clone()
}

/// Registers `client_id` with the public half of a key, and gives the key.
pub(crate) fn register(sandbox: &Sandbox, client_id: &str) -> PrivateKey {
    let key = some_key();
    register_keys(sandbox, client_id, json!({ "keys": [key.public_jwk("key")] }));
    key
}

pub(crate) fn register_keys(sandbox: &Sandbox, client_id: &str, jwks: Value) {
    sandbox
        .register_client(&ClientRegistration {
            client_id: client_id.to_owned(),
            organisation: sandbox.organisation().to_owned(),
            scopes: vec![SCOPE.to_owned()],
            jwks,
        })
        .unwrap();
}

pub(crate) fn builder(
    sandbox: &Sandbox,
    client_id: &str,
    credential: ClientCredential,
) -> MaskinportenClientBuilder {
    for_sandbox(sandbox, MaskinportenClient::builder(client_id, credential))
}

pub(crate) fn for_sandbox(
    sandbox: &Sandbox,
    builder: MaskinportenClientBuilder,
) -> MaskinportenClientBuilder {
    let server = sandbox.maskinporten();
    builder
        .endpoints(Endpoints::new(&server.issuer, &server.token_endpoint).unwrap())
        .scopes(SCOPE)
        .certificate_authorities_pem(sandbox.ca_pem().unwrap())
}

/// A client with a registered key of its own.
pub(crate) fn registered(sandbox: &Sandbox, client_id: &str) -> MaskinportenClientBuilder {
    let key = register(sandbox, client_id);
    builder(sandbox, client_id, ClientCredential::registered_key(key, "key"))
}

pub(crate) fn token_requests(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.path == "/token").count()
}

/// Header and claims of a JWT.
pub(crate) fn parts(jwt: &str) -> (Value, Value) {
    let mut parts = jwt.split('.').map(|part| {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default())
            .unwrap_or(Value::Null)
    });
    (parts.next().unwrap(), parts.next().unwrap())
}

/// A clock that is wrong by as much as one likes, and that waits for nothing.
#[derive(Default)]
pub(crate) struct WrongClock {
    seconds_ahead: Mutex<i64>,
    pauses: Mutex<Vec<Duration>>,
}

impl WrongClock {
    pub(crate) fn ahead(seconds: i64) -> Arc<Self> {
        let clock = Self::default();
        clock.set(seconds);
        Arc::new(clock)
    }

    pub(crate) fn set(&self, seconds: i64) {
        *self.seconds_ahead.lock().unwrap() = seconds;
    }

    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }
}

#[async_trait]
impl Clock for WrongClock {
    fn now(&self) -> SystemTime {
        let seconds = *self.seconds_ahead.lock().unwrap();
        let distance = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { SystemTime::now() - distance } else { SystemTime::now() + distance }
    }

    async fn sleep(&self, duration: Duration) {
        self.pauses.lock().unwrap().push(duration);
    }
}
