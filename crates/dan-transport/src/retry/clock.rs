//! What time it is, and waiting: passed in, so that tests wait for nothing.

use std::time::{Duration, Instant, SystemTime};

/// Tells the time and waits.
pub(crate) trait Clock: Send + Sync {
    /// A time that only runs forward, for measuring.
    fn now(&self) -> Instant;

    /// The time of day, for times that an answer tells.
    fn time_of_day(&self) -> SystemTime;

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}
