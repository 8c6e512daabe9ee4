//! Sends what must not happen twice so that it happens once, whatever gets lost on the way.

use std::future::Future;
use std::time::Duration;

use dan_transport::{Delivery, Error};

use crate::clock::Clock;
use crate::end::End;

/// Long enough to be sure that a request left no trace, and to send it once more.
pub(crate) const DEADLINE: Duration = Duration::from_secs(600);

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
    fn find(&self, time_left: Duration) -> impl Future<Output = Result<Trace<Self::Effect>, Error>> + Send;

    /// What the effect is, and how to find out about it: the end of a sentence that begins with 'whether'.
    fn question(&self) -> String;
}

/// What a look shows.
pub(crate) enum Trace<T> {
    /// The request had this effect.
    Effect(T),
    /// There is something that may as well come of another request.
    Unclear,
    Nothing,
}

/// Sends it. When its fate is unknown, looks for its effect until it is found or surely absent; only then it is sent
/// again, as long as the deadline allows.
pub(crate) async fn once<R: OnceOnly>(request: &R, clock: &dyn Clock, end: End) -> Result<R::Effect, Error> {
    loop {
        let lost = match request.send(end.left(clock)).await {
            Err(error) if error.delivery() == Delivery::Unknown => error,
            answered => return answered,
        };
        tracing::warn!(reason = %lost, "the answer to a request was lost: looking for its effect");
        match find(request, clock, end).await {
            Fate::Done(effect) => return Ok(effect),
            Fate::Absent if !end.has_come(clock) => {}
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
async fn find<R: OnceOnly>(request: &R, clock: &dyn Clock, end: End) -> Fate<R::Effect> {
    let settled = clock.elapsed().saturating_add(LONGEST_WORK);
    let mut pause = FIRST_PAUSE;
    loop {
        let looked_at = clock.elapsed();
        match request.find(end.left(clock).max(SHORTEST_LOOK)).await {
            Ok(Trace::Effect(effect)) => return Fate::Done(effect),
            Ok(Trace::Nothing) if looked_at >= settled => return Fate::Absent,
            // Later looks would show no more.
            Ok(Trace::Unclear) if looked_at >= settled => return Fate::Unknown,
            Ok(Trace::Nothing | Trace::Unclear) => {}
            Err(error) if error.is_retryable() => {}
            Err(error) => {
                tracing::warn!(reason = %error, "the effect cannot be looked for");
                return Fate::Unknown;
            }
        }
        if end.has_come(clock) {
            return Fate::Unknown;
        }
        // The look that decides is made as soon as it can decide.
        let until_settled = settled.saturating_sub(clock.elapsed());
        let next = if until_settled.is_zero() { pause } else { pause.min(until_settled) };
        clock.sleep(next.min(end.left(clock))).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn unknown<R: OnceOnly>(request: &R, lost: Error) -> Error {
    let message = format!("the answer was lost, and it is unknown whether {}", request.question());
    lost.reworded(message)
}

fn without_effect(lost: Error) -> Error {
    let message = "the answer was lost, and the request surely had no effect; it may be sent again";
    let retry = lost.retry().clone();
    lost.reworded(message).with_delivery(Delivery::NotSent).with_retry(retry, None)
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

    type Look = Result<Trace<&'static str>, Error>;

    /// A request whose answers are all lost, and whose looks show what a test says.
    struct Lossy<'a, F> {
        clock: &'a Jumping,
        /// How long it waits before it leaves.
        quota: u64,
        /// By the time, and when it left.
        look: F,
        /// When it left.
        sent: Mutex<Vec<u64>>,
        /// When was looked, and how long that might have taken.
        looks: Mutex<Vec<(u64, u64)>>,
    }

    impl<F: Fn(u64, &[u64]) -> Look + Sync> OnceOnly for Lossy<'_, F> {
        type Effect = &'static str;

        async fn send(&self, _time_left: Duration) -> Result<&'static str, Error> {
            self.clock.sleep(Duration::from_secs(self.quota)).await;
            self.sent.lock().unwrap().push(self.clock.elapsed().as_secs());
            Err(Error::new(ErrorKind::Network, "the connection broke").with_delivery(Delivery::Unknown))
        }

        async fn find(&self, time_left: Duration) -> Look {
            let now = self.clock.elapsed().as_secs();
            let mut looks = self.looks.lock().unwrap();
            looks.push((now, time_left.as_secs()));
            assert!(looks.len() < 100, "nothing pauses: {looks:?}");
            (self.look)(now, &self.sent.lock().unwrap())
        }

        fn question(&self) -> String {
            "it was done".to_owned()
        }
    }

    /// The outcome, and when it left and was looked for, in seconds.
    async fn outcome_after(
        quota: u64,
        deadline: u64,
        look: impl Fn(u64, &[u64]) -> Look + Sync,
    ) -> (Result<&'static str, Delivery>, Vec<u64>, Vec<(u64, u64)>) {
        let clock = Jumping::default();
        let request = Lossy { clock: &clock, quota, look, sent: Mutex::default(), looks: Mutex::default() };
        let result = once(&request, &clock, End::after(Duration::from_secs(deadline), &clock)).await;
        let result = result.map_err(|error| error.delivery());
        (result, request.sent.into_inner().unwrap(), request.looks.into_inner().unwrap())
    }

    /// As [`outcome_after`], of a request that leaves at once.
    async fn outcome(
        deadline: u64,
        look: impl Fn(u64) -> Look + Sync,
    ) -> (Result<&'static str, Delivery>, Vec<u64>, Vec<(u64, u64)>) {
        outcome_after(0, deadline, |now, _| look(now)).await
    }

    #[tokio::test]
    async fn work_is_waited_for_from_when_the_request_left() {
        let work = |now, sent: &[u64]| {
            Ok(if sent.iter().any(|left| left + 230 <= now) { Trace::Effect("done") } else { Trace::Nothing })
        };
        let (result, sent, _) = outcome_after(120, 900, work).await;
        assert_eq!((result, sent), (Ok("done"), vec![120]), "it is not sent again while it is at work");
    }

    #[tokio::test]
    async fn an_effect_that_is_found_is_the_answer() {
        let late = |now| Ok(if now >= 20 { Trace::Effect("done") } else { Trace::Nothing });
        let (result, sent, looks) = outcome(600, late).await;
        assert_eq!((result, sent), (Ok("done"), vec![0]));
        assert_eq!(looks.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1, 3, 7, 15, 31]);
    }

    #[tokio::test]
    async fn it_is_sent_again_as_soon_as_it_surely_had_no_effect() {
        let second_time = |now| Ok(if now > 240 { Trace::Effect("done") } else { Trace::Nothing });
        let (result, sent, looks) = outcome(600, second_time).await;
        assert_eq!((result, sent), (Ok("done"), vec![0, 240]));
        assert!(looks.contains(&(240, 360)), "{looks:?}");
    }

    #[tokio::test]
    async fn looks_become_rare_and_the_one_that_decides_comes_in_time() {
        let (_, _, looks) = outcome(240, |_| Ok(Trace::Nothing)).await;
        let times: Vec<_> = looks.iter().map(|(at, _)| *at).collect();
        assert_eq!(times, [0, 1, 3, 7, 15, 31, 63, 123, 183, 240]);
    }

    #[tokio::test]
    async fn a_look_that_fails_in_passing_is_made_again_after_a_pause() {
        let down = || Err(Error::out_of_time("the list took too long"));
        let back_soon = |now| if now < 10 { down() } else { Ok(Trace::Effect("done")) };
        assert_eq!(outcome(600, back_soon).await.0, Ok("done"));
        let (result, sent, looks) = outcome(600, |_| down()).await;
        assert_eq!((result, sent), (Err(Delivery::Unknown), vec![0]));
        assert!(looks.windows(2).all(|pair| pair[0].0 < pair[1].0), "{looks:?}");
    }

    #[tokio::test]
    async fn what_cannot_be_known_is_told_and_never_sent_again() {
        let nothing = |_| Ok(Trace::Nothing);
        let impatient = outcome(60, nothing).await;
        assert_eq!((impatient.0, impatient.1), (Err(Delivery::Unknown), vec![0]));
        assert_eq!(impatient.2.last(), Some(&(60, 5)), "the last look has some time, too");
        let unclear = outcome(10_000, |_| Ok(Trace::Unclear)).await;
        assert_eq!((unclear.0, unclear.1), (Err(Delivery::Unknown), vec![0]));
        assert_eq!(unclear.2.last().unwrap().0, 240);
        let refused = outcome(10_000, |_| Err(Error::new(ErrorKind::Forbidden, "no"))).await;
        assert_eq!((refused.0, refused.1.len(), refused.2.len()), (Err(Delivery::Unknown), 1, 1));
    }

    #[tokio::test]
    async fn what_surely_had_no_effect_in_the_end_may_be_sent_again_by_the_caller() {
        let (result, sent, _) = outcome(240, |_| Ok(Trace::Nothing)).await;
        assert_eq!((result, sent), (Err(Delivery::NotSent), vec![0]));
    }
}
