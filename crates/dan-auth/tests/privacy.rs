//! What may be seen while tokens are got. Alone in its process, since the log is the process's.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::sync::{Arc, Mutex};

use dan_auth::{
    AccessToken, AccessTokenProvider, AltinnPlatform, AltinnTokenExchange, AuthError, AuthorizationDetails,
    CachedToken, ClientCredential, Endpoints, KeySource, MaskinportenClient, MaskinportenClientBuilder,
    NaisTokenProvider, PrivateKey, ReloadingCredential, Secret, TokenCache, TokenCacheError, TokenCacheKey,
    TokenFunction, TokenRequest, async_trait,
};
use dan_sandbox::Sandbox;
use serde_json::{Value, json};
use tracing_subscriber::util::SubscriberInitExt as _;

mod log;
#[path = "tokens/script.rs"]
mod script;

use log::Log;
use script::{Reply, Script, answer, answer_with};

const SCOPE: &str = "altinn:dataaltinnno";
const PERSON: &str = "15867010022";
const PASSWORD: &str = "correct-horse-battery-staple";

/// The whole flow with every level of the log on: what goes well, what is refused, and servers that repeat all they get.
/// Then everything that was printed, traced, told by an error or used as a key of a cache is searched.
#[tokio::test]
async fn no_secret_is_seen() {
    let log = Log::default();
    log.subscriber().init();
    let mut seen = Seen::default();
    let sandbox = Sandbox::start().await.unwrap();
    let jwk = variable(&sandbox, "MASKINPORTEN_CLIENT_JWK");
    let credential = ClientCredential::registered_jwk(PrivateKey::from_jwk(&jwk).unwrap()).unwrap();
    seen.secrets.extend(private_members(&jwk));

    granted(&sandbox, &credential, &mut seen).await;
    refused(&sandbox, &credential, &mut seen).await;
    repeated(&credential, &mut seen).await;
    of_other_providers(&mut seen).await;
    rotated(&jwk, &mut seen);

    seen.texts.push(log.text());
    seen.search();
}

/// A token with everything that can be asked for, through a cache that others share.
async fn granted(sandbox: &Sandbox, credential: &ClientCredential, seen: &mut Seen) {
    let cache = Arc::new(Watched::default());
    let client = for_sandbox(sandbox, sandbox.client_id(), credential.clone())
        .token_cache(cache.clone())
        .build()
        .unwrap();
    sandbox.approve_system_user(sandbox.client_id(), &"310123455".parse().unwrap(), None);
    let request = TokenRequest::new(SCOPE)
        .pid(PERSON)
        .resource("https://api.example.no/")
        .authorization_details(AuthorizationDetails::system_user("310123455"));
    let client = client.for_request(request).unwrap();
    let token = client.access_token().await.unwrap();
    client.invalidate(&token).await;
    let next = client.access_token().await.unwrap();
    seen.show(&(&client, client.request(), &token, credential, credential.certificate(), &cache));
    let keys = cache.keys.lock().unwrap().clone();
    assert!(!keys.is_empty(), "the cache was asked");
    seen.texts.extend(keys);
    seen.secrets.extend([token, next].map(|token| token.expose().to_owned()));
}

async fn refused(sandbox: &Sandbox, credential: &ClientCredential, seen: &mut Seen) {
    let consent = AuthorizationDetails::consent("id", format!("urn:altinn:person:identifier-no:{PERSON}"));
    for (client_id, request) in [
        ("unknown", TokenRequest::new(SCOPE).pid(PERSON)),
        (sandbox.client_id(), TokenRequest::new(SCOPE).authorization_details(consent)),
    ] {
        let client = for_sandbox(sandbox, client_id, credential.clone()).request(request).build().unwrap();
        seen.tell(&client.access_token().await.unwrap_err());
    }
    // Digits that are no national identity number, yet may be one with a slip.
    let builder = for_sandbox(sandbox, "client", credential.clone()).pid(format!("{PERSON}0"));
    seen.show(&builder);
    seen.tell(&builder.build().unwrap_err());
    seen.secrets.push(PERSON.to_owned());
}

/// Token servers that repeat the assertion and the person, as errors, as pages and in headers, and one that breaks off.
async fn repeated(credential: &ClientCredential, seen: &mut Seen) {
    for step in 0..5 {
        let first = Script::of([answer(503, "")]);
        let assertion = ask(&first, credential).await.1;
        let repeated = format!("{assertion} for {PERSON}");
        let reply = match step {
            0 => answer(400, json!({ "error": "invalid_grant", "error_description": repeated }).to_string()),
            1 => {
                answer(400, json!({ "error": repeated, "error_uri": format!("x/MP-{repeated}") }).to_string())
            }
            2 => answer_with(500, &format!("X-Assertion: {assertion}"), format!("<html>{repeated}</html>")),
            3 => answer(200, json!({ "token": repeated }).to_string()),
            _ => Reply::Nothing,
        };
        let (error, another) = ask(&Script::of([reply]), credential).await;
        seen.tell(&error);
        seen.secrets.extend([assertion, another]);
    }
}

