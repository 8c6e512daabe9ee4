//! Token servers that are known by their metadata documents.

use dan_auth::{
    AccessTokenProvider, AuthErrorKind, ClientCredential, MaskinportenClient, MaskinportenClientBuilder,
    MaskinportenEnvironment,
};

use crate::script::{Script, answer};
use crate::support::{SCOPE, WrongClock, parts, some_key};

const PATH: &str = "/.well-known/oauth-authorization-server";

fn builder(url: String) -> MaskinportenClientBuilder {
    MaskinportenClient::builder("my-client", ClientCredential::registered_key(some_key(), "key"))
        .well_known_url(url)
        .scopes(SCOPE)
        .clock(WrongClock::ahead(0))
}

/// A server that says so of itself, and then gives tokens.
fn server(document: impl Fn(&str) -> String) -> (Script, Script) {
    let tokens = Script::of(["t", "u"].map(|name| answer(200, format!(r#"{{"access_token":"{name}"}}"#))));
    let metadata = Script::of([answer(503, ""), answer(200, document(&tokens.url))]);
    (metadata, tokens)
}

#[tokio::test]
async fn the_document_is_read_once_and_after_a_failure_again() {
    let (metadata, tokens) = server(|url| {
        format!(r#"{{"issuer":"https://issuer.example/","token_endpoint":"{url}/token","x":1}}"#)
    });
    let client = builder(format!("{}/metadata", metadata.url))
        .expected_issuer("https://issuer.example/")
        .build()
        .unwrap();
    let token = client.access_token().await.unwrap();
    client.invalidate(&token).await;
    client.access_token().await.unwrap();
    assert_eq!((metadata.received().len(), tokens.received().len()), (2, 2));
    let (_, claims) = parts(&tokens.received()[0].field("assertion").unwrap());
    assert_eq!(claims["aud"], "https://issuer.example/");
    assert_eq!(metadata.received()[0].what, "GET /metadata");
}

#[tokio::test]
async fn a_document_of_another_issuer_gets_no_assertion() {
    for document in [
        r#"{"issuer":"https://other.example/","token_endpoint":"https://other.example/token"}"#,
        r#"{"issuer":"https://other.example/","token_endpoint":"http://other.example/token"}"#,
    ] {
        let (metadata, tokens) = server(|_| document.to_owned());
        let client = builder(format!("{}{PATH}", metadata.url)).build().unwrap();
        let error = client.access_token().await.unwrap_err();
        assert_eq!((error.kind(), tokens.received().len()), (AuthErrorKind::Configuration, 0), "{error}");
    }
}

#[test]
fn an_issuer_that_is_expected_is_that_of_the_environment_too() {
    let client = |environment| {
        builder(String::new()).environment(environment).expected_issuer("https://maskinporten.no/").build()
    };
    client(MaskinportenEnvironment::Production).unwrap();
    let error = client(MaskinportenEnvironment::Test).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Configuration);
    insta::assert_snapshot!(error, @"the token server is that of the issuer 'https://test.maskinporten.no/', not of 'https://maskinporten.no/': give the environment or the endpoints of the one that is meant");
}

#[tokio::test]
async fn what_is_no_document_is_told() {
    for (status, body) in [(200, "<html>"), (200, "{}"), (404, "")] {
        let metadata = Script::of([answer(status, body)]);
        let error =
            builder(format!("{}{PATH}", metadata.url)).build().unwrap().access_token().await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::UnexpectedAnswer, "{error}");
    }
}
