//! Nothing here waits: the clock moves when somebody sleeps, or when an attempt is said to take time.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use dan_model::Retry;
use proptest::prelude::*;

use super::*;
use crate::error::{Delivery, Effort, Error, ErrorKind, ErrorOrigin};

const SECOND: Duration = Duration::from_secs(1);

impl Brought for () {
    fn after(self, _: Effort) {}
}

struct TestClock {
    started: Instant,
    elapsed: Mutex<Duration>,
    pauses: Mutex<Vec<Duration>>,
}

impl TestClock {
    fn new() -> Self {
        Self { started: Instant::now(), elapsed: Mutex::default(), pauses: Mutex::default() }
    }

    fn advance(&self, duration: Duration) {
        *self.elapsed.lock().unwrap() += duration;
    }

    /// A time of day, so long after the call began.
    fn after(duration: Duration) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000_000) + duration
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.started + *self.elapsed.lock().unwrap()
    }

    fn time_of_day(&self) -> SystemTime {
        Self::after(*self.elapsed.lock().unwrap())
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        self.pauses.lock().unwrap().push(duration);
        self.advance(duration);
        std::future::ready(())
    }
}

fn error(delivery: Delivery, retry: Retry) -> Error {
    Error::from_origin(ErrorKind::Unavailable, ErrorOrigin::Dan, delivery, "it failed")
        .with_retry(retry, None)
}

fn broken() -> Error {
    error(Delivery::Unknown, Retry::BackOff)
}

fn at(error: Error, after: Duration) -> Error {
    let retry = error.retry().clone();
    error.with_retry(retry, Some(TestClock::after(after)))
}

const READ: Call =
    Call { repeatable: true, timeout: Duration::from_secs(100), deadline: Duration::from_secs(300) };
const WRITE: Call = Call { repeatable: false, ..READ };

/// What a call made of a row of failures, after which everything succeeds.
struct Report {
    attempts: usize,
    pauses: Vec<Duration>,
    error: Option<Error>,
}

struct Setting {
    policy: RetryPolicy,
    random: fn() -> f64,
    attempt_takes: Duration,
}

impl Default for Setting {
    fn default() -> Self {
        let policy = RetryPolicy::default().first_pause(SECOND).maximum_pause(5 * SECOND);
        Self { policy, random: || 0.5, attempt_takes: Duration::ZERO }
    }
}

impl Setting {
    async fn run(&self, call: Call, failures: impl IntoIterator<Item = Error>) -> Report {
        self.run_on(&self.policy.budget_of_calls(), call, failures).await
    }

    async fn run_on(
        &self,
        budget: &RetryBudget,
        call: Call,
        failures: impl IntoIterator<Item = Error>,
    ) -> Report {
        let clock = TestClock::new();
        let failures = Mutex::new(failures.into_iter().collect::<VecDeque<_>>());
        let attempts = AtomicUsize::new(0);
        let repeat = Repeat { policy: &self.policy, budget, clock: &clock, random: self.random };
        let result = repeat
            .run(call, |attempt| {
                let count = attempts.fetch_add(1, Ordering::Relaxed);
                assert_eq!(usize::try_from(attempt.resend_count).unwrap(), count);
                assert!(attempt.allowed <= call.timeout);
                clock.advance(self.attempt_takes.min(attempt.allowed));
                let failure = failures.lock().unwrap().pop_front();
                async { Ok(failure.map_or(Ok(()), Err)) }
            })
            .await;
        let pauses = clock.pauses.lock().unwrap().clone();
        Report { attempts: attempts.into_inner(), pauses, error: result.err() }
    }
}

fn seconds(pauses: &[Duration]) -> Vec<f64> {
    pauses.iter().map(Duration::as_secs_f64).collect()
}

#[tokio::test]
async fn pauses_double_up_to_a_bound_and_are_drawn_at_random() {
    let mut setting = Setting::default();
    setting.policy = setting.policy.attempts(6);
    let failures = || std::iter::repeat_with(broken).take(5);
    let report = setting.run(READ, failures()).await;
    assert!(report.error.is_none());
    assert_eq!(seconds(&report.pauses), [0.5, 1.0, 2.0, 2.5, 2.5]);
    setting.random = || 0.0;
    assert_eq!(seconds(&setting.run(READ, failures()).await.pauses), [0.0; 5]);
    setting.random = || 0.9;
    assert_eq!(seconds(&setting.run(READ, failures()).await.pauses), [0.9, 1.8, 3.6, 4.5, 4.5]);
}

