//! One token, kept while it is good.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::Instant;

use crate::cache::grant::TokenGrant;
use crate::error::AuthError;
use crate::provider::AccessTokenProvider;
use crate::token::{AccessToken, GrantedToken};

/// A token is renewed when this much of its life is left …
const LARGEST_MARGIN: Duration = Duration::from_secs(30);
/// … or this share of it, whichever is less: Maskinporten's tokens live 120 seconds as a rule.
const MARGIN_SHARE: u32 = 4;

/// Keeps the token of one grant in memory.
///
/// Callers who come while a grant is under way wait for that one. It belongs to all of them: when one gives up, the
/// others carry it on.
pub(crate) struct KeptToken {
    grant: Arc<dyn TokenGrant>,
    state: Mutex<State>,
}

type Flight = Shared<BoxFuture<'static, Result<Entry, AuthError>>>;

#[derive(Default)]
struct State {
    entry: Option<Entry>,
    flight: Option<Flight>,
}

#[derive(Debug, Clone)]
struct Entry {
    token: AccessToken,
    fresh_until: Instant,
}

enum Found {
    Token(AccessToken),
    Flight(Flight),
}

impl KeptToken {
    pub(crate) fn new(grant: Arc<dyn TokenGrant>) -> Self {
        Self { grant, state: Mutex::default() }
    }

    fn find(&self) -> Found {
        let mut state = self.lock();
        if let Some(entry) = state.entry.as_ref().filter(|entry| Instant::now() < entry.fresh_until) {
            return Found::Token(entry.token.clone());
        }
        let flight = state.flight.get_or_insert_with(|| {
            let grant = Arc::clone(&self.grant);
            start(async move { grant.grant().await }).boxed().shared()
        });
        Found::Flight(flight.clone())
    }

    /// The first who sees the flight land puts its result away; the others find it put away.
    fn land(&self, flight: &Flight, result: &Result<Entry, AuthError>) {
        let mut state = self.lock();
        if state.flight.as_ref().is_some_and(|current| current.ptr_eq(flight)) {
            state.flight = None;
            state.entry = result.as_ref().ok().cloned();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half done by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AccessTokenProvider for KeptToken {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        match self.find() {
            Found::Token(token) => Ok(token),
            Found::Flight(flight) => {
                let result = flight.clone().await;
                self.land(&flight, &result);
                result.map(|entry| entry.token)
            }
        }
    }

    async fn invalidate(&self, refused: &AccessToken) {
        let mut state = self.lock();
        if state.entry.as_ref().is_some_and(|entry| entry.token == *refused) {
            state.entry = None;
        }
    }
}

/// The life of a token is counted from before it was asked for.
async fn start(
    grant: impl Future<Output = Result<GrantedToken, AuthError>> + Send,
) -> Result<Entry, AuthError> {
    let asked_at = Instant::now();
    let GrantedToken { token, lifetime } = grant.await?;
    let lifetime = lifetime.unwrap_or_default();
    let fresh_for = lifetime.saturating_sub(LARGEST_MARGIN.min(lifetime / MARGIN_SHARE));
    Ok(Entry { token, fresh_until: asked_at.checked_add(fresh_for).unwrap_or(asked_at) })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::cache::key::TokenCacheKey;
    use crate::error::AuthErrorKind;

    struct Counting {
        grants: Arc<AtomicUsize>,
        lifetime: Option<Duration>,
        fail_first: bool,
    }

    #[async_trait]
    impl TokenGrant for Counting {
        async fn cache_key(&self) -> Result<TokenCacheKey, AuthError> {
            Ok(TokenCacheKey::builder().build())
        }

        async fn grant(&self) -> Result<GrantedToken, AuthError> {
            let number = self.grants.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
            if self.fail_first && number == 1 {
                return Err(AuthError::new(AuthErrorKind::Unavailable, "not now"));
            }
            Ok(GrantedToken {
                token: AccessToken::new(format!("token {number}").as_str()),
                lifetime: self.lifetime,
            })
        }
    }

    fn cache(seconds: Option<u64>, fail_first: bool) -> (Arc<KeptToken>, Arc<AtomicUsize>) {
        let grants = Arc::new(AtomicUsize::new(0));
        let lifetime = seconds.map(Duration::from_secs);
        let counting = Counting { grants: Arc::clone(&grants), lifetime, fail_first };
        (Arc::new(KeptToken::new(Arc::new(counting))), grants)
    }

    async fn ask_together(cache: &Arc<KeptToken>, callers: usize) -> Vec<Result<AccessToken, AuthError>> {
        let tasks: Vec<_> = (0..callers)
            .map(|_| {
                let cache = Arc::clone(cache);
                tokio::spawn(async move { cache.access_token().await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers
    }

    #[tokio::test(start_paused = true)]
    async fn callers_who_come_together_share_one_grant() {
        let (cache, grants) = cache(Some(120), false);
        for answer in ask_together(&cache, 1000).await {
            assert_eq!(answer.unwrap().expose(), "token 1");
        }
        assert_eq!(grants.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_goes_to_all_who_waited_and_to_nobody_after() {
        let (cache, grants) = cache(Some(120), true);
        for answer in ask_together(&cache, 10).await {
            assert_eq!(answer.unwrap_err().kind(), AuthErrorKind::Unavailable);
        }
        assert_eq!(cache.access_token().await.unwrap().expose(), "token 2");
        assert_eq!(grants.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_before_it_expires() {
        let (cache, grants) = cache(Some(120), false);
        cache.access_token().await.unwrap();
        tokio::time::advance(Duration::from_secs(89)).await;
        assert_eq!(cache.access_token().await.unwrap().expose(), "token 1");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(cache.access_token().await.unwrap().expose(), "token 2");
        assert_eq!(grants.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_who_gives_up_leaves_the_grant_to_the_others() {
        let (cache, grants) = cache(Some(120), false);
        let impatient = tokio::time::timeout(Duration::from_millis(10), cache.access_token());
        let (impatient, patient) = tokio::join!(impatient, cache.access_token());
        assert!(impatient.is_err());
        assert_eq!(patient.unwrap().expose(), "token 1");
        assert_eq!(grants.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_renewed_once_however_many_report_it() {
        let (cache, grants) = cache(Some(120), false);
        let refused = cache.access_token().await.unwrap();
        for _ in 0..3 {
            cache.invalidate(&refused).await;
            assert_eq!(cache.access_token().await.unwrap().expose(), "token 2");
        }
        assert_eq!(grants.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_of_unknown_life_is_not_kept() {
        let (cache, grants) = cache(None, false);
        cache.access_token().await.unwrap();
        cache.access_token().await.unwrap();
        assert_eq!(grants.load(Ordering::SeqCst), 2);
    }
}
