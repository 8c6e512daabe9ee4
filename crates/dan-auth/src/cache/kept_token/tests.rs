use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use proptest::prelude::*;
use tokio::time::{Instant, advance, sleep};

use super::*;
use crate::cache::counting_server::CountingServer;
use crate::cache::grant::TokenGrant;
use crate::token::GrantedToken;

const MOMENT: Duration = Duration::from_millis(100);

async fn ask(kept: &KeptToken) -> String {
    kept.access_token().await.unwrap().expose().to_owned()
}

async fn fail(kept: &KeptToken) -> String {
    kept.access_token().await.unwrap_err().to_string()
}

async fn ask_together(kept: &Arc<KeptToken>, callers: usize) -> Vec<Outcome> {
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let kept = Arc::clone(kept);
            tokio::spawn(async move { kept.access_token().await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_tasks_at_a_cold_start_cause_one_grant() {
    let server = CountingServer::new(120);
    for outcome in ask_together(&server.kept_token(), 10_000).await {
        assert_eq!(outcome.unwrap().expose(), "token 1");
    }
    assert_eq!(server.asked(), 1);
}

#[test]
fn ten_thousand_tasks_on_many_threads_cause_one_grant() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build().unwrap();
    let server = CountingServer::new(120);
    let outcomes = runtime.block_on(ask_together(&server.kept_token(), 10_000));
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap().expose() == "token 1"));
    assert_eq!(server.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_while_one_renewal_is_under_way() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    assert_eq!(ask(&kept).await, "token 1");
    advance(seconds(89)).await;
    assert_eq!(ask(&kept).await, "token 1");
    assert_eq!(server.asked(), 1);

    server.take(seconds(5));
    advance(seconds(1)).await;
    let before = Instant::now();
    for outcome in ask_together(&kept, 1000).await {
        assert_eq!(outcome.unwrap().expose(), "token 1");
    }
    assert_eq!((before.elapsed(), server.asked()), (Duration::ZERO, 2));
    sleep(seconds(6)).await;
    assert_eq!((ask(&kept).await.as_str(), server.asked()), ("token 2", 2));
}

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

#[tokio::test(start_paused = true)]
async fn who_gives_up_takes_nothing_from_the_others() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    let impatient = tokio::time::timeout(Duration::from_millis(10), kept.access_token());
    let (impatient, patient) = tokio::join!(impatient, kept.access_token());
    assert!(impatient.is_err());
    assert_eq!((patient.unwrap().expose(), server.asked()), ("token 1", 1));
}

#[tokio::test(start_paused = true)]
async fn when_all_give_up_the_next_one_finds_what_they_asked_for() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    for _ in 0..5 {
        assert!(tokio::time::timeout(Duration::from_millis(10), kept.access_token()).await.is_err());
    }
    assert_eq!((ask(&kept).await.as_str(), server.asked()), ("token 1", 1));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_however_many_report_it() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    let refused = kept.access_token().await.unwrap();
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let (kept, refused) = (Arc::clone(&kept), refused.clone());
            tokio::spawn(async move {
                kept.invalidate(&refused);
                ask(&kept).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "token 2");
    }
    kept.invalidate(&refused);
    kept.invalidate(&AccessToken::new("of somebody else"));
    assert_eq!((ask(&kept).await.as_str(), server.asked()), ("token 2", 2));
}

#[tokio::test(start_paused = true)]
async fn a_token_refused_during_its_early_renewal_is_renewed_once() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    ask(&kept).await;
    advance(seconds(95)).await;
    let refused = kept.access_token().await.unwrap();
    kept.invalidate(&refused);
    assert_eq!((ask(&kept).await.as_str(), server.asked()), ("token 2", 2));
}