#[tokio::test]
async fn the_last_error_is_given_with_all_that_happened() {
    let setting = Setting { attempt_takes: 2 * SECOND, ..Setting::default() };
    let report = setting.run(READ, std::iter::repeat_with(broken).take(9)).await;
    let error = report.error.unwrap();
    assert_eq!((report.attempts, error.attempts()), (4, 4));
    assert_eq!(error.elapsed(), Duration::from_millis(4 * 2_000 + 3_500));
    insta::assert_snapshot!(error, @"it failed. That was the last of 4 attempts, in 11.5 s.");
}

#[tokio::test]
async fn what_must_not_be_done_twice_is_repeated_only_when_it_never_arrived() {
    let setting = Setting::default();
    for delivery in [Delivery::Unknown, Delivery::Answered] {
        let report = setting.run(WRITE, [error(delivery, Retry::BackOff)]).await;
        assert_eq!((report.attempts, report.error.unwrap().delivery()), (1, delivery));
    }
    let not_sent = || error(Delivery::NotSent, Retry::BackOff);
    assert!(setting.run(WRITE, [not_sent(), not_sent()]).await.error.is_none());
    let report = setting.run(WRITE, [not_sent(), broken()]).await;
    assert_eq!((report.attempts, report.error.unwrap().delivery()), (2, Delivery::Unknown));
}

#[tokio::test]
async fn what_is_unknown_of_one_attempt_is_unknown_of_the_call() {
    let refused = error(Delivery::Answered, Retry::Never);
    let report = Setting::default().run(READ, [broken(), refused]).await;
    assert_eq!(report.error.unwrap().delivery(), Delivery::Unknown);
}

#[tokio::test]
async fn of_several_attempts_the_one_that_came_farthest_counts() {
    let ended = |delivery| error(delivery, Retry::Never);
    let passing = |delivery| error(delivery, Retry::BackOff);
    for (first, last, farthest) in [
        (Delivery::NotSent, Delivery::NotSent, Delivery::NotSent),
        (Delivery::NotSent, Delivery::Answered, Delivery::Answered),
        (Delivery::Answered, Delivery::NotSent, Delivery::Answered),
        (Delivery::Answered, Delivery::Unknown, Delivery::Unknown),
        (Delivery::Unknown, Delivery::Answered, Delivery::Unknown),
    ] {
        let report = Setting::default().run(READ, [passing(first), ended(last)]).await;
        assert_eq!(report.error.unwrap().delivery(), farthest, "{first:?} {last:?}");
    }
}

#[tokio::test]
async fn a_source_is_waited_for_as_often_as_it_says_so_and_that_counts_for_nothing() {
    let soon = |after| at(error(Delivery::Answered, Retry::WhenReady { not_before: None }), after * SECOND);
    let mut setting = Setting::default();
    setting.policy = setting.policy.budget(0);
    let report = setting.run(READ, (1..=20).map(|number| soon(10 * number))).await;
    assert!(report.error.is_none());
    assert_eq!(seconds(&report.pauses), [10.0; 20]);
    // What fails after it has all its attempts.
    let waits = [soon(10), soon(20), soon(30), soon(40)];
    let report = Setting::default().run(READ, waits.into_iter().chain([broken(), broken(), broken()])).await;
    assert_eq!((report.attempts, report.error.is_none()), (8, true));
    // Who wants nothing to be sent again does not wait.
    let never = Setting { policy: RetryPolicy::never(), ..Setting::default() };
    assert_eq!(never.run(READ, [soon(10)]).await.attempts, 1);
}

#[tokio::test]
async fn a_source_that_tells_a_time_that_is_over_is_not_asked_without_a_pause() {
    let mut setting = Setting::default();
    setting.policy = setting.policy.first_pause(Duration::ZERO);
    let over = || at(error(Delivery::Answered, Retry::WhenReady { not_before: None }), Duration::ZERO);
    let call = Call { deadline: 10 * SECOND, ..READ };
    let report = setting.run(call, std::iter::repeat_with(over).take(100)).await;
    assert_eq!((report.attempts, report.error.is_some()), (10, true));
}

#[tokio::test]
async fn a_source_that_is_not_ready_is_given_half_the_pause_at_least() {
    let mut setting = Setting { random: || 0.0, ..Setting::default() };
    setting.policy = setting.policy.first_pause(4 * SECOND);
    let over = at(error(Delivery::Answered, Retry::WhenReady { not_before: None }), Duration::ZERO);
    assert_eq!(seconds(&setting.run(READ, [over]).await.pauses), [2.0]);
}

#[tokio::test]
async fn what_does_not_pass_by_itself_is_not_sent_again() {
    for retry in [Retry::Never, Retry::AfterConsent, Retry::AfterQuota, Retry::WhenReady { not_before: None }]
    {
        let report = Setting::default().run(READ, [error(Delivery::NotSent, retry.clone())]).await;
        assert_eq!((report.attempts, report.error.is_some()), (1, true), "{retry:?}");
    }
}

