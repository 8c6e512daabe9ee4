//! Clocks on which tests wait for nothing.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use dan_client::{Clock, async_trait};
use tokio::sync::watch;

/// A clock whose sleepers wake at once, because it moves ahead instead.
#[derive(Default)]
pub(crate) struct TestClock {
    elapsed: Mutex<Duration>,
    when_asleep: Mutex<Option<WhenAsleep>>,
}

/// What the test does while somebody sleeps; it is told how long the clock has run.
type WhenAsleep = Box<dyn FnMut(Duration) + Send>;

impl TestClock {
    pub(crate) fn when_asleep(&self, act: impl FnMut(Duration) + Send + 'static) {
        *self.when_asleep.lock().unwrap() = Some(Box::new(act));
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        SystemTime::now() + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let elapsed = {
            let mut elapsed = self.elapsed.lock().unwrap();
            *elapsed += duration;
            *elapsed
        };
        if let Some(act) = self.when_asleep.lock().unwrap().as_mut() {
            act(elapsed);
        }
        tokio::task::yield_now().await;
    }
}

/// A clock that stands still until the test moves it.
pub(crate) struct SteppedClock {
    elapsed: watch::Sender<Duration>,
    asleep: Mutex<usize>,
}

impl Default for SteppedClock {
    fn default() -> Self {
        Self { elapsed: watch::Sender::new(Duration::ZERO), asleep: Mutex::default() }
    }
}

impl SteppedClock {
    /// Moves ahead once so many are asleep.
    pub(crate) async fn step(&self, by: Duration, asleep: usize) {
        self.until_asleep(asleep).await;
        self.elapsed.send_modify(|elapsed| *elapsed += by);
        tokio::task::yield_now().await;
    }

    pub(crate) async fn until_asleep(&self, count: usize) {
        while *self.asleep.lock().unwrap() < count {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl Clock for SteppedClock {
    fn now(&self) -> SystemTime {
        SystemTime::now() + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.borrow()
    }

    async fn sleep(&self, duration: Duration) {
        /// Wakes also when the sleep is given up.
        struct Asleep<'a>(&'a Mutex<usize>);
        impl Drop for Asleep<'_> {
            fn drop(&mut self) {
                *self.0.lock().unwrap() -= 1;
            }
        }
        let mut elapsed = self.elapsed.subscribe();
        let end = *elapsed.borrow() + duration;
        if duration.is_zero() {
            return;
        }
        *self.asleep.lock().unwrap() += 1;
        let _asleep = Asleep(&self.asleep);
        elapsed.wait_for(|elapsed| *elapsed >= end).await.unwrap();
    }
}
