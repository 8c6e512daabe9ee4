//! Who is told what.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dan_auth::{AccessToken, AccessTokenProvider, AuthError, AuthErrorKind, Secret, async_trait};
use dan_transport::{
    ApiVersion, Delivery, Environment, ErrorKind, ErrorOrigin, Operation, RetryPolicy, ServiceUrl, Transport,
};
use tokio::time::{Instant, timeout};

use crate::server::{KEY, Server, TOKEN, answer, harvest, key, quick, with_token};

const HOUR: Duration = Duration::from_secs(3600);

/// The requests as they left, with the header names in order.
fn snapshot(server: &Server) -> String {
    let requests = server.requests().into_iter().map(|request| {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let mut lines: Vec<&str> = head.lines().collect();
        lines[1..].sort_unstable();
        format!("{}\n\n{body}", lines.join("\n"))
    });
    requests.collect::<Vec<_>>().join("\n---\n")
}

fn filtered(check: impl FnOnce()) {
    let version = format!("dan-rust/{}", env!("CARGO_PKG_VERSION"));
    insta::with_settings!({ filters => vec![
        (r"127\.0\.0\.1:\d+", "SERVER"), (TOKEN, "TOKEN"), (KEY, "KEY"), (version.as_str(), "dan-rust/VERSION"),
    ], omit_expression => true }, { check() });
}