#[tokio::test]
async fn a_failure_of_the_service_is_tried_again_once_and_not_at_once() {
    let setting = Setting { random: || 0.0, ..Setting::default() };
    let failed = || error(Delivery::Answered, Retry::Once);
    let report = setting.run(READ, [failed(), failed()]).await;
    assert_eq!((report.attempts, report.error.is_some()), (2, true));
    assert_eq!(seconds(&report.pauses), [0.5]);
    assert!(setting.run(READ, [broken(), failed(), broken()]).await.error.is_none());
    let setting = Setting { random: || 0.5, ..Setting::default() };
    assert_eq!(seconds(&setting.run(READ, [failed()]).await.pauses), [0.75]);
}

#[tokio::test]
async fn the_time_that_the_answer_tells_is_waited_for_if_it_fits_the_deadline() {
    let setting = Setting::default();
    let throttled = |after| at(error(Delivery::NotSent, Retry::BackOff), after);
    let report = setting.run(WRITE, [throttled(42 * SECOND)]).await;
    assert_eq!((seconds(&report.pauses), report.error.is_none()), (vec![42.0], true));
    // The pause of the policy is longer than a time that is nearly over, or past.
    let report = setting.run(READ, [throttled(Duration::from_millis(1)), throttled(Duration::ZERO)]).await;
    assert_eq!(seconds(&report.pauses), [0.5, 1.0]);
    // Waiting in vain helps nobody.
    let report = setting.run(READ, [throttled(300 * SECOND)]).await;
    assert_eq!((report.attempts, report.pauses.len(), report.error.is_some()), (1, 0, true));
}

#[tokio::test]
async fn a_source_and_a_quota_are_waited_for_when_they_say_until_when() {
    let setting = Setting::default();
    for retry in [Retry::WhenReady { not_before: None }, Retry::AfterQuota] {
        let soon = at(error(Delivery::Answered, retry.clone()), 20 * SECOND);
        assert_eq!(seconds(&setting.run(READ, [soon]).await.pauses), [20.0]);
        let tomorrow = at(error(Delivery::Answered, retry), 86_400 * SECOND);
        assert!(setting.run(READ, [tomorrow]).await.error.is_some());
    }
}

#[tokio::test]
async fn a_token_is_renewed_once_and_at_once_and_counts_for_nothing() {
    let old_token = || error(Delivery::Answered, Retry::WithNewToken);
    let never = Setting { policy: RetryPolicy::never().budget(0), ..Setting::default() };
    let report = never.run(WRITE, [old_token()]).await;
    assert_eq!((report.attempts, seconds(&report.pauses), report.error.is_none()), (2, vec![0.0], true));
    let report = never.run(READ, [old_token(), old_token()]).await;
    assert_eq!((report.attempts, report.error.is_some()), (2, true));
    let report = Setting::default().run(READ, [old_token(), broken(), broken(), broken()]).await;
    assert_eq!((report.attempts, report.error.is_none()), (5, true));
}

#[tokio::test]
async fn the_deadline_bounds_attempts_and_pauses() {
    let mut setting = Setting { attempt_takes: 4 * SECOND, ..Setting::default() };
    setting.policy = setting.policy.attempts(100).budget(100);
    let call = Call { timeout: 4 * SECOND, deadline: 10 * SECOND, ..READ };
    let report = setting.run(call, std::iter::repeat_with(broken).take(100)).await;
    // 4 s, 0.5 s, 4 s, 1 s, and 0.5 s that remain.
    assert_eq!((report.attempts, seconds(&report.pauses)), (3, vec![0.5, 1.0]));
    assert_eq!(report.error.unwrap().elapsed(), 10 * SECOND);
}

#[tokio::test]
async fn all_calls_share_a_budget() {
    let setting = Setting { policy: RetryPolicy::default().budget(2), ..Setting::default() };
    let budget = setting.policy.budget_of_calls();
    let down = || std::iter::repeat_with(broken).take(9);
    assert_eq!(setting.run_on(&budget, READ, down()).await.attempts, 3);
    assert_eq!(setting.run_on(&budget, READ, down()).await.attempts, 1);
    for _ in 0..10 {
        assert!(setting.run_on(&budget, READ, []).await.error.is_none());
    }
    assert_eq!(setting.run_on(&budget, READ, down()).await.attempts, 2);
}

