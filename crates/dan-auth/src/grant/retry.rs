//! Another try, when nothing but time can help.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand;

use crate::clock::Clock;
use crate::error::AuthError;

const USUAL_ATTEMPTS: u32 = 3;

/// The pause before the second attempt is at most this long; before each later one, twice as long …
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// … but never longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// Whoever waits for a token is not kept waiting longer than this by a server that wants to be left alone.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(10);

/// Repeats what may succeed later, a few times.
#[derive(Clone)]
pub(crate) struct Retry {
    attempts: u32,
    clock: Arc<dyn Clock>,
}

impl Retry {
    /// `attempts` counts the first one, too.
    pub(crate) fn new(attempts: Option<u32>, clock: Arc<dyn Clock>) -> Self {
        Self { attempts: attempts.unwrap_or(USUAL_ATTEMPTS).max(1), clock }
    }

    /// How long all attempts take at most, with the pauses between them, when one takes this long.
    pub(crate) fn longest(&self, attempt: Duration) -> Duration {
        let pauses = LONGEST_RETRY_AFTER.max(LONGEST_PAUSE).saturating_mul(self.attempts - 1);
        attempt.saturating_mul(self.attempts).saturating_add(pauses)
    }

    pub(crate) async fn run<T, F>(&self, mut attempt: impl FnMut() -> F + Send) -> Result<T, AuthError>
    where
        F: Future<Output = Result<T, AuthError>> + Send,
    {
        let mut made = 0;
        loop {
            made += 1;
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            match self.pause(made, &error) {
                Some(pause) => {
                    tracing::debug!(attempt = made, pause_ms = pause.as_secs_f64() * 1000.0, %error, "asking again");
                    self.clock.sleep(pause).await;
                }
                None if made > 1 => return Err(error.after_attempts(made)),
                None => return Err(error),
            }
        }
    }

    /// How long to wait after the last of so many attempts; `None` when another one is pointless or too late.
    fn pause(&self, made: u32, error: &AuthError) -> Option<Duration> {
        if made >= self.attempts || !error.is_retryable() {
            return None;
        }
        let wanted = error.retry_after().unwrap_or_default();
        let longest = FIRST_PAUSE.saturating_mul(1 << (made - 1).min(8)).min(LONGEST_PAUSE);
        (wanted <= LONGEST_RETRY_AFTER).then(|| wanted.max(longest.mul_f64(random_share())))
    }
}

/// A random number from zero to one, so that those who failed together do not come back together.
fn random_share() -> f64 {
    let mut bytes = [0; 4];
    match rand::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::SystemTime;

    use async_trait::async_trait;

    use super::*;
    use crate::error::AuthErrorKind;

    /// Remembers for how long it was to wait, and waits for nothing.
    #[derive(Default)]
    struct Pauses(Mutex<Vec<Duration>>);

    #[async_trait]
    impl Clock for Pauses {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        async fn sleep(&self, duration: Duration) {
            self.0.lock().unwrap().push(duration);
        }
    }

    /// Makes attempts that fail so, one after the other, and then succeed.
    async fn run(attempts: u32, failures: Vec<AuthError>) -> (Result<usize, AuthError>, Vec<Duration>) {
        let clock = Arc::new(Pauses::default());
        let retry = Retry::new(Some(attempts), Arc::clone(&clock) as Arc<dyn Clock>);
        let mut failures = failures.into_iter();
        let mut made = 0;
        let result = retry
            .run(|| {
                made += 1;
                let result = failures.next().map_or(Ok(made), Err);
                std::future::ready(result)
            })
            .await;
        let pauses = clock.0.lock().unwrap().clone();
        (result, pauses)
    }

    fn unavailable(retry_after: Option<u64>) -> AuthError {
        AuthError::new(AuthErrorKind::Unavailable, "not now")
            .with_retry_after(retry_after.map(Duration::from_secs))
    }

    #[tokio::test]
    async fn pauses_grow_up_to_a_bound_and_vary() {
        let (result, pauses) = run(20, vec![unavailable(None); 19]).await;
        assert_eq!((result.unwrap(), pauses.len()), (20, 19));
        let mut longest = FIRST_PAUSE;
        for pause in &pauses {
            assert!(*pause <= longest, "{pauses:?}");
            longest = (longest * 2).min(LONGEST_PAUSE);
        }
        assert!(pauses.windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[tokio::test]
    async fn attempts_are_counted() {
        let (result, pauses) = run(3, vec![unavailable(None); 3]).await;
        assert_eq!((result.unwrap_err().to_string().as_str(), pauses.len()), ("not now (asked 3 times)", 2));
        let (result, _) = run(1, vec![unavailable(None)]).await;
        assert_eq!(result.unwrap_err().to_string(), "not now");
    }

    #[tokio::test]
    async fn what_the_server_wants_is_waited_for_when_it_is_not_too_long() {
        let (result, pauses) = run(3, vec![unavailable(Some(7))]).await;
        assert_eq!((result.unwrap(), pauses), (2, vec![Duration::from_secs(7)]));
        let (result, pauses) = run(3, vec![unavailable(Some(3600))]).await;
        let error = result.unwrap_err();
        assert_eq!((error.retry_after(), pauses.len()), (Some(Duration::from_secs(3600)), 0));
    }

    #[tokio::test]
    async fn what_time_does_not_help_is_not_repeated() {
        let refused = AuthError::new(AuthErrorKind::Refused, "no");
        let (result, pauses) = run(3, vec![refused]).await;
        assert_eq!((result.unwrap_err().to_string().as_str(), pauses.len()), ("no", 0));
    }
}
