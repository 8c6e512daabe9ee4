//! When an owner or a runtime ends, or a runtime stands still.

use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

use super::*;

#[tokio::test(start_paused = true)]
async fn the_flight_ends_with_its_owner() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    server.take(seconds(60));
    assert!(tokio::time::timeout(MOMENT, kept.access_token()).await.is_err());
    assert_eq!(server.at_once(), 1);
    drop(kept);
    sleep(MOMENT).await;
    assert_eq!(server.at_once(), 0);
}

pub(super) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Starts a flight on a runtime that is then left as it is.
fn start_on(runtime: &Runtime, kept: &KeptToken) {
    let waiting = async { tokio::time::timeout(MOMENT, kept.access_token()).await.map(drop) };
    assert!(runtime.block_on(waiting).is_err());
}

#[test]
fn a_flight_whose_runtime_is_gone_is_begun_anew_on_another() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    server.take(seconds(60));
    let first = runtime();
    start_on(&first, &kept);
    drop(first);
    server.take(MOMENT);
    assert_eq!(runtime().block_on(ask(&kept)), "token 2");
    assert_eq!(server.at_once(), 0);
}

#[test]
fn who_waits_for_a_flight_outlives_its_runtime() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    server.take(seconds(60));
    let first = runtime();
    start_on(&first, &kept);
    let token = runtime().block_on(async {
        let waiting = tokio::spawn({
            let kept = Arc::clone(&kept);
            async move { ask(&kept).await }
        });
        tokio::task::yield_now().await;
        server.take(MOMENT);
        // A runtime may not be dropped inside another.
        std::thread::spawn(move || drop(first)).join().unwrap();
        waiting.await.unwrap()
    });
    assert_eq!((token.as_str(), server.asked()), ("token 2", 2));
}

#[test]
fn a_runtime_that_stands_still_does_not_hold_up_the_others_for_ever() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    server.take(seconds(60));
    let standing_still = runtime();
    start_on(&standing_still, &kept);
    server.take(MOMENT);
    assert_eq!(runtime().block_on(ask(&kept)), "token 2");
    // What it did in the end is not taken for what is needed now.
    standing_still.block_on(async { sleep(seconds(60)).await });
    assert_eq!(runtime().block_on(ask(&kept)), "token 2");
}

#[test]
fn outside_of_a_runtime_there_is_an_error() {
    let kept = CountingServer::new(120).kept_token();
    let error = futures_util::FutureExt::now_or_never(kept.access_token()).unwrap().unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Configuration);
}