#[tokio::test]
async fn what_is_not_sent_again_costs_the_others_nothing() {
    let setting = Setting { policy: RetryPolicy::default().budget(1), ..Setting::default() };
    let budget = setting.policy.budget_of_calls();
    let too_late = at(broken(), READ.deadline);
    assert_eq!(setting.run_on(&budget, READ, [too_late]).await.attempts, 1);
    assert_eq!(setting.run_on(&budget, WRITE, [broken()]).await.attempts, 1);
    assert!(setting.run_on(&budget, READ, [broken()]).await.error.is_none());
}

#[tokio::test]
async fn an_error_about_the_call_ends_it() {
    let (policy, clock) = (RetryPolicy::default(), TestClock::new());
    let budget = policy.budget_of_calls();
    let repeat = Repeat { policy: &policy, budget: &budget, clock: &clock, random: || 0.5 };
    let result: Result<(), Error> = repeat.run(READ, |_| async { Err(broken()) }).await;
    assert_eq!(result.unwrap_err().attempts(), 1);
    assert!(clock.pauses.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_call_that_is_dropped_makes_no_more_attempts() {
    struct Stopped(TestClock);

    impl Clock for Stopped {
        fn now(&self) -> Instant {
            self.0.now()
        }

        fn time_of_day(&self) -> SystemTime {
            self.0.time_of_day()
        }

        fn sleep(&self, _: Duration) -> impl Future<Output = ()> + Send {
            std::future::pending()
        }
    }

    let (policy, clock) = (RetryPolicy::default(), Stopped(TestClock::new()));
    let budget = policy.budget_of_calls();
    let repeat = Repeat { policy: &policy, budget: &budget, clock: &clock, random: || 0.5 };
    let attempts = AtomicUsize::new(0);
    let call = repeat.run(READ, |_| {
        attempts.fetch_add(1, Ordering::Relaxed);
        async { Ok(Err::<(), _>(broken())) }
    });
    assert!(tokio::time::timeout(Duration::ZERO, call).await.is_err());
    assert_eq!(attempts.into_inner(), 1);
}

fn any_retry() -> impl Strategy<Value = Retry> {
    prop_oneof![
        Just(Retry::Never),
        Just(Retry::Once),
        Just(Retry::BackOff),
        Just(Retry::WithNewToken),
        Just(Retry::AfterConsent),
        Just(Retry::AfterQuota),
        Just(Retry::WhenReady { not_before: None }),
    ]
}

fn any_delivery() -> impl Strategy<Value = Delivery> {
    prop_oneof![Just(Delivery::NotSent), Just(Delivery::Unknown), Just(Delivery::Answered)]
}

prop_compose! {
    fn any_failure()(
        delivery in any_delivery(),
        retry in any_retry(),
        told in proptest::option::of(0_u64..400),
    ) -> (Delivery, Retry, Option<u64>) {
        (delivery, retry, told)
    }
}

proptest! {
    #[test]
    fn whatever_happens_the_bounds_hold(
        failures in proptest::collection::vec(any_failure(), 0..12),
        repeatable: bool,
        attempts in 0_u32..8,
        repetitions in 0_u32..8,
        attempt_takes in 0_u64..120,
        deadline in 0_u64..300,
    ) {
        let policy = RetryPolicy::default().attempts(attempts).budget(repetitions);
        let setting = Setting { policy, random: || 0.99, attempt_takes: Duration::from_secs(attempt_takes) };
        let call = Call { repeatable, deadline: Duration::from_secs(deadline), ..READ };
        let errors = failures.iter().map(|(delivery, retry, told)| {
            let error = error(*delivery, retry.clone());
            told.map_or_else(|| error.with_retry(retry.clone(), None), |told| {
                let time = TestClock::after(Duration::from_secs(told));
                broken().with_delivery(*delivery).with_retry(retry.clone(), Some(time))
            })
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let report = runtime.block_on(setting.run(call, errors));
        let renewed = usize::from(failures.iter().any(|(_, retry, _)| *retry == Retry::WithNewToken));
        let is_wait = |retry: &Retry| matches!(retry, Retry::WhenReady { .. });
        let waits = failures.iter().take(report.attempts).filter(|(_, retry, _)| is_wait(retry)).count();
        let uncounted = renewed + waits;
        prop_assert!(report.attempts <= usize::try_from(attempts.max(1)).unwrap() + uncounted);
        prop_assert!(report.attempts <= usize::try_from(repetitions).unwrap() + 1 + uncounted);
        prop_assert!(report.pauses.iter().sum::<Duration>() <= call.deadline);
        if let Some(error) = &report.error {
            prop_assert!(error.elapsed() <= call.deadline);
        }
        for (delivery, retry, _) in failures.iter().take(report.attempts - 1) {
            prop_assert!(repeatable || *delivery == Delivery::NotSent || *retry == Retry::WithNewToken);
        }
    }
}
