//! When the token server or the grant fails.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::time::{Instant, advance, sleep};

use super::*;
use crate::cache::grant::TokenGrant;
use crate::token::GrantedToken;

#[tokio::test(start_paused = true)]
async fn failed_early_renewals_keep_the_old_token_and_become_seldomer() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    ask(&kept).await;
    server.fail(true);
    advance(seconds(90)).await;
    let mut tried_at = Vec::new();
    let before = Instant::now();
    while before.elapsed() < seconds(19) {
        let asked = server.asked();
        assert_eq!(ask(&kept).await, "token 1");
        sleep(MOMENT).await;
        if server.asked() > asked {
            tried_at.push(before.elapsed().as_millis());
        }
    }
    assert_eq!(tried_at, [100, 1200, 3300, 7400, 13800, 17000, 18600]);

    sleep(seconds(2)).await;
    let failure = fail(&kept).await;
    assert_eq!(failure, format!("failure {}", server.asked()));
    server.fail(false);
    sleep(seconds(1)).await;
    assert_eq!(ask(&kept).await, format!("token {}", server.asked()));
}

#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_the_end_overtakes_fails_for_nobody() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    ask(&kept).await;
    advance(seconds(100)).await;
    server.take(seconds(30));
    server.fail(true);
    assert_eq!(ask(&kept).await, "token 1");
    sleep(seconds(15)).await;
    let waiting = tokio::spawn({
        let kept = Arc::clone(&kept);
        async move { ask(&kept).await }
    });
    sleep(seconds(20)).await;
    assert_eq!(server.asked(), 3);
    server.fail(false);
    assert_eq!(waiting.await.unwrap(), "token 3");
}

#[tokio::test(start_paused = true)]
async fn a_failure_goes_to_all_who_wait_and_is_soon_forgotten() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    server.fail(true);
    for outcome in ask_together(&kept, 100).await {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (AuthErrorKind::Unavailable, "failure 1"));
    }
    assert_eq!((fail(&kept).await.as_str(), server.asked()), ("failure 1", 1));
    sleep(MOMENT * 3).await;
    assert_eq!((fail(&kept).await.as_str(), server.asked()), ("failure 2", 2));
    sleep(MOMENT * 3).await;
    assert_eq!((fail(&kept).await.as_str(), server.asked()), ("failure 2", 2));
    server.fail(false);
    sleep(MOMENT * 3).await;
    assert_eq!((ask(&kept).await.as_str(), server.asked()), ("token 3", 3));
}

#[tokio::test(start_paused = true)]
async fn long_failure_is_asked_for_every_few_seconds_only() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    server.fail(true);
    for _ in 0..600 {
        fail(&kept).await;
        sleep(MOMENT).await;
    }
    assert!((13..=18).contains(&server.asked()), "{}", server.asked());
}

/// Asks ten times a second, and gives the seconds after which the token server was asked.
async fn asked_at(server: &CountingServer, kept: &KeptToken, time: Duration) -> Vec<u64> {
    let before = Instant::now();
    let mut asked_at = Vec::new();
    while before.elapsed() < time {
        let asked = server.asked();
        drop(kept.access_token().await);
        sleep(MOMENT).await;
        if server.asked() > asked {
            asked_at.push(before.elapsed().as_secs());
        }
    }
    asked_at
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_to_be_left_alone_is_for_some_minutes_at_most() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    server.fail(true);
    server.retry_after(seconds(90));
    assert_eq!(asked_at(&server, &kept, seconds(200)).await, [0, 90, 180]);
    sleep(seconds(90)).await;
    server.retry_after(seconds(3600));
    assert_eq!(asked_at(&server, &kept, seconds(700)).await, [0, 300, 600]);
}

#[tokio::test(start_paused = true)]
async fn who_asks_later_is_told_how_long_the_server_wants_to_be_left_alone_yet() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    server.fail(true);
    server.retry_after(seconds(90));
    assert_eq!(kept.access_token().await.unwrap_err().retry_after(), Some(seconds(90)));
    advance(seconds(60)).await;
    let left = kept.access_token().await.unwrap_err().retry_after().unwrap();
    assert!((seconds(29)..=seconds(30)).contains(&left), "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn early_renewals_leave_the_server_alone_until_the_old_token_ends() {
    let server = CountingServer::new(7200);
    let kept = server.kept_token();
    ask(&kept).await;
    server.fail(true);
    server.retry_after(seconds(120));
    advance(seconds(6900)).await;
    assert_eq!(asked_at(&server, &kept, seconds(280)).await, [0, 120, 240]);

    let server = CountingServer::new(120);
    let kept = server.kept_token();
    ask(&kept).await;
    server.fail(true);
    server.retry_after(seconds(100));
    advance(seconds(90)).await;
    assert_eq!(asked_at(&server, &kept, seconds(150)).await, [0, 20, 120]);
}

#[tokio::test(start_paused = true)]
async fn a_grant_is_waited_for_as_long_as_it_may_take() {
    let server = CountingServer::new(120);
    server.take(seconds(200));
    server.take_at_most(seconds(150));
    assert!(fail(&server.kept_token()).await.contains("broken off"));
    let server = CountingServer::new(1000);
    server.take(seconds(200));
    server.take_at_most(seconds(250));
    assert_eq!((ask(&server.kept_token()).await.as_str(), server.asked()), ("token 1", 1));
}

struct Panicking;

#[async_trait]
impl TokenGrant for Panicking {
    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        panic!("a fault of a grant")
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_a_grant_is_an_error_for_those_who_wait() {
    let kept = KeptToken::new(Arc::new(Panicking));
    let error = kept.access_token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (AuthErrorKind::Unavailable, true));
}

/// Gives a token that lives two minutes, then fails slowly, then is faulty.
#[derive(Default)]
struct Deteriorating(AtomicUsize);

#[async_trait]
impl TokenGrant for Deteriorating {
    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(GrantedToken::new(AccessToken::new("token"), Some(seconds(120)))),
            1 => {
                sleep(seconds(30)).await;
                Err(AuthError::new(AuthErrorKind::Refused, "the reason"))
            }
            _ => panic!("a fault of a grant"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_vain_is_told_the_last_reason_there_was() {
    let kept = KeptToken::new(Arc::new(Deteriorating::default()));
    ask(&kept).await;
    advance(seconds(100)).await;
    ask(&kept).await;
    sleep(seconds(15)).await;
    assert_eq!(fail(&kept).await, "the reason");
}
