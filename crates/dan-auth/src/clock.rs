//! The time, and the passing of it.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;

/// Tells the time and waits. Grants see no other clock, so that a test can hand them one of its own and wait for nothing.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> SystemTime;

    /// Comes back when this much time has passed.
    async fn sleep(&self, duration: Duration);
}

/// The clock of this machine, and Tokio's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
