mod any_course;
mod failures;
mod runtimes;

use tokio::time::{Instant, advance, sleep};

use super::*;
use crate::cache::counting_server::CountingServer;

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
    assert_eq!(server.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_report_of_another_token_than_the_last_renews_nothing() {
    let server = CountingServer::new(120);
    let kept = server.kept_token();
    let refused = kept.access_token().await.unwrap();
    kept.invalidate(&refused);
    assert_eq!(ask(&kept).await, "token 2");
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
