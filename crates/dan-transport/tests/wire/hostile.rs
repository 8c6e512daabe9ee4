//! Answers that are not what they should be.

use std::io::Write as _;
use std::time::Duration;

use dan_transport::{ApiVersion, Delivery, Error, ErrorKind, Operation, RetryPolicy, ServiceUrl, Transport};

use crate::server::{KEY, Part, Server, TOKEN, answer, harvest, key};

/// What a caller and a reader learn.
fn told(error: &Error) -> String {
    let beneath = format!("{error:?}");
    assert!(!beneath.contains("directharvest"), "a URL lies beneath: {beneath}");
    let line = format!(
        "{} by {}, {:?}, {:?}, {}\n    {error}",
        error.kind().as_str(),
        error.origin().as_str(),
        error.status(),
        error.delivery(),
        if error.is_retryable() { "passes" } else { "lasts" }
    );
    assert!(!line.contains(TOKEN) && !line.contains(KEY) && !line.contains("15867010022"), "{line}");
    line
}

async fn refused(server: &Server) -> String {
    told(&server.transport().send(&harvest()).await.unwrap_err())
}

#[tokio::test]
async fn broken_answers_are_told_apart() {
    const JSON: &str = "Content-Type: application/json\r\n";
    let person = r#"{"number":"15867010022"}"#;
    let long = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"a\":";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answers: Vec<(&str, Vec<u8>)> = vec![
        ("nothing at all", Vec::new()),
        ("half a head", b"HTTP/1.1 200 OK\r\nContent-Type: appl".to_vec()),
        ("another protocol", b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        ("noise", (0..=255).collect()),
        ("an endless head", [b"HTTP/1.1 200 OK\r\nX: ".as_slice(), &[b'x'; 1 << 20]].concat()),
        ("a body cut by length", long.into()),
        ("a body cut by chunks", format!("{chunked}5\r\n{{\"a\":\r\n").into()),
        ("a chunk of no size", format!("{chunked}five\r\n").into()),
        ("a body that is not packed", answer("200 OK", "Content-Encoding: gzip\r\n", "{}")),
        (
            "a packed body cut short",
            answer("200 OK", "Content-Encoding: gzip\r\n", &gzip(b"{\"a\":1}")[..12]),
        ),
        (
            "a body packed as nobody asked",
            answer("200 OK", "Content-Encoding: br\r\n", b"\x8b\x00\x80{}\x03"),
        ),
        (
            "an error packed as nobody asked",
            answer("400 Bad Request", "Content-Encoding: br\r\n", b"\x8b\x00\x80{}\x03"),
        ),
        ("an error cut short", answer("503 Service Unavailable", "", "").replacing("Length: 0", "Length: 9")),
        ("a log-in page", answer("200 OK", "Content-Type: text/html\r\n", "<html>")),
        ("plain text", answer("200 OK", "Content-Type: text/plain\r\n", person)),
        ("a redirect", answer("302 Found", "Location: https://login.example.no/?a=15867010022\r\n", "")),
        (
            "a captive network",
            answer("511 Network Authentication Required", "Content-Type: text/html\r\n", "<html>"),
        ),
        ("an unknown success", answer("299 Odd", "Content-Type: text/html\r\n", "")),
        ("an informational end", b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec()),
        ("a status of no class", answer("999 Odd", JSON, "{}")),
        ("an error that is no text", answer("400 Bad Request", JSON, b"\xff\xfe{")),
        ("an error nested too deep", answer("400 Bad Request", JSON, "[".repeat(100_000))),
        ("an error of twice a code", answer("400 Bad Request", JSON, r#"{"code":1007,"code":1013}"#)),
        ("an error of no code", answer("500 Internal Server Error", JSON, r#"{"code":"1007"}"#)),
        ("a huge error", answer("400 Bad Request", JSON, vec![b' '; 2 << 20])),
    ];
    let mut report = String::new();
    for (name, answer) in answers {
        let server = Server::saying(answer).await;
        report.push_str(&format!("{name}: {}\n", refused(&server).await));
    }
    insta::assert_snapshot!(report);
}

#[tokio::test]
async fn json_that_is_none_is_told_when_it_is_read() {
    let person = r#"{"number":"15867010022"}"#;
    let bodies: [(&str, &[u8]); 5] = [
        ("application/json", b"\xff\xfe\xfd"),
        ("application/json", b"{\"a\":"),
        ("application/json", person.as_bytes()),
        ("application/octet-stream", b"PK"),
        ("application/json", b""),
    ];
    let mut report = String::new();
    for (content_type, body) in bodies {
        let server =
            Server::saying(answer("200 OK", &format!("Content-Type: {content_type}\r\n"), body)).await;
        let answer = server.transport().send(&harvest()).await.unwrap();
        assert_eq!(answer.body(), body);
        report.push_str(&format!("{}\n", told(&answer.json::<Vec<u32>>().unwrap_err())));
    }
    insta::assert_snapshot!(report);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_held() {
    let announced = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 1_u64 << 40);
    let endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    let bomb = answer("200 OK", "Content-Encoding: gzip\r\n", gzip(&vec![0; 64 << 20]));
    assert!(bomb.len() < 100_000);
    for head in [announced.into_bytes(), endless, bomb] {
        let server = Server::start(vec![vec![Part::Bytes(head), Part::Zeros(1 << 30)]]).await;
        let transport = server.builder().body_limit(1 << 20).build().unwrap();
        let error = transport.send(&harvest()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status(), error.attempts()),
            (ErrorKind::AnswerTooLarge, Some(200), 1)
        );
        insta::allow_duplicates! { insta::assert_snapshot!(told(&error)); }
    }
}

#[tokio::test]
async fn a_page_beyond_all_limits_is_no_word_of_the_service() {
    let length = 2 << 20;
    // Without a body, this would be the service's.
    let head = answer("404 Not Found", "x-invocationId: 7d0c\r\n", "")
        .replacing("Length: 0", &format!("Length: {length}"));
    let server = Server::start(vec![vec![Part::Bytes(head), Part::Zeros(length)]]).await;
    let error = server.transport().send(&harvest()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::UnexpectedAnswer, Delivery::Unknown));
    assert_eq!(error.status(), Some(404));
}

#[tokio::test]
async fn a_body_as_large_as_the_limit_is_held() {
    let server = Server::saying(answer("200 OK", "", vec![7; 1 << 20])).await;
    let transport = server.builder().body_limit(1 << 20).build().unwrap();
    assert_eq!(transport.send(&harvest()).await.unwrap().body().len(), 1 << 20);
    let transport = server.builder().body_limit((1 << 20) - 1).build().unwrap();
    assert!(transport.send(&harvest()).await.is_err());
}

#[tokio::test]
async fn the_limit_is_for_all_parts_of_a_body_together() {
    let chunks = "8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n";
    let server =
        Server::saying(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")).await;
    let limited = |bytes| server.builder().body_limit(bytes).build().unwrap();
    assert_eq!(limited(16).send(&harvest()).await.unwrap().body().len(), 16);
    assert_eq!(limited(15).send(&harvest()).await.unwrap_err().kind(), ErrorKind::AnswerTooLarge);
}

#[tokio::test]
async fn silence_ends_by_itself() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"a\":".to_vec();
    let short = Duration::from_millis(100);
    let silent = Server::start(vec![vec![Part::Silence]]).await;
    let stalled = Server::start(vec![vec![Part::Bytes(head), Part::Silence]]).await;
    let policy = RetryPolicy::never;
    let no_answer = silent.builder().retry_policy(policy()).timeout(short).build().unwrap();
    let half_answer = stalled.builder().retry_policy(policy()).timeout(short).build().unwrap();
    let slow_body = stalled.builder().retry_policy(policy()).read_timeout(short).build().unwrap();
    let in_a_hurry = silent.builder().deadline(short).build().unwrap();
    let mut report = String::new();
    for transport in [no_answer, half_answer, slow_body, in_a_hurry] {
        let error = transport.send(&harvest()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::Unknown));
        report.push_str(&format!("{}\n", told(&error)));
    }
    let own =
        silent.builder().build().unwrap().send(&harvest().timeout(short).deadline(short)).await.unwrap_err();
    report.push_str(&format!("{}\n", told(&own)));
    let half = stalled.builder().build().unwrap().send(&harvest().deadline(short)).await.unwrap_err();
    report.push_str(&format!("{}\n", told(&half)));
    insta::assert_snapshot!(report);
}

#[tokio::test]
async fn a_server_that_is_not_there_never_had_the_request() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for origin in [format!("http://{address}"), "https://no-such-host.invalid".to_owned()] {
        let service = ServiceUrl::custom(&origin, ApiVersion::V1).unwrap();
        let transport = Transport::builder(service).retry_policy(RetryPolicy::never()).build().unwrap();
        let error = transport.send(&Operation::public_get("/metadata/statuscodes")).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Network, Delivery::NotSent));
        assert!(error.is_retryable() && std::error::Error::source(&error).is_some());
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_may_have_had_an_effect() {
    for (answer, delivery) in [
        (answer("200 OK", "", "").replacing("Length: 0", "Length: 9"), Delivery::Unknown),
        (Vec::new(), Delivery::Unknown),
        (answer("504 Gateway Timeout", "", ""), Delivery::Unknown),
        (answer("302 Found", "Location: /\r\n", ""), Delivery::Unknown),
        (answer("429 Too Many Requests", "", ""), Delivery::NotSent),
        (answer("403 Forbidden", "", ""), Delivery::Unknown),
        (answer("403 Forbidden", "x-invocationId: 7d0c\r\n", ""), Delivery::Answered),
        (answer("503 Service Unavailable", "", r#"{"code":1013}"#), Delivery::Answered),
    ] {
        let server = Server::saying(answer).await;
        let request = Operation::post("/authorization", key(), "{}");
        let error = server.transport().send(&request).await.unwrap_err();
        assert_eq!(error.delivery(), delivery, "{error}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

trait Replacing {
    fn replacing(self, from: &str, to: &str) -> Vec<u8>;
}

impl Replacing for Vec<u8> {
    fn replacing(self, from: &str, to: &str) -> Vec<u8> {
        String::from_utf8(self).unwrap().replace(from, to).into_bytes()
    }
}
