//! Maskinporten tokens exchanged for Altinn tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dan_auth::{
    AccessToken, AccessTokenProvider, AltinnPlatform, AltinnTokenExchange, AuthError, AuthErrorKind,
    async_trait,
};
use serde_json::json;

use crate::script::{Reply, Script, answer};

/// Gives `maskinporten 1` until that is refused, then `maskinporten 2`, and so on.
#[derive(Default)]
struct Numbered(AtomicUsize);

#[async_trait]
impl AccessTokenProvider for Numbered {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        Ok(AccessToken::new(format!("maskinporten-{}", self.0.load(Ordering::SeqCst) + 1)))
    }

    async fn invalidate(&self, _: &AccessToken) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn exchange(script: &Script) -> AltinnTokenExchange {
    AltinnTokenExchange::builder(AltinnPlatform::Test, Arc::new(Numbered::default()))
        .platform_url(&script.url)
        .attempts(1)
        .build()
        .unwrap()
}

/// An Altinn token that lives for half an hour.
fn altinn_token(name: &str) -> String {
    let claims = json!({ "iat": 1_795_411_935, "exp": 1_795_413_735, "jti": name });
    format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[tokio::test]
async fn a_quoted_and_a_bare_token_are_read_and_kept() {
    for body in [format!("\"{}\"", altinn_token("a")), format!("{}\n", altinn_token("a"))] {
        let script = Script::of([answer(200, body)]);
        let exchange = exchange(&script);
        for _ in 0..2 {
            assert_eq!(exchange.access_token().await.unwrap().expose(), altinn_token("a"));
        }
        let received = &script.received()[0];
        assert_eq!(received.what, "GET /authentication/api/v1/exchange/maskinporten");
        assert_eq!(received.header("authorization"), Some("Bearer maskinporten-1"));
    }
}

#[tokio::test]
async fn a_refused_altinn_token_is_exchanged_anew() {
    let script = Script::of(["a", "b"].map(|name| answer(200, altinn_token(name))));
    let exchange = exchange(&script);
    let first = exchange.access_token().await.unwrap();
    exchange.invalidate(&first).await;
    assert_eq!(exchange.access_token().await.unwrap().expose(), altinn_token("b"));
}

#[tokio::test]
async fn a_refused_maskinporten_token_is_renewed_once() {
    let script = Script::of([answer(401, ""), answer(200, altinn_token("a"))]);
    exchange(&script).access_token().await.unwrap();
    let tokens: Vec<_> = script
        .received()
        .iter()
        .map(|received| received.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["Bearer maskinporten-1", "Bearer maskinporten-2"]);

    let script = Script::of([answer(401, ""), answer(401, ""), answer(200, altinn_token("a"))]);
    let error = exchange(&script).access_token().await.unwrap_err();
    assert_eq!((error.kind(), script.received().len()), (AuthErrorKind::Refused, 2));
}

#[tokio::test]
async fn each_other_answer_is_told() {
    let mut report = String::new();
    for reply in [
        answer(403, ""),
        answer(400, r#"{"title":"unknown provider"}"#),
        answer(200, "<html>log in</html>"),
        answer(200, "\"no jwt\""),
        answer(503, ""),
        Reply::Nothing,
    ] {
        let error = exchange(&Script::of([reply])).access_token().await.unwrap_err();
        report.push_str(&format!("{:?}, retryable {}: {error}\n", error.kind(), error.is_retryable()));
    }
    insta::assert_snapshot!(report);
}

#[tokio::test]
async fn the_organization_for_tests_is_asked_for_by_name() {
    let script = Script::of([answer(200, altinn_token("a"))]);
    let exchange = AltinnTokenExchange::builder(AltinnPlatform::Test, Arc::new(Numbered::default()))
        .platform_url(format!("{}/", script.url))
        .test_organization()
        .build()
        .unwrap();
    exchange.access_token().await.unwrap();
    assert_eq!(script.received()[0].what, "GET /authentication/api/v1/exchange/maskinporten?test=true");
}

#[test]
fn tokens_stay_off_plain_http() {
    let builder = AltinnTokenExchange::builder(AltinnPlatform::Production, Arc::new(Numbered::default()));
    let error = builder.platform_url("http://platform.example").build().unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Configuration);
}
