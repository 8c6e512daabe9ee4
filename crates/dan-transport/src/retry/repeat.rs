//! The loop.

use std::time::{Duration, Instant};

use dan_model::Retry;

use super::{Clock, RetryBudget, RetryPolicy};
use crate::error::{Delivery, Effort, Error};
use crate::telemetry;

/// The shortest pause before a source that is not ready yet is asked again: it may tell a time that is over.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// What repeating needs beside the call itself.
pub(crate) struct Repeat<'r, C> {
    pub(crate) policy: &'r RetryPolicy,
    pub(crate) budget: &'r RetryBudget,
    pub(crate) clock: &'r C,
    /// Gives a number from 0 up to but not including 1.
    pub(crate) random: fn() -> f64,
}

/// What is repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// Doing it twice does no harm.
    pub(crate) repeatable: bool,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    /// How long all attempts and pauses may take.
    pub(crate) deadline: Duration,
}

/// What a call brings.
pub(crate) trait Brought {
    /// With what the call took, for errors that show later.
    fn after(self, effort: Effort) -> Self;
}

/// One time of several.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    /// How many have gone before.
    pub(crate) resend_count: u32,
    /// How long it may take.
    pub(crate) allowed: Duration,
    /// The deadline of the call, where that leaves less than an attempt may take.
    pub(crate) deadline: Option<Duration>,
    /// Whether a token that is refused is to be renewed.
    pub(crate) may_renew: bool,
}

/// What has happened so far.
struct History {
    started: Instant,
    attempts: u32,
    /// How many of them found that a source was not ready yet.
    waits: u32,
    has_failed_once: bool,
    has_renewed: bool,
    /// How far the attempt came that came farthest.
    delivery: Delivery,
}

impl<C: Clock> Repeat<'_, C> {
    /// Makes attempts until one succeeds, or another one is pointless, unsafe or too late. The outer error of an attempt
    /// is about the call as a whole, and ends it.
    pub(crate) async fn run<T, A>(
        &self,
        call: Call,
        mut attempt: impl FnMut(Attempt) -> A,
    ) -> Result<T, Error>
    where
        T: Brought,
        A: Future<Output = Result<Result<T, Error>, Error>>,
    {
        let mut history = History::new(self.clock.now());
        loop {
            let rest = self.remaining(call, &history);
            let next = Attempt {
                resend_count: history.attempts,
                allowed: rest.min(call.timeout),
                deadline: (rest < call.timeout).then_some(call.deadline),
                may_renew: !history.has_renewed,
            };
            history.attempts += 1;
            let (error, pause) = match attempt(next).await {
                Ok(Ok(answer)) => {
                    self.budget.deposit();
                    return Ok(answer.after(history.effort(self.clock.now())));
                }
                Ok(Err(error)) => {
                    history.delivery = farther(history.delivery, error.delivery());
                    let pause = self.pause(call, &error, &mut history);
                    (error, pause)
                }
                Err(error) => (error, None),
            };
            match pause {
                Some(pause) => {
                    telemetry::pausing(&error, pause);
                    self.clock.sleep(pause).await;
                }
                None => return Err(history.tell(error, self.clock.now())),
            }
        }
    }

    /// How long to wait before the next attempt; `None` when there is to be none.
    fn pause(&self, call: Call, error: &Error, history: &mut History) -> Option<Duration> {
        match error.retry() {
            // It was refused before anything was done, so that it is safe as well.
            Retry::WithNewToken => {
                return (!std::mem::replace(&mut history.has_renewed, true)).then_some(Duration::ZERO);
            }
            Retry::BackOff => {}
            Retry::Once if !std::mem::replace(&mut history.has_failed_once, true) => {}
            Retry::WhenReady { .. } | Retry::AfterQuota if error.retry_at().is_some() => {}
            _ => return None,
        }
        let is_safe = call.repeatable || error.delivery() == Delivery::NotSent;
        if !is_safe || self.policy.attempts == 1 {
            return None;
        }
        let now = self.clock.time_of_day();
        let told = error.retry_at().and_then(|time| time.duration_since(now).ok()).unwrap_or_default();
        if matches!(error.retry(), Retry::WhenReady { .. }) {
            history.waits += 1;
            let pause = self.back_off(history.waits, true).max(SHORTEST_WAIT).max(told);
            return (pause < self.remaining(call, history)).then_some(pause);
        }
        let counted = history.counted();
        if counted >= self.policy.attempts {
            return None;
        }
        let pause = self.back_off(counted, error.retry() == &Retry::Once).max(told);
        (pause < self.remaining(call, history) && self.budget.withdraw()).then_some(pause)
    }

    /// A random time up to a bound that doubles: clients that failed together do not come back together. What is not to
    /// be repeated at once waits for half the bound at least.
    fn back_off(&self, attempts: u32, not_at_once: bool) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        let bound = self.policy.first_pause.saturating_mul(doubled).min(self.policy.maximum_pause);
        let share = (self.random)();
        bound.mul_f64(if not_at_once { 0.5 + share / 2.0 } else { share })
    }

    fn remaining(&self, call: Call, history: &History) -> Duration {
        call.deadline.saturating_sub(self.clock.now().saturating_duration_since(history.started))
    }
}

impl History {
    fn new(started: Instant) -> Self {
        Self {
            started,
            attempts: 0,
            waits: 0,
            has_failed_once: false,
            has_renewed: false,
            delivery: Delivery::NotSent,
        }
    }

    /// The attempts that the policy counts: none with a token that was refused, and none that found a source not ready.
    fn counted(&self) -> u32 {
        self.attempts - self.waits - u32::from(self.has_renewed)
    }

    fn tell(&self, error: Error, now: Instant) -> Error {
        let delivery = farther(self.delivery, error.delivery());
        error.with_delivery(delivery).after(self.effort(now))
    }

    fn effort(&self, now: Instant) -> Effort {
        Effort { attempts: self.attempts, elapsed: now.saturating_duration_since(self.started) }
    }
}

/// Which of the two may more likely have had an effect: what is unknown of one attempt is unknown of the call, and what
/// was answered once did arrive.
fn farther(one: Delivery, other: Delivery) -> Delivery {
    match (one, other) {
        (Delivery::Unknown, _) | (_, Delivery::Unknown) => Delivery::Unknown,
        (Delivery::Answered, _) | (_, Delivery::Answered) => Delivery::Answered,
        (Delivery::NotSent, Delivery::NotSent) => Delivery::NotSent,
    }
}
