//! Bodies that are read while they come.

use std::time::Duration;

use dan_transport::{ErrorKind, Operation, RetryPolicy, StreamedAnswer, Transport};
use futures_util::StreamExt as _;
use tokio::time::{Instant, timeout};

use crate::server::{Part, Server, answer, harvest, quick};

const HOUR: Duration = Duration::from_secs(3600);

fn head(length: u64) -> Part {
    let head = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\nContent-Type: application/octet-stream\r\n\
         x-invocationId: 7d0c\r\nX-Signature-JWT: a.b.c\r\n\r\n"
    );
    Part::Bytes(head.into_bytes())
}

#[tokio::test]
async fn a_body_comes_in_parts_beyond_the_limit_of_what_is_held() {
    let length = 64 << 20;
    let server = Server::start(vec![vec![head(length), Part::Zeros(length)]]).await;
    let transport = server.builder().body_limit(1).build().unwrap();
    let mut answer = transport.stream(&harvest()).await.unwrap();
    assert_eq!((answer.status(), answer.content_length()), (200, Some(length)));
    assert_eq!((answer.request_id(), answer.signature()), (Some("7d0c"), Some("a.b.c")));
    assert_eq!(answer.content_type(), Some("application/octet-stream"));
    let (mut received, mut largest) = (0, 0);
    while let Some(part) = answer.next().await {
        let part = part.unwrap();
        received += part.len() as u64;
        largest = largest.max(part.len());
    }
    assert_eq!(received, length);
    assert!(largest < 1 << 20, "{largest}");
    assert!(answer.next_part().await.unwrap().is_none());
}

#[tokio::test]
async fn a_body_that_ends_before_its_end_is_an_error_and_then_over() {
    let server = Server::start(vec![vec![head(1000), Part::Zeros(10)]]).await;
    let mut answer = server.transport().stream(&harvest()).await.unwrap();
    assert_eq!(answer.next_part().await.unwrap().unwrap().len(), 10);
    let error = answer.next_part().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.request_id()),
        (ErrorKind::Network, Some(200), Some("7d0c"))
    );
    insta::assert_snapshot!(error, @"the answer of 127.0.0.1 broke off, or is damaged. Try again.");
    assert!(answer.next().await.is_none());
}

/// The head and the first part of a body of which no more comes. From then on, time passes as fast as it is waited for.
async fn silent(transport: &Transport, operation: &Operation) -> StreamedAnswer {
    let mut answer = transport.stream(operation).await.unwrap();
    answer.next_part().await.unwrap();
    tokio::time::pause();
    answer
}

async fn silent_server() -> Server {
    Server::start(vec![vec![head(1000), Part::Zeros(10), Part::Silence]]).await
}

#[tokio::test]
async fn a_body_that_stalls_is_an_error() {
    let transport = silent_server().await.builder().read_timeout(HOUR).build().unwrap();
    let mut answer = silent(&transport, &harvest().deadline(10 * HOUR)).await;
    let started = Instant::now();
    let error = answer.next_part().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, Some(200)));
    insta::assert_snapshot!(error, @"the answer of 127.0.0.1 stalled: nothing came for 3600.0 s. Try again, or allow more time.");
    assert!(started.elapsed() >= HOUR && started.elapsed() < 2 * HOUR, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_body_that_is_not_whole_by_the_deadline_is_an_error() {
    let transport = silent_server().await.builder().read_timeout(10 * HOUR).build().unwrap();
    let mut answer = silent(&transport, &harvest().deadline(HOUR)).await;
    let started = Instant::now();
    let error = answer.next_part().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(started.elapsed() < 2 * HOUR, "{:?}", started.elapsed());
    insta::assert_snapshot!(error, @"the answer of 127.0.0.1 was not whole within 3600.0 s, the deadline of the call. Try again, or allow more time.");
}

#[tokio::test]
async fn a_part_may_take_as_long_as_it_likes() {
    let transport = silent_server().await.builder().read_timeout(Duration::MAX).build().unwrap();
    let mut answer = silent(&transport, &harvest()).await;
    assert!(timeout(365 * 24 * HOUR, answer.next_part()).await.is_err(), "it still waits");
}

#[tokio::test]
async fn the_times_of_an_attempt_and_of_the_call_end_with_the_head() {
    let builder = silent_server().await.builder().read_timeout(10 * HOUR);
    let transport = builder.timeout(HOUR).deadline(HOUR).build().unwrap();
    let mut answer = silent(&transport, &harvest()).await;
    assert!(timeout(2 * HOUR, answer.next_part()).await.is_err(), "it still waits");
}

#[tokio::test]
async fn a_deadline_may_end_with_the_head() {
    let transport = silent_server().await.builder().read_timeout(10 * HOUR).build().unwrap();
    let mut answer = silent(&transport, &harvest().deadline(HOUR).body_without_deadline()).await;
    assert!(timeout(2 * HOUR, answer.next_part()).await.is_err(), "it still waits");
}

#[tokio::test]
async fn what_fails_before_the_body_is_sent_again() {
    let outage = Part::Bytes(answer("503 Service Unavailable", "", r#"{"code":1013}"#));
    let server = Server::start(vec![vec![outage], vec![head(3), Part::Zeros(3)]]).await;
    let transport = server.builder().retry_policy(quick()).build().unwrap();
    let mut answer = transport.stream(&harvest()).await.unwrap();
    assert_eq!(&answer.next_part().await.unwrap().unwrap()[..], &[0; 3]);
    let error = server_that_knows_nothing().await;
    assert_eq!(error.code(), Some(1007));
}

async fn server_that_knows_nothing() -> dan_transport::Error {
    let server = Server::saying(answer("400 Bad Request", "", r#"{"code":1007}"#)).await;
    let transport = server.builder().retry_policy(RetryPolicy::never()).build().unwrap();
    transport.stream(&harvest()).await.unwrap_err()
}
