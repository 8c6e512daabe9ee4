//! Bodies that are read while they come.

use std::time::Duration;

use dan_transport::{ErrorKind, RetryPolicy};
use futures_util::StreamExt as _;

use crate::server::{Part, Server, answer, harvest, quick};

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

#[tokio::test]
async fn a_body_that_stalls_is_an_error() {
    let server = Server::start(vec![vec![head(1000), Part::Zeros(10), Part::Silence]]).await;
    let short = Duration::from_millis(50);
    let transport = server.builder().read_timeout(short).build().unwrap();
    let deadlines = [harvest(), harvest().deadline(Duration::from_secs(100))];
    for operation in deadlines {
        let mut answer = transport.stream(&operation).await.unwrap();
        answer.next_part().await.unwrap();
        let error = answer.next_part().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.to_string().contains("stalled"), "{error}");
    }
    let mut answer = server.transport().stream(&harvest().deadline(short)).await.unwrap();
    answer.next_part().await.unwrap();
    let error = answer.next_part().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    insta::assert_snapshot!(error, @"the answer of 127.0.0.1 was not whole within 0.1 s, the deadline of the call. Try again, or allow more time.");
}

#[tokio::test]
async fn a_part_may_take_as_long_as_it_likes() {
    let server = Server::start(vec![vec![head(10), Part::Zeros(5), Part::Silence]]).await;
    let transport = server.builder().read_timeout(Duration::MAX).build().unwrap();
    let mut answer = transport.stream(&harvest()).await.unwrap();
    answer.next_part().await.unwrap();
    let a_moment = Duration::from_millis(1);
    assert!(tokio::time::timeout(a_moment, answer.next_part()).await.is_err(), "it still waits");
}

#[tokio::test]
async fn the_time_of_an_attempt_ends_with_the_head() {
    let server = Server::start(vec![vec![head(10), Part::Zeros(5), Part::Silence]]).await;
    let transport = server.builder().timeout(Duration::from_millis(200)).build().unwrap();
    let mut answer = transport.stream(&harvest()).await.unwrap();
    answer.next_part().await.unwrap();
    let longer = Duration::from_millis(300);
    assert!(tokio::time::timeout(longer, answer.next_part()).await.is_err(), "it still waits");
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
