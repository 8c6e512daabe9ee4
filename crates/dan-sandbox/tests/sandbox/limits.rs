//! Garbage, and more than the sandbox takes.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{self, Fixture};

#[tokio::test]
async fn a_body_has_a_limit() {
    let fixture = Fixture::start().await;
    let post = |size: usize| {
        fixture.http.post(&fixture.sandbox.maskinporten().token_endpoint).body(vec![b'x'; size])
    };
    assert_eq!(post(1024 * 1024).send().await.unwrap().status(), 400);
    let refused = post(1024 * 1024 + 1).send().await.unwrap();
    assert_eq!(refused.status(), 413);
    assert_eq!(support::json(refused).await["statusCode"], 413);
}

fn http1_client(fixture: &Fixture) -> reqwest::Client {
    let authority = reqwest::Certificate::from_pem(fixture.sandbox.ca_pem().unwrap().as_bytes()).unwrap();
    reqwest::Client::builder().tls_certs_only([authority]).http1_only().build().unwrap()
}

#[tokio::test]
async fn headers_have_a_limit() {
    let fixture = Fixture::start().await;
    let url = fixture.url("/public/metadata/statuscodes");
    let large = fixture.http.get(&url).header("x-large", "x".repeat(64 * 1024));
    let http1 = http1_client(&fixture);
    let many = (0..101).fold(http1.get(&url), |request, number| request.header(format!("x-{number}"), ""));
    for request in [large, many] {
        assert_eq!(request.send().await.unwrap().status(), 431);
    }
    for client in [fixture.http, http1] {
        assert_eq!(client.get(&url).send().await.unwrap().status(), 200, "it lives on");
    }
}

#[tokio::test]
async fn both_versions_of_http_are_spoken() {
    let fixture = Fixture::start().await;
    let url = fixture.url("/public/metadata/statuscodes");
    let version = async |client: &reqwest::Client| client.get(&url).send().await.unwrap().version();
    assert_eq!(version(&http1_client(&fixture)).await, reqwest::Version::HTTP_11);
    assert_eq!(version(&fixture.http).await, reqwest::Version::HTTP_2);
}

#[tokio::test]
async fn garbage_disturbs_nobody() {
    let fixture = Fixture::start().await;
    let address = fixture.sandbox.base_url().trim_start_matches("https://").to_owned();
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(&address).await.unwrap());
    }
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "what is not TLS is hung up on");
    for path in [
        "/directharvest/%FF?subject=%FF&%80=%",
        "/directharvest/X?&&=&a==b",
        "/public/metadata/evidencecodes/%",
    ] {
        let response = fixture.harvest("eBevis", path).await;
        assert!(matches!(response.status().as_u16(), 200 | 400), "{path}: {}", response.status());
    }
    assert_eq!(
        fixture.http.get(fixture.url("/public/metadata/statuscodes")).send().await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn thousands_of_silent_connections_keep_nobody_out() {
    let open_files = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = open_files.lines().find_map(|line| line.strip_prefix("Max open files"));
    let limit = limit.and_then(|limit| limit.split_whitespace().next()?.parse::<usize>().ok());
    // Both ends are in this process, with the files of other tests beside: where few files may be open, fewer.
    let connections = limit.map_or(3000, |limit| limit.saturating_sub(512) / 3).min(3000);
    let sandbox = dan_sandbox::Sandbox::builder().plain_http(true).start().await.unwrap();
    let address = sandbox.base_url().trim_start_matches("http://");
    let mut silent = Vec::new();
    for _ in 0..connections {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let url = format!("{}/v1/public/metadata/statuscodes", sandbox.base_url());
    assert_eq!(reqwest::get(url).await.unwrap().status(), 200);
}
