//! The sidecar of NAIS.

use dan_auth::{
    AccessToken, AccessTokenProvider, AuthErrorKind, AuthorizationDetails, NaisTokenProvider, RefusalCause,
    TokenRequest,
};
use serde_json::Value;

use crate::script::{Received, Reply, Script, answer};
use crate::support::SCOPE;

fn token(name: &str) -> Reply {
    answer(200, format!(r#"{{"access_token":"{name}","expires_in":119,"token_type":"Bearer"}}"#))
}

#[tokio::test]
async fn the_sidecar_is_asked_in_its_own_words() {
    let script = Script::of([token("first"), token("second")]);
    let request = TokenRequest::new(format!("{SCOPE} other:scope"))
        .resource("https://api.example.no/")
        .authorization_details(AuthorizationDetails::system_user("310123455"));
    let provider =
        NaisTokenProvider::builder(format!("{}/api/v1/token", script.url), request).build().unwrap();
    let first = provider.access_token().await.unwrap();
    assert_eq!((first.expose(), provider.access_token().await.unwrap().expose()), ("first", "first"));
    provider.invalidate(&first).await;
    assert_eq!(provider.access_token().await.unwrap().expose(), "second");

    let bodies: Vec<Value> =
        script.received().iter().map(|received| serde_json::from_str(&received.body).unwrap()).collect();
    assert_eq!(script.received()[0].what, "POST /api/v1/token");
    assert_eq!(script.received()[0].header("content-type"), Some("application/json"));
    insta::assert_json_snapshot!(bodies);
}

#[tokio::test]
async fn only_the_token_that_is_held_makes_the_sidecar_pass_over_what_it_keeps() {
    let script = Script::of([token("first"), token("second"), token("third")]);
    let provider = NaisTokenProvider::builder(&script.url, TokenRequest::new(SCOPE)).build().unwrap();
    provider.invalidate(&AccessToken::new("of somebody else")).await;
    let first = provider.access_token().await.unwrap();
    provider.invalidate(&first).await;
    let second = provider.access_token().await.unwrap();
    provider.invalidate(&first).await;
    provider.invalidate(&second).await;
    assert_eq!(provider.access_token().await.unwrap().expose(), "third");
    let passes_over = |received: &Received| received.body.contains("\"skip_cache\":true");
    assert_eq!(script.received().iter().map(passes_over).collect::<Vec<_>>(), [false, true, true]);
}

#[tokio::test]
async fn what_maskinporten_refuses_comes_through_the_sidecar() {
    let script = Script::of([answer(
        400,
        r#"{"error":"invalid_grant","error_description":"Invalid assertion. Client authentication failed. Expired key. (trace_id: 0af7651916cd43dd8448eb211c80319c)"}"#,
    )]);
    let provider = NaisTokenProvider::builder(&script.url, TokenRequest::new(SCOPE)).build().unwrap();
    let error = provider.access_token().await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.cause, RefusalCause::KeyExpired);
    assert_eq!(refusal.trace_id.as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
}

#[test]
fn what_the_sidecar_does_not_take_is_refused_before() {
    let endpoint = "http://127.0.0.1:7164/api/v1/token";
    let request = TokenRequest::new(SCOPE);
    for (endpoint, request) in [
        ("http://texas.example/api/v1/token", request.clone()),
        (endpoint, TokenRequest::new("")),
        (endpoint, request.clone().consumer_org("310123455")),
        (endpoint, request.pid("15867010022")),
    ] {
        let error = NaisTokenProvider::builder(endpoint, request).build().unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Configuration, "{error}");
    }
}

/// The variable is looked up in this process, where nobody has set it.
#[test]
fn a_missing_variable_is_named() {
    let error = NaisTokenProvider::from_environment(TokenRequest::new(SCOPE)).unwrap_err();
    assert!(error.to_string().contains("NAIS_TOKEN_ENDPOINT"), "{error}");
}
