//! What always holds, whatever happens and in whichever order.

use proptest::prelude::*;
use tokio::time::sleep;

use super::runtimes::runtime;
use super::*;

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
