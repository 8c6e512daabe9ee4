//! What is sent again, seen from the server.

use std::time::{Duration, SystemTime};

use dan_transport::{Delivery, ErrorKind, Operation, RetryPolicy};

use crate::server::{Part, Server, answer, harvest, key, quick};

fn whole(status: &str, headers: &str, body: &str) -> Vec<Part> {
    vec![Part::Bytes(answer(status, headers, body))]
}

fn lost() -> Vec<Part> {
    vec![Part::Bytes(Vec::new())]
}

#[tokio::test]
async fn reads_are_sent_again_and_writes_are_not() {
    let post = || Operation::post("/directharvest/{evidenceCode}", key(), "{}").path_value("A");
    for (operation, requests) in [
        (harvest(), 2),
        (harvest().once(), 1),
        (post(), 1),
        (post().repeatable(), 2),
        (Operation::delete("/accreditations/{accreditationId}", key()).path_value("7d0c"), 2),
    ] {
        let server = Server::start(vec![lost(), whole("200 OK", "", "[]")]).await;
        let transport = server.builder().retry_policy(quick()).build().unwrap();
        let result = transport.send(&operation).await;
        assert_eq!((server.requests().len(), result.is_ok()), (requests, requests == 2), "{operation:?}");
        assert!(server.requests().windows(2).all(|pair| pair[0] == pair[1]));
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_answer_bears_the_attempts_that_led_to_it() {
    let server = Server::start(vec![lost(), whole("200 OK", "", "[]")]).await;
    let transport = server.builder().retry_policy(quick()).build().unwrap();
    let misfit = transport.send(&harvest()).await.unwrap().json::<u8>().unwrap_err();
    assert_eq!((misfit.attempts(), misfit.elapsed().is_zero()), (2, false), "{misfit}");

    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[".to_vec();
    let server = Server::start(vec![lost(), vec![Part::Bytes(cut)]]).await;
    let transport = server.builder().retry_policy(quick()).build().unwrap();
    let mut answer = transport.stream(&harvest()).await.unwrap();
    let cut = loop {
        match answer.next_part().await {
            Ok(part) => assert!(part.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!((cut.attempts(), cut.status()), (2, Some(200)), "{cut}");
}

#[tokio::test]
async fn every_answer_that_may_pass_is_tried_again() {
    for (status, body, requests) in [
        ("503 Service Unavailable", r#"{"code":1013}"#, 4),
        ("503 Service Unavailable", r#"{"code":3001}"#, 4),
        ("500 Internal Server Error", r#"{"code":1022}"#, 4),
        ("500 Internal Server Error", r#"{"code":1015}"#, 2),
        ("502 Bad Gateway", r#"{"code":3003}"#, 2),
        ("503 Service Unavailable", r#"{"code":1016}"#, 1),
        ("500 Internal Server Error", r#"{"code":1029}"#, 1),
        ("400 Bad Request", r#"{"code":1007}"#, 1),
        ("502 Bad Gateway", "<html>", 4),
        ("500 Internal Server Error", "", 2),
        ("429 Too Many Requests", r#"{"statusCode":429,"message":"Rate limit is exceeded."}"#, 4),
        ("403 Forbidden", r#"{"statusCode":403,"message":"Quota will be replenished in 12:00:00."}"#, 1),
        ("404 Not Found", "", 1),
    ] {
        let server = Server::start(vec![whole(status, "", body)]).await;
        let transport = server.builder().retry_policy(quick()).build().unwrap();
        let error = transport.send(&harvest()).await.unwrap_err();
        assert_eq!(server.requests().len(), requests, "{status} {body}");
        assert_eq!(usize::try_from(error.attempts()).unwrap(), requests, "{status} {body}");
    }
}

#[tokio::test]
async fn a_time_beyond_the_deadline_is_not_waited_for() {
    let tomorrow = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(86_400));
    for headers in ["Retry-After: 86400\r\n".to_owned(), format!("Retry-After: {tomorrow}\r\n")] {
        let server = Server::start(vec![whole("429 Too Many Requests", &headers, "")]).await;
        let error = server.builder().build().unwrap().send(&harvest()).await.unwrap_err();
        assert_eq!(server.requests().len(), 1);
        assert!(error.retry_at().unwrap() > SystemTime::now() + Duration::from_secs(80_000));
    }
}

#[tokio::test]
async fn a_call_without_time_is_not_sent() {
    for operation in [harvest().timeout(Duration::ZERO), harvest().deadline(Duration::ZERO)] {
        let server = Server::start(vec![whole("200 OK", "", "[]")]).await;
        let error = server.builder().build().unwrap().send(&operation).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent));
        assert_eq!(server.requests().len(), 0);
    }
}

#[tokio::test]
async fn clones_share_the_budget() {
    let server = Server::start(vec![whole("503 Service Unavailable", "", "")]).await;
    let policy = RetryPolicy::default().first_pause(Duration::from_millis(1)).budget(2);
    let transport = server.builder().retry_policy(policy).build().unwrap();
    let calls = (0..10).map(|_| {
        let transport = transport.clone();
        tokio::spawn(async move { transport.send(&harvest()).await.unwrap_err() })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_eq!(server.requests().len(), 12);
}

#[tokio::test]
async fn a_call_is_a_small_future() {
    let server = Server::saying("").await;
    let (transport, operation) = (server.transport(), harvest());
    let (send, stream) = (transport.send(&operation), transport.stream(&operation));
    let (send, stream) = (size_of_val(&send), size_of_val(&stream));
    assert!(send < 4_096 && stream < 4_096, "{send} {stream}");
}