async fn every_kind(transport: &Transport) {
    let forwarded = harvest().forward_access_token(&Secret::from(" of-source ")).unwrap();
    for operation in [
        Operation::public_get("/metadata/evidencecodes/{serviceContext}")
            .path_value("Bits kontrollinformasjon"),
        Operation::open_get("/opendata/{evidenceCode}", None).path_value("A"),
        Operation::open_get("/opendata/{evidenceCode}", key()).path_value("A"),
        forwarded.product_id("ebevis-product").unwrap(),
        Operation::post("/directharvest/{evidenceCode}", key(), r#"{"subject":"15867010022"}"#)
            .path_value("A"),
        Operation::delete("/accreditations/{accreditationId}", key()).path_value("7d0c"),
    ] {
        transport.send(&operation).await.unwrap();
    }
}

#[tokio::test]
async fn each_kind_of_operation_carries_what_it_needs_and_no_more() {
    let server = Server::saying(answer("200 OK", "", "[]")).await;
    every_kind(&server.builder().application_id("my-service/2.1").build().unwrap()).await;
    filtered(|| insta::assert_snapshot!(snapshot(&server)));
}

#[tokio::test]
async fn a_bare_backend_is_told_the_product_and_no_key() {
    let server = Server::saying(answer("200 OK", "", "[]")).await;
    let service = ServiceUrl::backend(&format!("{}/api", server.origin())).unwrap();
    let transport = with_token(Transport::builder(service).product_id("nsg-product")).build().unwrap();
    every_kind(&transport).await;
    let keyless = Operation::get("/evidence/{accreditationId}", None).path_value("7d0c");
    transport.send(&keyless).await.unwrap();
    filtered(|| insta::assert_snapshot!(snapshot(&server)));
}

#[tokio::test]
async fn what_is_missing_is_told_before_anything_is_sent() {
    let server = Server::saying(answer("200 OK", "", "")).await;
    let keyless = Operation::get("/evidence/{accreditationId}", None).path_value("7d0c");
    let no_key = server.transport().send(&keyless).await.unwrap_err();
    insta::assert_snapshot!(no_key, @"this needs a subscription key; copy it from the developer portal");
    let service = ServiceUrl::custom(&server.origin(), ApiVersion::V1).unwrap();
    let no_token = Transport::builder(service).build().unwrap().send(&harvest()).await.unwrap_err();
    insta::assert_snapshot!(no_token, @"this needs an access token; configure a Maskinporten client, a token or a client certificate");
    let odd_token =
        server.builder().access_token_provider(Arc::new(AccessToken::new("a\nb"))).build().unwrap();
    let odd_token = odd_token.send(&harvest()).await.unwrap_err();
    insta::assert_snapshot!(odd_token, @"the access token holds odd characters; get a new one");
    for error in [no_key, no_token, odd_token] {
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
        assert_eq!(error.origin(), ErrorOrigin::Client);
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn settings_that_cannot_be_right_are_refused() {
    let builder =
        || Transport::builder(ServiceUrl::custom("https://dan.example.no", ApiVersion::V1).unwrap());
    let refused = [
        builder().certificate_authorities_pem("no PEM").build().unwrap_err(),
        builder().application_id("my service").build().unwrap_err(),
        builder().application_id("").build().unwrap_err(),
        builder().product_id(" ").build().unwrap_err(),
        harvest().product_id("æ\n").unwrap_err(),
        harvest().forward_access_token(&Secret::from("a\r\nb")).unwrap_err(),
        ServiceUrl::of_certificate_endpoint(Environment::Local, ApiVersion::V1).unwrap_err(),
        ServiceUrl::backend("http://dan.example.no/api").unwrap_err(),
        ServiceUrl::custom("http://localhost.example.no", ApiVersion::V1).unwrap_err(),
        ServiceUrl::custom("http://10.0.0.1", ApiVersion::V1).unwrap_err(),
    ];
    let told: Vec<String> = refused
        .iter()
        .map(|error| {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            error.to_string()
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::saying(answer("200 OK", "", "[]")).await;
    for status in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let location = format!("Location: {}/x?code=15867010022\r\n", elsewhere.origin());
        let server = Server::saying(answer(status, &location, "")).await;
        let transport = server.builder().retry_policy(quick()).build().unwrap();
        let post = Operation::post("/directharvest/{evidenceCode}", key(), "{}").path_value("A").repeatable();
        for operation in [harvest(), post] {
            for error in [
                transport.send(&operation).await.unwrap_err(),
                transport.stream(&operation).await.unwrap_err(),
            ] {
                assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnexpectedAnswer, 1));
                assert!(error.to_string().contains(&elsewhere.origin()), "{error}");
                assert!(!error.to_string().contains("code="), "{error}");
            }
        }
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

/// Runs itself again, in a process whose environment names a proxy.
#[tokio::test]
async fn plain_http_to_this_machine_goes_by_no_proxy() {
    const TARGET: &str = "DAN_TRANSPORT_TEST_TARGET";
    if let Ok(origin) = std::env::var(TARGET) {
        let service = ServiceUrl::custom(&origin, ApiVersion::V1).unwrap();
        with_token(Transport::builder(service)).build().unwrap().send(&harvest()).await.unwrap();
        return;
    }
    let (server, proxy) =
        (Server::saying(answer("200 OK", "", "[]")).await, Server::saying(answer("200 OK", "", "[]")).await);
    let (origin, proxy_origin) = (server.origin(), proxy.origin());
    let status = tokio::task::spawn_blocking(move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "credentials::plain_http_to_this_machine_goes_by_no_proxy"])
            .envs([(TARGET, &origin), ("HTTP_PROXY", &proxy_origin), ("http_proxy", &proxy_origin)])
            .env("ALL_PROXY", &proxy_origin)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .output()
            .unwrap()
            .status
    });
    assert!(status.await.unwrap().success());
    assert_eq!((server.requests().len(), proxy.requests().len()), (1, 0));
}

/// Gives a first token until it is told that it was refused, then a second one.
#[derive(Default)]
struct Renewing {
    renewals: AtomicUsize,
    reports: AtomicUsize,
}

#[async_trait]
impl AccessTokenProvider for Renewing {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        Ok(AccessToken::new(format!("token-{}", self.renewals.load(Ordering::SeqCst))))
    }

    async fn invalidate(&self, refused: &AccessToken) {
        self.reports.fetch_add(1, Ordering::SeqCst);
        if refused.expose() == "token-0" {
            self.renewals.store(1, Ordering::SeqCst);
        }
    }
}

const EXPIRED: &str = r#"{"code":1024,"description":"There was an error with the provided access token"}"#;

