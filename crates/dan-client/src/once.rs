//! Sends what must not happen twice so that it happens once, whatever gets lost on the way.

use std::future::Future;
use std::time::Duration;

use dan_transport::{Delivery, Error};

use crate::clock::Clock;

/// How long a request may be at work after its answer was lost. The service's host ends each call after 230 seconds; what
/// left no trace until then never will.
const LONGEST_WORK: Duration = Duration::from_secs(240);

/// The pauses between two looks: short at first, since it is mostly the answer that gets lost, after the work was done.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What a look may take also at the very end.
const SHORTEST_LOOK: Duration = Duration::from_secs(5);

/// A request with an effect that must not happen twice.
pub(crate) trait OnceOnly: Sync {
    /// What comes of it.
    type Effect;

    /// Sends it; `time_left` is all that the call may take.
    fn send(&self, time_left: Duration) -> impl Future<Output = Result<Self::Effect, Error>> + Send;

    /// Looks whether it has had its effect, without having one.
    fn find(&self, time_left: Duration) -> impl Future<Output = Result<Option<Self::Effect>, Error>> + Send;

    /// What the effect is, and how to find out about it: the end of a sentence that begins with 'whether'.
    fn question(&self) -> String;
}

/// Sends it. When its fate is unknown, looks for its effect until it is found or surely absent; only then it is sent
/// again, as long as the deadline allows.
pub(crate) async fn once<R: OnceOnly>(
    request: &R,
    clock: &dyn Clock,
    deadline: Duration,
) -> Result<R::Effect, Error> {
    let end = clock.elapsed().saturating_add(deadline);
    loop {
        let lost = match request.send(end.saturating_sub(clock.elapsed())).await {
            Err(error) if error.delivery() == Delivery::Unknown => error,
            answered => return answered,
        };
        tracing::warn!(reason = %lost, "the answer to a request was lost: looking for its effect");
        match find(request, clock, end).await {
            Fate::Done(effect) => return Ok(effect),
            Fate::Absent if clock.elapsed() < end => {}
            Fate::Absent => return Err(without_effect(lost)),
            Fate::Unknown => return Err(unknown(request, lost)),
        }
    }
}

enum Fate<T> {
    Done(T),
    /// It had no effect, and will have none.
    Absent,
    Unknown,
}

/// To be called when the answer was lost: sending may wait for a token or for the gateway's quota before the request
/// leaves, so that only this moment is surely later.
async fn find<R: OnceOnly>(request: &R, clock: &dyn Clock, end: Duration) -> Fate<R::Effect> {
    let settled = clock.elapsed().saturating_add(LONGEST_WORK);
    let mut pause = FIRST_PAUSE;
    loop {
        let looked_at = clock.elapsed();
        match request.find(end.saturating_sub(looked_at).max(SHORTEST_LOOK)).await {
            Ok(Some(effect)) => return Fate::Done(effect),
            Ok(None) if looked_at >= settled => return Fate::Absent,
            Ok(None) => {}
            Err(error) if error.is_retryable() => {}
            Err(error) => {
                tracing::warn!(reason = %error, "the effect cannot be looked for");
                return Fate::Unknown;
            }
        }
        let now = clock.elapsed();
        if now >= end {
            return Fate::Unknown;
        }
        // The look that decides is made as soon as it can decide.
        let until_settled = settled.saturating_sub(now);
        let next = if until_settled.is_zero() { pause } else { pause.min(until_settled) };
        clock.sleep(next.min(end.saturating_sub(now))).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn unknown<R: OnceOnly>(request: &R, lost: Error) -> Error {
    let message = format!("the answer was lost, and it is unknown whether {}", request.question());
    Error::new(lost.kind(), message).with_delivery(Delivery::Unknown).with_cause(lost)
}

fn without_effect(lost: Error) -> Error {
    let message = "the answer was lost, and the request surely had no effect; it may be sent again";
    Error::new(lost.kind(), message).with_delivery(Delivery::NotSent).with_cause(lost)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::SystemTime;

    use dan_transport::ErrorKind;

    use super::*;

    /// A clock that moves only when somebody sleeps.
    #[derive(Default)]
    struct Jumping(Mutex<Duration>);

    #[dan_auth::async_trait]
    impl Clock for Jumping {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + self.elapsed()
        }

        fn elapsed(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        async fn sleep(&self, duration: Duration) {
            *self.0.lock().unwrap() += duration;
        }
    }

    /// A service that is slow to let a request in, loses each answer, and has its effect some while later.
    struct Slow<'c> {
        clock: &'c Jumping,
        quota: Duration,
        work: Duration,
        left: Mutex<Vec<Duration>>,
    }

    impl Slow<'_> {
        fn effects(&self) -> usize {
            let now = self.clock.elapsed();
            self.left.lock().unwrap().iter().filter(|left| **left + self.work <= now).count()
        }
    }

    impl OnceOnly for Slow<'_> {
        type Effect = ();

        async fn send(&self, _time_left: Duration) -> Result<(), Error> {
            self.clock.sleep(self.quota).await;
            self.left.lock().unwrap().push(self.clock.elapsed());
            Err(Error::new(ErrorKind::Network, "reset").with_delivery(Delivery::Unknown))
        }

        async fn find(&self, _time_left: Duration) -> Result<Option<()>, Error> {
            Ok((self.effects() > 0).then_some(()))
        }

        fn question(&self) -> String {
            "it was done".to_owned()
        }
    }

    #[tokio::test]
    async fn work_is_waited_for_from_when_the_request_left() {
        let clock = Jumping::default();
        let quota = Duration::from_secs(120);
        let slow = Slow { clock: &clock, quota, work: Duration::from_secs(230), left: Mutex::default() };
        once(&slow, &clock, Duration::from_secs(900)).await.unwrap();
        assert_eq!(slow.effects(), 1);
        assert_eq!(slow.left.into_inner().unwrap().len(), 1, "it was sent again while the first was at work");
    }
}
