//! What it costs to serve a token that is there, and to get one that is not.

use std::hint::black_box;
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dan_auth::{AccessTokenProvider as _, ClientCredential, Endpoints, MaskinportenClient, PrivateKey};
use dan_sandbox::{ClientRegistration, Sandbox};
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::side_by_side::Benchmark;

/// How often a token is asked for in one go: starting a thread or a runtime shall not count.
const CALLS: u32 = 100_000;
const CLIENT: &str = "benchmark";
const SCOPE: &str = "altinn:dataaltinnno";

pub(crate) fn benchmarks() -> Vec<Benchmark> {
    vec![
        Benchmark::lazy("tokens/cached", "Arc<str> cloned out of an RwLock", || {
            let (served, bare) = (Served::start(), BareToken::new());
            (Box::new(move || ask_at_once([&served])), Box::new(move || bare.ask(1)))
        })
        .each(CALLS),
        Benchmark::lazy("tokens/cached-by-two-threads", "Arc<str> cloned out of an RwLock", || {
            let (served, bare) = (Served::start(), BareToken::new());
            (Box::new(move || ask_at_once([&served; 2])), Box::new(move || bare.ask(2)))
        })
        .each(CALLS),
        // Both need two processors, so that whatever else the machine does meets both.
        Benchmark::lazy("tokens/cached-by-two-threads", "two threads that share nothing", || {
            let (shared, apart) = (Served::start(), [Served::start(), Served::start()]);
            (Box::new(move || ask_at_once([&shared; 2])), Box::new(move || ask_at_once(apart.each_ref())))
        })
        .each(CALLS),
        Benchmark::lazy("tokens/grant", "one signature of aws-lc-rs and one round trip of reqwest", || {
            let server = Arc::new(Server::start());
            let (granting, bare) = (Granting::at(&server), BareGrant::at(&server));
            (Box::new(move || granting.get()), Box::new(move || bare.get()))
        }),
    ]
}

/// A sandbox that knows a client with this key.
struct Server {
    runtime: Runtime,
    sandbox: Sandbox,
    pkcs8: Vec<u8>,
}

impl Server {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start()).unwrap();
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let server = Self { runtime, sandbox, pkcs8: pair.serialize_der() };
        let registration = ClientRegistration {
            client_id: CLIENT.to_owned(),
            organisation: server.sandbox.organisation().to_owned(),
            scopes: vec![SCOPE.to_owned()],
            jwks: json!({ "keys": [server.key().public_jwk(CLIENT)] }),
        };
        server.sandbox.register_client(&registration).unwrap();
        server
    }

    fn key(&self) -> PrivateKey {
        PrivateKey::from_bytes(&self.pkcs8, None).unwrap()
    }

    fn client(&self) -> MaskinportenClient {
        MaskinportenClient::builder(CLIENT, ClientCredential::registered_key(self.key(), CLIENT))
            .endpoints(Endpoints::of_issuer(&self.sandbox.maskinporten().issuer).unwrap())
            .scopes(SCOPE)
            .certificate_authorities_pem(self.sandbox.ca_pem().unwrap())
            .build()
            .unwrap()
    }
}

/// A client that has a token.
struct Served {
    server: Server,
    client: MaskinportenClient,
}

impl Served {
    fn start() -> Self {
        let server = Server::start();
        let client = server.client();
        server.runtime.block_on(client.access_token()).unwrap();
        Self { server, client }
    }

    fn ask(&self) {
        self.server.runtime.block_on(async {
            for _ in 0..CALLS {
                black_box(self.client.access_token().await.unwrap());
            }
        });
    }
}

/// Asks each of them in a thread of its own.
fn ask_at_once<const THREADS: usize>(served: [&Served; THREADS]) {
    thread::scope(|scope| {
        for served in served {
            scope.spawn(|| served.ask());
        }
    });
}

/// The least that can be done: no clock is looked at, and nothing is renewed.
struct BareToken(RwLock<Arc<str>>);

impl BareToken {
    fn new() -> Self {
        Self(RwLock::new("a token".into()))
    }

    fn ask(&self, threads: usize) {
        let clone_often = || {
            for _ in 0..CALLS {
                black_box(Arc::clone(&self.0.read().unwrap()));
            }
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(clone_often);
            }
        });
    }
}

/// A client that has no token, and asks for another one each time.
struct Granting {
    server: Arc<Server>,
    client: MaskinportenClient,
}

impl Granting {
    fn at(server: &Arc<Server>) -> Self {
        Self { client: server.client(), server: Arc::clone(server) }
    }

    fn get(&self) {
        let another = self.client.request().clone().resource(another_resource());
        let client = self.client.for_request(another).unwrap();
        black_box(self.server.runtime.block_on(client.access_token()).unwrap());
    }
}

/// The same by hand.
struct BareGrant {
    server: Arc<Server>,
    key: KeyPair,
    http: reqwest::Client,
}

impl BareGrant {
    fn at(server: &Arc<Server>) -> Self {
        let authority = reqwest::Certificate::from_pem(server.sandbox.ca_pem().unwrap().as_bytes()).unwrap();
        Self {
            server: Arc::clone(server),
            key: KeyPair::from_pkcs8(&server.pkcs8).unwrap(),
            http: reqwest::Client::builder().tls_certs_only([authority]).build().unwrap(),
        }
    }

    fn get(&self) {
        let form =
            [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &self.assertion())];
        let url = &self.server.sandbox.maskinporten().token_endpoint;
        let answer = self.server.runtime.block_on(async {
            let answer = self.http.post(url).form(&form).send().await.unwrap();
            answer.error_for_status().unwrap().bytes().await.unwrap()
        });
        black_box(answer);
    }

    fn assertion(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let header = json!({ "alg": "RS256", "kid": CLIENT });
        let claims = json!({
            "aud": self.server.sandbox.maskinporten().issuer, "iss": CLIENT, "scope": SCOPE, "iat": now,
            "exp": now + 60, "jti": Uuid::new_v4().to_string(), "resource": another_resource()
        });
        let encode = |part: &serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

fn another_resource() -> String {
    format!("https://api.example.no/{}", Uuid::new_v4())
}