#[tokio::test]
async fn a_token_at_fault_is_renewed_and_the_call_repeated() {
    let server = Server::start(vec![
        vec![crate::server::Part::Bytes(answer("401 Unauthorized", "", EXPIRED))],
        vec![crate::server::Part::Bytes(answer("200 OK", "", "[]"))],
    ])
    .await;
    let provider = Arc::new(Renewing::default());
    let transport =
        server.builder().access_token_provider(provider.clone()).retry_policy(RetryPolicy::never());
    let post = Operation::post("/authorization", key(), "{}");
    transport.build().unwrap().send(&post).await.unwrap();
    let tokens: Vec<bool> = server.requests().iter().map(|request| request.contains("token-1")).collect();
    assert_eq!(tokens, [false, true]);
    assert_eq!(provider.reports.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_new_token_at_fault_is_not_renewed_again() {
    let server = Server::saying(answer("401 Unauthorized", "", EXPIRED)).await;
    let provider = Arc::new(Renewing::default());
    let builder = server.builder().access_token_provider(provider.clone()).retry_policy(quick());
    let error = builder.build().unwrap().send(&harvest()).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.attempts()), (ErrorKind::Unauthenticated, Some(1024), 2));
    assert_eq!((server.requests().len(), provider.reports.load(Ordering::SeqCst)), (2, 1));
}

/// Gives a token after half an hour, and none any more once it was refused: then time passes as fast as it is waited for.
#[derive(Default)]
struct Exhausted(AtomicUsize);

#[async_trait]
impl AccessTokenProvider for Exhausted {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        if self.0.load(Ordering::SeqCst) == 0 {
            tokio::time::pause();
            tokio::time::advance(HOUR / 2).await;
            tokio::time::resume();
            return Ok(AccessToken::new("token-0"));
        }
        std::future::pending().await
    }

    async fn invalidate(&self, _: &AccessToken) {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::time::pause();
    }
}

#[tokio::test]
async fn a_renewal_takes_no_longer_than_its_attempt() {
    let server = Server::saying(answer("401 Unauthorized", "", EXPIRED)).await;
    let provider = Arc::new(Exhausted::default());
    let transport = server.builder().access_token_provider(provider).build().unwrap();
    let operation = harvest().timeout(HOUR).deadline(HOUR);
    let started = Instant::now();
    let error = timeout(2 * HOUR, transport.send(&operation)).await.unwrap().unwrap_err();
    assert!(started.elapsed() < HOUR + HOUR / 4, "{:?}", started.elapsed());
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent));
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_ready_token_is_not_sent_twice() {
    let server = Server::saying(answer("401 Unauthorized", "", EXPIRED)).await;
    let error = server.builder().build().unwrap().send(&harvest()).await.unwrap_err();
    assert_eq!((error.code(), server.requests().len()), (Some(1024), 1));
}

#[tokio::test]
async fn other_refusals_renew_nothing() {
    for (status, body) in [
        ("401 Unauthorized", r#"{"code":1023}"#),
        ("401 Unauthorized", r#"{"code":1000}"#),
        (
            "401 Unauthorized",
            r#"{"statusCode":401,"message":"Access denied due to invalid subscription key."}"#,
        ),
        ("401 Unauthorized", ""),
        ("401 Unauthorized", "<html>"),
        ("403 Forbidden", r#"{"code":1019}"#),
        ("403 Forbidden", r#"{"statusCode":403,"message":"Out of call volume quota."}"#),
        ("407 Proxy Authentication Required", ""),
    ] {
        let server =
            Server::saying(answer(status, "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n", body))
                .await;
        let provider = Arc::new(Renewing::default());
        let transport = server.builder().access_token_provider(provider.clone()).retry_policy(quick());
        transport.build().unwrap().send(&harvest()).await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{status} {body}");
        assert_eq!(provider.reports.load(Ordering::SeqCst), 0, "{status} {body}");
    }
}

struct Down;

#[async_trait]
impl AccessTokenProvider for Down {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        Err(AuthError::new(AuthErrorKind::Unavailable, "the vault is down; try again later"))
    }
}

#[tokio::test]
async fn a_provider_repeats_by_its_own_rules() {
    let server = Server::saying(answer("200 OK", "", "[]")).await;
    let transport =
        server.builder().access_token_provider(Arc::new(Down)).retry_policy(quick()).build().unwrap();
    let error = transport.send(&harvest()).await.unwrap_err();
    assert_eq!((error.kind(), error.origin()), (ErrorKind::Unavailable, ErrorOrigin::Maskinporten));
    assert_eq!((error.attempts(), error.delivery()), (1, Delivery::NotSent));
    assert!(error.is_retryable() && server.requests().is_empty());
}
