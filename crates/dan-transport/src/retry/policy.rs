//! How often, and how far apart.

use std::time::Duration;

use super::RetryBudget;

/// How often a request is sent again after a failure that may pass by itself, and after which pauses.
///
/// Only what is safe is sent again: what does no harm when done twice, and what surely never reached the service. Pauses
/// are drawn at random up to a bound that doubles each time, so that clients do not come back together; where the answer
/// tells a time, the pause is at least as long. Nothing waits beyond the deadline of its call. A source that says when it
/// will be ready is asked again then, as often as it says so within the deadline: that is no failure, and neither counts
/// as an attempt nor draws on the budget. All calls of a transport
/// share a budget, so that a service that is down is not asked many times over.
///
/// ```
/// use std::time::Duration;
/// use dan_transport::RetryPolicy;
///
/// let patient = RetryPolicy::default().attempts(6).maximum_pause(Duration::from_secs(30));
/// let never = RetryPolicy::never();
/// # drop((patient, never));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(super) attempts: u32,
    pub(super) first_pause: Duration,
    pub(super) maximum_pause: Duration,
    pub(super) budget: u32,
}

impl RetryPolicy {
    /// Nothing is sent again, except once with a new token when the service no longer takes the old one.
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// How many times a request is sent at most, the first time included; 4 unless said. Zero counts as one, and one is not
    /// even followed by another when a source says that it will be ready soon.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The longest that the first pause may be; 500 milliseconds unless said. The bound doubles with each attempt.
    #[must_use]
    pub fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// The longest that any pause may be; 15 seconds unless said. A longer time that the answer tells is kept.
    #[must_use]
    pub fn maximum_pause(mut self, pause: Duration) -> Self {
        self.maximum_pause = pause;
        self
    }

    /// How many times all calls of a transport together may send again in a row without a success; 20 unless said. Every
    /// ten successes allow for one more.
    #[must_use]
    pub fn budget(mut self, budget: u32) -> Self {
        self.budget = budget;
        self
    }

    /// The account that all calls of a transport share.
    pub(crate) fn budget_of_calls(&self) -> RetryBudget {
        RetryBudget::new(self.budget)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_pause: Duration::from_millis(500),
            maximum_pause: Duration::from_secs(15),
            budget: 20,
        }
    }
}