/// The error of a client that asks once, and the assertion that it sent.
async fn ask(server: &Script, credential: &ClientCredential) -> (AuthError, String) {
    let client = MaskinportenClient::builder("my-client", credential.clone())
        .endpoints(Endpoints::of_issuer(&server.url).unwrap())
        .request(TokenRequest::new(SCOPE).pid(PERSON))
        .attempts(1)
        .build()
        .unwrap();
    let error = client.access_token().await.unwrap_err();
    let received = &server.received()[0];
    assert_eq!((received.what.as_str(), received.header("authorization")), ("POST /token", None));
    (error, received.field("assertion").unwrap())
}

async fn of_other_providers(seen: &mut Seen) {
    let [sidecar, maskinporten, altinn] = ["sidecar", "maskinporten", "altinn"].map(|name| {
        // Three parts of a JWT, made long enough to be searched for.
        format!("eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjAsImV4cCI6MTIwfQ.signature-of-the-token-from-{name}")
    });
    let server = Script::of([answer(200, json!({ "access_token": sidecar, "expires_in": 60 }).to_string())]);
    let provider = NaisTokenProvider::builder(&server.url, TokenRequest::new(SCOPE)).build().unwrap();
    let token = provider.access_token().await.unwrap();
    seen.show(&(&provider, &token));

    let function = {
        let token = AccessToken::new(maskinporten.as_str());
        TokenFunction::new(move || std::future::ready(Ok(token.clone())))
    };
    seen.show(&function);
    let server = Script::of([answer(200, altinn.as_str()), answer(401, maskinporten.as_str())]);
    let exchange =
        AltinnTokenExchange::builder(AltinnPlatform::Test, Arc::new(function)).platform_url(&server.url);
    seen.show(&exchange);
    let exchange = exchange.attempts(1).build().unwrap();
    let token = exchange.access_token().await.unwrap();
    exchange.invalidate(&token).await;
    seen.tell(&exchange.access_token().await.unwrap_err());
    seen.show(&exchange);
    seen.secrets.extend([sidecar, maskinporten, altinn]);
}

/// A key in a file with a password, and what takes its place and cannot be used.
fn rotated(jwk: &str, seen: &mut Seen) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.jwk");
    std::fs::write(&file, jwk).unwrap();
    let source = KeySource::path(&file).password(Secret::from(PASSWORD));
    seen.show(&(&source, ReloadingCredential::registered_jwk(source.clone()).unwrap()));
    for broken in
        [jwk.replace("\"d\":\"", "\"d\":\"!"), jwk[..jwk.len() - 40].to_owned(), format!("{PASSWORD}{jwk}")]
    {
        std::fs::write(&file, broken).unwrap();
        seen.tell(&ReloadingCredential::registered_jwk(source.clone()).unwrap_err());
    }
    seen.secrets.push(PASSWORD.to_owned());
}

fn for_sandbox(
    sandbox: &Sandbox,
    client_id: &str,
    credential: ClientCredential,
) -> MaskinportenClientBuilder {
    MaskinportenClient::builder(client_id, credential)
        .endpoints(Endpoints::of_issuer(&sandbox.maskinporten().issuer).unwrap())
        .scopes(SCOPE)
        .certificate_authorities_pem(sandbox.ca_pem().unwrap())
}

fn variable(sandbox: &Sandbox, name: &str) -> String {
    sandbox.variables().into_iter().find(|(found, _)| found == name).unwrap().1
}

fn private_members(jwk: &str) -> Vec<String> {
    let jwk: Value = serde_json::from_str(jwk).unwrap();
    ["d", "p", "q", "dp", "dq", "qi"].map(|member| jwk[member].as_str().unwrap().to_owned()).to_vec()
}

/// What could be seen, and what must not be.
#[derive(Default)]
struct Seen {
    texts: Vec<String>,
    secrets: Vec<String>,
}

impl Seen {
    fn show(&mut self, value: &impl std::fmt::Debug) {
        self.texts.push(format!("{value:?} {value:#?}"));
    }

    fn tell(&mut self, error: &AuthError) {
        self.show(error);
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            self.texts.push(error.to_string());
            cause = error.source();
        }
    }

    /// Looks for each secret, and for each part of it that is long enough to be none of another's.
    fn search(&self) {
        let all = self.texts.join("\n");
        for expected in
            ["the token server answered", "the sidecar of NAIS answered", "Altinn answered", "invalid_grant"]
        {
            assert!(all.contains(expected), "'{expected}' would have been seen");
        }
        assert!(self.secrets.len() > 20);
        for secret in &self.secrets {
            for part in secret.split('.').filter(|part| part.len() >= 11) {
                let shown = &part[..part.len().min(40)];
                assert!(
                    !all.contains(shown),
                    "a secret of {} characters was seen: {}…",
                    secret.len(),
                    &shown[..6]
                );
            }
        }
    }
}

/// A shared cache that remembers the keys it is asked for, and has nothing.
#[derive(Debug, Default)]
struct Watched {
    keys: Mutex<Vec<String>>,
}

#[async_trait]
impl TokenCache for Watched {
    async fn get(&self, key: &TokenCacheKey) -> Result<Option<CachedToken>, TokenCacheError> {
        self.keys.lock().unwrap().push(format!("{key} {key:?} {}", key.as_str()));
        Ok(None)
    }

    async fn put(&self, _: &TokenCacheKey, _: &CachedToken) -> Result<(), TokenCacheError> {
        Err(TokenCacheError::new("the cache is full"))
    }

    async fn remove(&self, _: &TokenCacheKey, _: &AccessToken) -> Result<(), TokenCacheError> {
        Ok(())
    }
}
