//! What this client was granted lately under references of the caller's own, so that one permission is not taken for the
//! answer to two requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

/// Ids of accreditations.
type Ids = Vec<String>;

/// How long a reference is remembered. Older permissions are told apart by the time that they were issued.
const MEMORY: Duration = Duration::from_secs(900);

/// The permissions granted lately, by external reference.
#[derive(Debug, Default)]
pub(crate) struct RecentAuthorizations {
    by_reference: Mutex<HashMap<String, Recent>>,
}

#[derive(Debug, Default)]
struct Recent {
    ids: Arc<tokio::sync::Mutex<Ids>>,
    used: Duration,
}

/// The turn of a request among those with the same external reference.
#[derive(Debug)]
pub(crate) struct Turn(OwnedMutexGuard<Ids>);

impl RecentAuthorizations {
    /// Waits until no other request with the reference is under way; `now` is the time of the client's clock.
    pub(super) async fn turn(&self, external_reference: &str, now: Duration) -> Turn {
        let ids = {
            let mut by_reference = self.by_reference.lock().unwrap_or_else(PoisonError::into_inner);
            by_reference.retain(|_, recent| {
                Arc::strong_count(&recent.ids) > 1 || now.saturating_sub(recent.used) < MEMORY
            });
            let recent = by_reference.entry(external_reference.to_owned()).or_default();
            recent.used = now;
            Arc::clone(&recent.ids)
        };
        Turn(ids.lock_owned().await)
    }
}

impl Turn {
    /// Whether an accreditation is the answer to an earlier request.
    pub(super) fn has_seen(&self, id: &str) -> bool {
        self.0.iter().any(|seen| seen == id)
    }

    /// Ends the turn with the accreditation that was granted.
    pub(super) fn end(mut self, id: &str) {
        self.0.push(id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_with_the_same_reference_take_turns() {
        let recent = Arc::new(RecentAuthorizations::default());
        let first = recent.turn("a", Duration::ZERO).await;
        let other = recent.turn("b", Duration::ZERO).await;
        let second = {
            let recent = Arc::clone(&recent);
            tokio::spawn(async move { recent.turn("a", Duration::ZERO).await.has_seen("1") })
        };
        tokio::task::yield_now().await;
        assert!(!second.is_finished() && !other.has_seen("1"));
        first.end("1");
        assert!(second.await.unwrap());
    }

    #[tokio::test]
    async fn what_is_long_ago_is_forgotten() {
        let recent = RecentAuthorizations::default();
        recent.turn("a", Duration::ZERO).await.end("1");
        assert!(recent.turn("a", MEMORY / 2).await.has_seen("1"));
        recent.turn("b", MEMORY * 2).await.end("2");
        assert_eq!(recent.by_reference.lock().unwrap().len(), 1);
    }
}
