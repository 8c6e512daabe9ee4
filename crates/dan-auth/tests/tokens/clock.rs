//! Clients whose clock is wrong.

use dan_auth::{AccessTokenProvider, ClientCredential, Endpoints, MaskinportenClient, RefusalCause};
use dan_sandbox::Sandbox;

use crate::script::{Script, answer, answer_with};
use crate::support::{SCOPE, WrongClock, parts, registered, some_key, token_requests};

#[tokio::test]
async fn a_machine_whose_clock_is_wrong_gets_its_token() {
    let sandbox = Sandbox::start().await.unwrap();
    for (name, seconds) in [("ahead", 3600), ("behind", -3600), ("a little ahead", 45)] {
        let before = token_requests(&sandbox);
        let client = registered(&sandbox, name).clock(WrongClock::ahead(seconds)).build().unwrap();
        let token = client.access_token().await.unwrap();
        assert_eq!(token_requests(&sandbox) - before, 2, "{name}");
        let offset = client.clock_offset_seconds();
        assert!((offset + seconds).abs() <= 2, "{name}: {offset}");
        // The next token needs no second attempt: what was learnt is remembered.
        client.invalidate(&token).await;
        client.access_token().await.unwrap();
        assert_eq!(token_requests(&sandbox) - before, 3, "{name}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_right_needs_no_restart() {
    let sandbox = Sandbox::start().await.unwrap();
    let clock = WrongClock::ahead(3600);
    let client = registered(&sandbox, "client").clock(clock.clone()).build().unwrap();
    let token = client.access_token().await.unwrap();
    clock.set(0);
    client.invalidate(&token).await;
    client.access_token().await.unwrap();
    assert_eq!(client.clock_offset_seconds(), 0);
}

#[tokio::test]
async fn small_differences_need_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    for (name, seconds) in [("ahead", 18), ("behind", -50)] {
        let before = token_requests(&sandbox);
        let client = registered(&sandbox, name).clock(WrongClock::ahead(seconds)).build().unwrap();
        client.access_token().await.unwrap();
        assert_eq!(token_requests(&sandbox) - before, 1, "{name}");
    }
}

/// Whatever a server says of time, it is asked once more and not for ever.
#[tokio::test]
async fn a_server_that_finds_every_time_wrong_is_asked_twice() {
    for (error, reference, date) in [
        ("Issue time is after now", "", "Date: Thu, 26 Nov 2026 12:00:00 GMT"),
        ("JWT is expired", "MP-130", "Date: nonsense"),
        ("Grant is used before", "MP-012", "X-Date: none"),
    ] {
        let body = format!(
            r#"{{"error":"invalid_grant","error_description":"{error}","error_uri":"https://issuer.example/errors/{reference}"}}"#
        );
        let script = Script::of((0..9).map(|_| answer_with(400, date, body.clone())));
        let error = client(&script).access_token().await.unwrap_err();
        let cause = error.refusal().unwrap().cause;
        assert!(matches!(cause, RefusalCause::ClockSkew | RefusalCause::Replayed), "{error}");
        assert_eq!(script.received().len(), 2, "{error}");
    }
}

/// A proxy may show an old date beside a good answer: that alone changes no assertion.
#[tokio::test]
async fn an_odd_date_beside_a_token_changes_nothing() {
    let old = "Date: Thu, 01 Jan 2026 00:00:00 GMT";
    let script = Script::of([
        answer_with(200, old, r#"{"access_token":"t"}"#),
        answer(200, r#"{"access_token":"u"}"#),
    ]);
    let client = client(&script);
    let token = client.access_token().await.unwrap();
    client.invalidate(&token).await;
    client.access_token().await.unwrap();
    assert!(client.clock_offset_seconds() < -1_000_000);
    let issued = |index: usize| {
        parts(&script.received()[index].field("assertion").unwrap()).1["iat"].as_i64().unwrap()
    };
    assert!((issued(1) - issued(0)).abs() < 60);
}

fn client(script: &Script) -> MaskinportenClient {
    MaskinportenClient::builder("my-client", ClientCredential::registered_key(some_key(), "key"))
        .endpoints(Endpoints::new("https://issuer.example/", &format!("{}/token", script.url)).unwrap())
        .scopes(SCOPE)
        .clock(WrongClock::ahead(0))
        .build()
        .unwrap()
}
