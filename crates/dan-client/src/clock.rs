//! Time as the client sees it, so that tests wait for nothing.

use std::time::{Duration, Instant, SystemTime};

use dan_auth::async_trait;

/// Tells the time, and waits.
///
/// A client has the machine's ([`SystemClock`]) unless [`DanClientBuilder::clock`](crate::DanClientBuilder::clock) gives
/// it another. A test gives it one whose [`sleep`](Self::sleep) returns at once and moves its time ahead instead.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of the day, which may jump when somebody sets it.
    fn now(&self) -> SystemTime;

    /// How long the clock has run. It never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits. Dropping the future ends the wait.
    async fn sleep(&self, duration: Duration);
}

/// The machine's clock. Sleeping needs a Tokio runtime with its timer on.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
