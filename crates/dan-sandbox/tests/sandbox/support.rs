//! A client written by hand, of reqwest and jsonwebtoken alone.

use std::io::Write as _;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dan_sandbox::{ClientRegistration, Sandbox};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use reqwest::{Certificate, Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub(crate) const AGENCY: &str = "991825827";
pub(crate) const ENTERPRISE: &str = "998997801";
pub(crate) const PERSON: &str = "15867010022";
pub(crate) const SCOPE: &str = "altinn:dataaltinnno";
pub(crate) const KEY_ID: &str = "test-key";
pub(crate) const CLIENT_ID: &str = "test-client";

/// One key for all tests of a binary; generation takes its time.
pub(crate) static KEY: LazyLock<EncodingKey> = LazyLock::new(generate_key);

pub(crate) fn generate_key() -> EncodingKey {
    let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).unwrap()
}

/// The public half of a key as a set of one JWK.
pub(crate) fn public_jwks(key: &EncodingKey) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, Algorithm::RS256).unwrap();
    jwk.common.key_id = Some(KEY_ID.to_owned());
    json!({ "keys": [jwk] })
}

/// A sandbox, a client that is registered in it, and what the client speaks HTTP with.
pub(crate) struct Fixture {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: Client,
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let http = http_client(&sandbox);
        let fixture = Self { sandbox, http };
        fixture.register(&fixture.all_scopes());
        fixture
    }

    /// Registers the client of the tests with these scopes and [`KEY`].
    pub(crate) fn register(&self, scopes: &[&str]) {
        self.register_as(scopes, public_jwks(&KEY));
    }

    pub(crate) fn register_as(&self, scopes: &[&str], jwks: Value) {
        let registration = ClientRegistration {
            client_id: CLIENT_ID.to_owned(),
            organisation: AGENCY.to_owned(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            jwks,
        };
        self.sandbox.register_client(&registration).unwrap();
    }

    /// All scopes that the ready client has.
    pub(crate) fn all_scopes(&self) -> Vec<&'static str> {
        self.variable("MASKINPORTEN_SCOPES").leak().split(' ').collect()
    }

    pub(crate) fn variable(&self, name: &str) -> String {
        self.sandbox.variables().into_iter().find(|(other, _)| other == name).unwrap().1
    }

    /// Claims that Maskinporten accepts.
    pub(crate) fn claims(&self, scope: &str) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        json!({
            "aud": self.sandbox.maskinporten().issuer,
            "iss": CLIENT_ID,
            "scope": scope,
            "iat": now,
            "exp": now + 60,
            "jti": uuid::Uuid::new_v4().to_string(),
        })
    }

    pub(crate) async fn request_token(&self, assertion: &str) -> Response {
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)];
        self.http.post(&self.sandbox.maskinporten().token_endpoint).form(&form).send().await.unwrap()
    }

    /// A token with these scopes.
    pub(crate) async fn token(&self, scope: &str) -> String {
        let answer = self.request_token(&sign(&header(), &self.claims(scope))).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    /// A token with all scopes.
    pub(crate) async fn full_token(&self) -> String {
        self.token(&self.all_scopes().join(" ")).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/v1{path}", self.sandbox.base_url())
    }

    /// A GET with the subscription key of a service context.
    pub(crate) fn get(&self, context: &str, path: &str) -> RequestBuilder {
        self.http
            .get(self.url(path))
            .header("Ocp-Apim-Subscription-Key", &self.sandbox.subscription_keys()[context])
    }

    /// An authenticated call with the subscription key of a service context.
    pub(crate) async fn call(
        &self,
        method: Method,
        context: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Response {
        let request = self
            .http
            .request(method, self.url(path))
            .header("Ocp-Apim-Subscription-Key", &self.sandbox.subscription_keys()[context])
            .bearer_auth(self.full_token().await);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        request.send().await.unwrap()
    }

    /// Asks for datasets in eBevis, which must be granted.
    pub(crate) async fn authorize(&self, request: &Value) -> Value {
        let answer = self.call(Method::POST, "eBevis", "/authorization", Some(request)).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        json(answer).await
    }

    /// An authenticated GET in eBevis: the status, and the body as JSON; null when it is empty.
    pub(crate) async fn ask(&self, path: &str) -> (u16, Value) {
        let answer = self.call(Method::GET, "eBevis", path, None).await;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
    }

    /// An authenticated GET.
    pub(crate) async fn harvest(&self, context: &str, path: &str) -> Response {
        let token = self.full_token().await;
        self.get(context, path).bearer_auth(token).send().await.unwrap()
    }
}

pub(crate) fn http_client(sandbox: &Sandbox) -> Client {
    let authority = Certificate::from_pem(sandbox.ca_pem().unwrap().as_bytes()).unwrap();
    Client::builder().tls_certs_only([authority]).build().unwrap()
}

/// The header of an assertion that names the registered key.
pub(crate) fn header() -> Header {
    let mut header = Header::new(Algorithm::RS256);
    header.typ = None;
    header.kid = Some(KEY_ID.to_owned());
    header
}

pub(crate) fn sign(header: &Header, claims: &Value) -> String {
    jsonwebtoken::encode(header, claims, &KEY).unwrap()
}

pub(crate) async fn json(response: Response) -> Value {
    response.json().await.unwrap()
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims of a token, unproven.
pub(crate) fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A document without what differs from run to run.
pub(crate) fn without_times(mut document: Value) -> Value {
    for name in ["validFrom", "validTo"] {
        document["evidenceStatus"][name].take();
    }
    for value in document["evidenceValues"].as_array_mut().unwrap() {
        value["timestamp"].take();
    }
    document
}

/// Says that a part is missing that a test needs. In CI that is a failure.
///
/// What is written to the stream itself is shown even when the test passes.
pub(crate) fn not_tested(missing: &str) {
    assert!(std::env::var_os("CI").is_none(), "{missing} is missing; install it: .ci/install");
    let message = format!("NOT TESTED: {missing} is missing; install it: .ci/install\n");
    std::io::stderr().write_all(message.as_bytes()).unwrap();
}
