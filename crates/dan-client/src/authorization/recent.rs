//! What this client was granted lately under references of the caller's own, so that one permission is not taken for the
//! answer to two requests.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

/// How long a reference is remembered, which is longer than a request is under way. Older permissions are told apart by the
/// time that they were issued.
const MEMORY: Duration = Duration::from_secs(900);

/// The permissions granted lately, by external reference.
#[derive(Debug, Default)]
pub(crate) struct RecentAuthorizations {
    by_reference: Mutex<HashMap<String, Recent>>,
}

#[derive(Debug, Default)]
struct Recent {
    known: Arc<tokio::sync::Mutex<Known>>,
    used: Duration,
}

/// What is known of the requests with one reference.
#[derive(Debug, Default)]
struct Known {
    /// The accreditations that came of them.
    ids: Vec<String>,
    /// When those were sent of which nobody knows what came.
    doubts: VecDeque<Duration>,
}

/// The turn of a request among those with the same external reference.
#[derive(Debug)]
pub(crate) struct Turn(OwnedMutexGuard<Known>);

impl RecentAuthorizations {
    /// Waits until no other request with the reference is under way; `now` is the time of the client's clock.
    pub(super) async fn turn(&self, external_reference: &str, now: Duration) -> Turn {
        let known = {
            let mut by_reference = self.by_reference.lock().unwrap_or_else(PoisonError::into_inner);
            by_reference.retain(|_, recent| {
                Arc::strong_count(&recent.known) > 1 || now.saturating_sub(recent.used) < MEMORY
            });
            let recent = by_reference.entry(external_reference.to_owned()).or_default();
            recent.used = now;
            Arc::clone(&recent.known)
        };
        let mut turn = Turn(known.lock_owned().await);
        turn.0.doubts.retain(|sent| now.saturating_sub(*sent) < MEMORY);
        turn
    }
}

impl Turn {
    /// Whether an accreditation is the answer to an earlier request.
    pub(super) fn has_seen(&self, id: &str) -> bool {
        self.0.ids.iter().any(|seen| seen == id)
    }

    /// How many requests may have left, or may still leave, an accreditation that nobody has seen.
    pub(super) fn doubts(&self) -> usize {
        self.0.doubts.len()
    }

    /// A request is being sent. It is in doubt until it is settled, also when whoever waits for it goes away.
    pub(super) fn send(&mut self, now: Duration) {
        self.0.doubts.push_back(now);
    }

    /// One of the requests that were in doubt had an effect, or none. Which one may be unknown; the oldest is out of doubt
    /// first in any case.
    pub(super) fn settle(&mut self, id: Option<&str>) {
        self.0.doubts.pop_front();
        self.0.ids.extend(id.map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_with_the_same_reference_take_turns() {
        let recent = Arc::new(RecentAuthorizations::default());
        let mut first = recent.turn("a", Duration::ZERO).await;
        let other = recent.turn("b", Duration::ZERO).await;
        let second = {
            let recent = Arc::clone(&recent);
            tokio::spawn(async move { recent.turn("a", Duration::ZERO).await.has_seen("1") })
        };
        tokio::task::yield_now().await;
        assert!(!second.is_finished() && !other.has_seen("1"));
        first.settle(Some("1"));
        drop(first);
        assert!(second.await.unwrap());
    }

    #[tokio::test]
    async fn what_nobody_settles_stays_in_doubt_for_a_while() {
        let recent = RecentAuthorizations::default();
        // Dropped on their way.
        recent.turn("a", Duration::ZERO).await.send(Duration::ZERO);
        let mut second = recent.turn("a", MEMORY / 2).await;
        assert_eq!(second.doubts(), 1);
        second.send(MEMORY / 2);
        second.settle(None);
        drop(second);
        assert_eq!(recent.turn("a", MEMORY).await.doubts(), 1, "the younger one stays");
        assert_eq!(recent.turn("a", MEMORY * 2).await.doubts(), 0);
        assert_eq!(recent.turn("b", Duration::ZERO).await.doubts(), 0);
    }

    #[tokio::test]
    async fn what_is_long_ago_is_forgotten() {
        let recent = RecentAuthorizations::default();
        recent.turn("a", Duration::ZERO).await.settle(Some("1"));
        assert!(recent.turn("a", MEMORY / 2).await.has_seen("1"));
        recent.turn("b", MEMORY * 2).await.settle(Some("2"));
        assert_eq!(recent.by_reference.lock().unwrap().len(), 1);
    }
}
