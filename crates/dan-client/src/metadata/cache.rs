//! Metadata that is kept for a while.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dan_model::{ErrorModel, EvidenceCode, EvidenceStatusCode};
use dan_transport::Error;

/// How old the datasets may be by which the client itself decides, unless a life is stated.
const OWN_LIFE: Duration = Duration::from_secs(60 * 60);

/// What is kept of the metadata, and for how long.
#[derive(Debug, Default)]
pub(crate) struct MetadataCache {
    /// For how long callers get what is kept; none, and they get what the service says now.
    life: Option<Duration>,
    pub(super) evidence_codes: Kept<EvidenceCode>,
    pub(super) service_contexts: Kept<String>,
    pub(super) status_codes: Kept<EvidenceStatusCode>,
    pub(super) error_codes: Kept<ErrorModel>,
}

impl MetadataCache {
    pub(crate) fn new(life: Option<Duration>) -> Self {
        Self { life, ..Self::default() }
    }

    /// How old a list may be that a caller asks for.
    pub(super) fn life(&self) -> Duration {
        self.life.unwrap_or_default()
    }

    /// Whether callers said how old metadata may be.
    pub(super) fn has_stated_life(&self) -> bool {
        self.life.is_some()
    }

    /// How old the datasets may be by which the client decides.
    pub(super) fn own_life(&self) -> Duration {
        self.life.unwrap_or(OWN_LIFE)
    }

    /// The datasets as far as they are known without asking, however old.
    pub(crate) fn known_evidence_codes(&self) -> Option<Arc<[EvidenceCode]>> {
        self.evidence_codes.known()
    }
}

/// A list of the metadata, when it has been asked for.
#[derive(Debug)]
pub(super) struct Kept<T> {
    /// Held by whoever fetches. What is kept can be read meanwhile.
    turn: tokio::sync::Mutex<()>,
    kept: Mutex<Option<Dated<T>>>,
}

#[derive(Debug)]
struct Dated<T> {
    list: Arc<[T]>,
    since: Instant,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { turn: tokio::sync::Mutex::default(), kept: Mutex::new(None) }
    }
}

impl<T> Kept<T> {
    /// The list, at most `life` old; fetched when what is kept is older. Callers who come while it is being fetched wait for
    /// it and take it too, however short the life: what arrives after they asked is not old to them.
    ///
    /// A caller who goes away while fetching leaves it to the next one.
    pub(super) async fn get(
        &self,
        life: Duration,
        now: impl Fn() -> Instant,
        fetch: impl Future<Output = Result<Vec<T>, Error>>,
    ) -> Result<Arc<[T]>, Error> {
        self.get_when(|_| true, life, now, fetch).await
    }

    /// The same where a list that was kept has to be enough for the caller, too. One that was just fetched is all there is.
    pub(super) async fn get_when(
        &self,
        is_enough: impl Fn(&[T]) -> bool,
        life: Duration,
        now: impl Fn() -> Instant,
        fetch: impl Future<Output = Result<Vec<T>, Error>>,
    ) -> Result<Arc<[T]>, Error> {
        let asked = now();
        let _turn = self.turn.lock().await;
        if let Some(kept) = self.kept().as_ref()
            && (kept.since > asked
                || asked.saturating_duration_since(kept.since) < life && is_enough(&kept.list))
        {
            return Ok(kept.list.clone());
        }
        let list: Arc<[T]> = fetch.await?.into();
        *self.kept() = Some(Dated { list: list.clone(), since: now() });
        Ok(list)
    }

    fn known(&self) -> Option<Arc<[T]>> {
        Some(self.kept().as_ref()?.list.clone())
    }

    fn kept(&self) -> MutexGuard<'_, Option<Dated<T>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const LIFE: Duration = Duration::from_secs(60);

    /// A clock that stands until it is moved, and counts what is fetched.
    struct Scene {
        start: Instant,
        seconds: AtomicU64,
        fetched: AtomicU64,
        kept: Kept<u64>,
    }

    impl Scene {
        fn new() -> Self {
            let (seconds, fetched) = (AtomicU64::new(0), AtomicU64::new(0));
            Self { start: Instant::now(), seconds, fetched, kept: Kept::default() }
        }

        async fn get(&self, life: Duration) -> Arc<[u64]> {
            let now = || self.start + Duration::from_secs(self.seconds.load(Ordering::SeqCst));
            let fetch = async {
                tokio::task::yield_now().await;
                self.seconds.fetch_add(1, Ordering::SeqCst);
                Ok(vec![self.fetched.fetch_add(1, Ordering::SeqCst)])
            };
            self.kept.get(life, now, fetch).await.unwrap()
        }
    }

    #[tokio::test]
    async fn a_list_lives_as_long_as_is_said() {
        let scene = Scene::new();
        assert_eq!(*scene.get(LIFE).await, [0]);
        scene.seconds.fetch_add(59, Ordering::SeqCst);
        assert_eq!(*scene.get(LIFE).await, [0]);
        scene.seconds.fetch_add(1, Ordering::SeqCst);
        assert_eq!(*scene.get(LIFE).await, [1]);
        assert_eq!(*scene.get(Duration::ZERO).await, [2]);
    }

    #[tokio::test]
    async fn those_who_ask_meanwhile_take_the_same_list() {
        let scene = Scene::new();
        let (one, two, three) =
            tokio::join!(scene.get(Duration::ZERO), scene.get(Duration::ZERO), scene.get(LIFE));
        assert_eq!((&*one, &*two, &*three), (&[0][..], &[0][..], &[0][..]));
        assert_eq!(*scene.kept.known().unwrap(), [0]);
    }

    #[tokio::test]
    async fn what_is_known_is_known_while_the_next_is_fetched() {
        let scene = Scene::new();
        assert!(scene.kept.known().is_none());
        scene.get(LIFE).await;
        let fetch = async { Ok(scene.kept.known().map_or_else(Vec::new, |known| known.to_vec())) };
        let later = || scene.start + 2 * LIFE;
        assert_eq!(*scene.kept.get(LIFE, later, fetch).await.unwrap(), [0]);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let scene = Scene::new();
        let failing = async { Err(Error::new(dan_transport::ErrorKind::Unavailable, "out of order")) };
        assert!(scene.kept.get(LIFE, Instant::now, failing).await.is_err());
        assert_eq!(*scene.get(LIFE).await, [0]);
    }
}