#[tokio::test(start_paused = true)]
async fn an_api_that_refuses_each_token_does_not_make_each_call_a_grant() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    for _ in 0..600 {
        let token = kept.access_token().await.unwrap();
        kept.invalidate(&token);
        sleep(MOMENT).await;
    }
    assert!((5..=12).contains(&server.asked()), "{}", server.asked());
    // As soon as tokens are taken again, nothing of this is left.
    sleep(seconds(120)).await;
    for number in server.asked() + 1..=server.asked() + 4 {
        let token = kept.access_token().await.unwrap();
        assert_eq!(token.expose(), format!("token {number}"));
        kept.invalidate(&token);
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_that_arrive_almost_expired_do_not_make_each_call_a_grant() {
    for lifetime in [0, 1, 2] {
        let server = CountingServer::new(lifetime);
        let kept = server.kept_token();
        for _ in 0..1000 {
            ask(&kept).await;
            sleep(Duration::from_millis(10)).await;
        }
        assert!((5..=14).contains(&server.asked()), "{lifetime}: {}", server.asked());
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_unknown_life_serves_those_who_wait_for_it() {
    let server = CountingServer::new(None);
    let kept = server.kept_token();
    for outcome in ask_together(&kept, 100).await {
        assert_eq!(outcome.unwrap().expose(), "token 1");
    }
    assert_eq!(ask(&kept).await, "token 2");
}

#[tokio::test(start_paused = true)]
async fn a_slow_token_holds_up_no_other() {
    let servers: Vec<_> = (0..100).map(|_| CountingServer::new(120)).collect();
    let all: Vec<_> = servers.iter().map(CountingServer::kept_token).collect();
    servers[0].take(seconds(60));
    let slow = tokio::spawn({
        let kept = Arc::clone(&all[0]);
        async move { ask(&kept).await }
    });
    let before = Instant::now();
    futures_util::future::join_all(all[1..].iter().map(|kept| ask(kept))).await;
    assert!(before.elapsed() < seconds(1), "{:?}", before.elapsed());
    assert!(!slow.is_finished());
    slow.await.unwrap();
}

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

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Starts a flight on a runtime that is then left as it is.
fn start_on(runtime: &tokio::runtime::Runtime, kept: &KeptToken) {
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

/// What may happen around a kept token.
#[derive(Debug, Clone)]
enum Step {
    Pass(Duration),
    Ask { callers: usize },
    GiveUpAfter(Duration),
    Refuse,
    ServerFails(bool),
    ServerTakes(Duration),
}

fn step() -> impl Strategy<Value = Step> {
    let millis = |longest: u64| (0..longest).prop_map(Duration::from_millis);
    prop_oneof![
        millis(60_000).prop_map(Step::Pass),
        (1..20_usize).prop_map(|callers| Step::Ask { callers }),
        millis(1_000).prop_map(Step::GiveUpAfter),
        Just(Step::Refuse),
        any::<bool>().prop_map(Step::ServerFails),
        millis(3_000).prop_map(Step::ServerTakes),
    ]
}

/// Walks through the steps and checks after each what always holds.
async fn walk(lifetime: u64, steps: Vec<Step>) {
    let server = CountingServer::new(lifetime);
    let kept = server.kept_token();
    let mut has_failed = false;
    for step in steps {
        match step {
            Step::Pass(time) => sleep(time).await,
            Step::Ask { callers } => {
                for outcome in ask_together(&kept, callers).await {
                    match outcome {
                        Ok(token) => assert!(server.age(&token) <= seconds(lifetime.max(1)) + seconds(3)),
                        Err(_) => assert!(has_failed),
                    }
                }
            }
            Step::GiveUpAfter(time) => drop(tokio::time::timeout(time, kept.access_token()).await),
            Step::Refuse => {
                if let Ok(token) = kept.access_token().await {
                    kept.invalidate(&token);
                }
            }
            Step::ServerFails(fails) => {
                has_failed |= fails;
                server.fail(fails);
            }
            Step::ServerTakes(time) => server.take(time),
        }
        assert!(server.most_at_once() <= 1);
    }
    server.fail(false);
    sleep(seconds(10)).await;
    kept.access_token().await.unwrap();
}

proptest! {
    #[test]
    fn whatever_happens_there_is_one_request_at_a_time_and_no_old_token(
        lifetime in prop_oneof![Just(0), Just(1), Just(5), Just(120), Just(7200)],
        steps in proptest::collection::vec(step(), 0..40),
    ) {
        runtime().block_on(walk(lifetime, steps));
    }
}
