//! What is asked again, and how.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use dan_auth::{AccessTokenProvider, AuthErrorKind, ClientCredential, Endpoints, MaskinportenClient};
use dan_sandbox::Sandbox;

use crate::script::{Reply, Script, answer, answer_with};
use crate::support::{SCOPE, WrongClock, parts, registered, some_key, token_requests};

const TOKEN: &str = r#"{"access_token":"t","expires_in":119,"token_type":"Bearer"}"#;

fn client(script: &Script, clock: &std::sync::Arc<WrongClock>) -> MaskinportenClient {
    MaskinportenClient::builder("my-client", ClientCredential::registered_key(some_key(), "key"))
        .endpoints(Endpoints::new("https://issuer.example/", &format!("{}/token", script.url)).unwrap())
        .scopes(SCOPE)
        .clock(clock.clone())
        .build()
        .unwrap()
}

#[tokio::test]
async fn every_attempt_has_an_assertion_of_its_own() {
    let clock = WrongClock::ahead(0);
    let script = Script::of([answer(503, "<html>"), Reply::Nothing, answer(200, TOKEN)]);
    client(&script, &clock).access_token().await.unwrap();
    let assertions: Vec<_> =
        script.received().iter().map(|received| received.field("assertion").unwrap()).collect();
    let names: BTreeSet<_> =
        assertions.iter().map(|assertion| parts(assertion).1["jti"].to_string()).collect();
    let signatures: BTreeSet<_> = assertions.iter().map(|assertion| assertion.rsplit('.').next()).collect();
    assert_eq!((names.len(), signatures.len(), clock.pauses().len()), (3, 3, 2));
}

#[tokio::test]
async fn a_server_that_stays_away_is_given_up() {
    let clock = WrongClock::ahead(0);
    let script =
        Script::of([answer(503, "<html>"), answer(502, ""), answer(500, r#"{"error":"server_error"}"#)]);
    let error = client(&script, &clock).access_token().await.unwrap_err();
    assert_eq!((error.kind(), script.received().len()), (AuthErrorKind::Unavailable, 3));
    insta::assert_snapshot!(error, @"the token server refused the grant (server_error). Try again later. (asked 3 times)");
}

#[tokio::test]
async fn a_server_that_wants_to_be_left_alone_is() {
    let clock = WrongClock::ahead(0);
    let script = Script::of([answer_with(429, "Retry-After: 6", ""), answer(200, TOKEN)]);
    client(&script, &clock).access_token().await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_secs(6)]);

    let script = Script::of([answer_with(503, "Retry-After: 600", "")]);
    let error = client(&script, &clock).access_token().await.unwrap_err();
    assert_eq!((error.retry_after(), error.is_retryable()), (Some(Duration::from_secs(600)), true));
    assert_eq!(script.received().len(), 1);
}

/// However long that takes: twelve attempts of thirty seconds are six minutes.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_asked_as_many_times_as_was_set() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/token", silent.local_addr().unwrap());
    let client =
        MaskinportenClient::builder("my-client", ClientCredential::registered_key(some_key(), "key"))
            .endpoints(Endpoints::new("https://issuer.example/", &endpoint).unwrap())
            .scopes(SCOPE)
            .timeout(Duration::from_secs(30))
            .attempts(12)
            .build()
            .unwrap();
    let before = tokio::time::Instant::now();
    let error = client.access_token().await.unwrap_err();
    assert!(before.elapsed() > Duration::from_secs(150), "{:?}", before.elapsed());
    assert!(error.to_string().ends_with("(asked 12 times)"), "{error}");
}

#[tokio::test]
async fn what_is_wrong_stays_wrong_and_is_asked_once() {
    for (reply, kind) in [
        (answer(400, r#"{"error":"invalid_scope"}"#), AuthErrorKind::Refused),
        (answer(200, "<html>log in</html>"), AuthErrorKind::UnexpectedAnswer),
        (answer(404, "<html>"), AuthErrorKind::UnexpectedAnswer),
        (answer_with(302, "Location: http://127.0.0.1:1/token", ""), AuthErrorKind::UnexpectedAnswer),
        (answer(200, format!("{TOKEN}{}", " ".repeat(300 << 10))), AuthErrorKind::UnexpectedAnswer),
    ] {
        let script = Script::of([reply, answer(200, TOKEN)]);
        let error = client(&script, &WrongClock::ahead(0)).access_token().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.is_retryable(), script.received().len()),
            (kind, false, 1),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_token_server_whose_certificate_is_not_trusted_is_not_asked_again() {
    let (sandbox, other) = (Sandbox::start().await.unwrap(), Sandbox::start().await.unwrap());
    let clock = WrongClock::ahead(0);
    let client = registered(&sandbox, "client")
        .certificate_authorities_pem(other.ca_pem().unwrap())
        .clock(clock.clone())
        .build()
        .unwrap();
    let error = client.access_token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (AuthErrorKind::Network, false));
    assert_eq!((clock.pauses().len(), token_requests(&sandbox)), (0, 0));
    insta::assert_snapshot!(error, @"the certificate of the token server at 127.0.0.1 is not trusted; check the address, and trust the authority that issued it");
}

/// The sandbox marks the assertion as used, and its answer is lost.
#[tokio::test]
async fn an_answer_that_was_lost_does_not_make_the_next_attempt_a_replay() {
    let sandbox = Sandbox::start().await.unwrap();
    let clock = WrongClock::ahead(0);
    let client = registered(&sandbox, "client").clock(clock.clone()).build().unwrap();
    sandbox.inject_fault(r#"{"path":"/token","times":2,"fault":{"close":"after"}}"#).unwrap();
    client.access_token().await.unwrap();
    assert_eq!((token_requests(&sandbox), clock.pauses().len()), (3, 2));
}

/// Runs itself again, in a process whose platform trusts the sandbox.
#[tokio::test]
async fn given_certificate_authorities_stand_instead_of_the_platforms() {
    const TARGET: &str = "DAN_AUTH_TEST_FOREIGN";
    if let Ok(token_endpoint) = std::env::var(TARGET) {
        let client = || {
            MaskinportenClient::builder("nobody", ClientCredential::registered_key(some_key(), "key"))
                .endpoints(Endpoints::new("https://issuer.example/", &token_endpoint).unwrap())
                .scopes(SCOPE)
                .clock(WrongClock::ahead(0))
        };
        let trusted = client().build().unwrap().access_token().await.unwrap_err();
        assert_eq!(trusted.kind(), AuthErrorKind::Refused, "{trusted}");
        let other = Sandbox::start().await.unwrap();
        let foreign = client().certificate_authorities_pem(other.ca_pem().unwrap()).build().unwrap();
        let error = foreign.access_token().await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (AuthErrorKind::Network, false), "{error}");
        return;
    }
    let sandbox = Sandbox::start().await.unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "retries::given_certificate_authorities_stand_instead_of_the_platforms"])
        .env(TARGET, &sandbox.maskinporten().token_endpoint)
        .env("SSL_CERT_FILE", sandbox.ca_file().unwrap())
        .env_remove("SSL_CERT_DIR");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
