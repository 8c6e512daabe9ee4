//! The end of a call, which holds for all that the call is made of.

use std::future::Future;
use std::time::Duration;

use dan_transport::Error;
use tokio::time::timeout;

use crate::clock::Clock;

/// When a call has to be over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// By the client's clock.
    at: Duration,
    allowed: Duration,
}

impl End {
    /// The end of a call that begins now.
    pub(crate) fn after(allowed: Duration, clock: &dyn Clock) -> Self {
        Self { at: clock.elapsed().saturating_add(allowed), allowed }
    }

    /// How long the call may still take.
    pub(crate) fn left(self, clock: &dyn Clock) -> Duration {
        self.at.saturating_sub(clock.elapsed())
    }

    /// Whether the call has to be over now.
    pub(crate) fn has_come(self, clock: &dyn Clock) -> bool {
        self.left(clock).is_zero()
    }

    /// Something that precedes the request, given up at the end of the call. `what` it is begins the message.
    pub(crate) fn bound<T>(
        self,
        clock: &dyn Clock,
        what: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> impl Future<Output = Result<T, Error>> {
        // Boxed, since most calls do without and all of them would be larger.
        let work = Box::pin(timeout(self.left(clock), work));
        async move {
            work.await.unwrap_or_else(|_| {
                Err(Error::out_of_time(format!(
                    "{what} took longer than the call may take, {:.1} s; nothing was sent. Try again, or allow more time.",
                    self.allowed.as_secs_f64()
                )))
            })
        }
    }
}
