//! Where another token comes from: the cache that is shared with others, or the token server.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::cache::grant::TokenGrant;
use crate::cache::held_token::HeldToken;
use crate::cache::key::TokenCacheKey;
use crate::cache::life::{Moment, Stage};
use crate::cache::token_cache::{TokenCache, TokenCacheError, TokenCacheLock};
use crate::error::AuthError;
use crate::token::AccessToken;

/// How long a cache may take for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// How long others are waited for who have the lock: two attempts at a token server that does not answer, and the pause
/// between them. Then this process goes to the token server itself, and so do all who wait as long.
const LOCK_PATIENCE: Duration = Duration::from_secs(25);
/// How often the cache is looked into meanwhile: seldomer and seldomer.
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LONGEST_LOOK: Duration = Duration::from_millis(250);

/// A grant, and the cache in front of it if there is one.
pub(crate) struct TokenSource {
    grant: Arc<dyn TokenGrant>,
    cache: Option<Arc<dyn TokenCache>>,
}

/// What came of it.
pub(crate) struct Obtained {
    pub(crate) held: HeldToken,
    /// When the token server wants to be asked again, in case it failed and the token is an old one.
    pub(crate) retry_after: Option<Duration>,
}

impl From<HeldToken> for Obtained {
    fn from(held: HeldToken) -> Self {
        Self { held, retry_after: None }
    }
}

impl TokenSource {
    pub(crate) fn new(grant: Arc<dyn TokenGrant>, cache: Option<Arc<dyn TokenCache>>) -> Self {
        Self { grant, cache }
    }

    /// How long it takes at most to obtain a token.
    pub(crate) fn longest(&self) -> Duration {
        let waiting = if self.cache.is_some() { LOCK_PATIENCE + ANSWER_TIMEOUT * 2 } else { Duration::ZERO };
        self.grant.longest().saturating_add(waiting)
    }

    /// Another token than the refused one.
    pub(crate) async fn obtain(&self, refused: Option<&AccessToken>) -> Result<Obtained, AuthError> {
        if let Some(cache) = &self.cache
            && let Some(key) = self.grant.cache_key().await?
        {
            return self.obtain_through(&mut Visit::new(cache.as_ref(), &key), refused).await;
        }
        self.ask_token_server().await.map(Obtained::from)
    }

    async fn obtain_through(
        &self,
        visit: &mut Visit<'_>,
        refused: Option<&AccessToken>,
    ) -> Result<Obtained, AuthError> {
        if let Some(refused) = refused {
            visit.remove(refused).await;
        }
        let (mut kept, lock) = visit.wait_for_token_or_lock(refused).await;
        if lock.is_some() {
            // Whoever had the lock before may have left a token.
            kept = visit.look(refused).await;
        }
        let obtained = match kept {
            Some(token) if token.stage(Moment::now()) == Stage::Fresh => Ok(token.into()),
            old => self.renew(visit, old).await,
        };
        if let Some(lock) = lock {
            visit.release(lock).await;
        }
        obtained
    }

    /// A new token, or the old one as long as that is good.
    async fn renew(&self, visit: &mut Visit<'_>, old: Option<HeldToken>) -> Result<Obtained, AuthError> {
        match (self.ask_token_server().await, old) {
            (Ok(new), _) => {
                visit.put(&new).await;
                Ok(new.into())
            }
            (Err(error), Some(old)) if old.stage(Moment::now()) == Stage::Due => {
                tracing::warn!(%error, "the token in the cache could not be renewed yet");
                Ok(Obtained { held: old, retry_after: error.retry_after() })
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn ask_token_server(&self) -> Result<HeldToken, AuthError> {
        let asked = Moment::now();
        Ok(HeldToken::granted(self.grant.grant().await?, asked))
    }
}

/// One look for a token in a cache. Once the cache has failed, it is left alone until the next.
struct Visit<'a> {
    cache: &'a dyn TokenCache,
    key: &'a TokenCacheKey,
    failed: bool,
}

impl<'a> Visit<'a> {
    fn new(cache: &'a dyn TokenCache, key: &'a TokenCacheKey) -> Self {
        Self { cache, key, failed: false }
    }

    /// Waits while another one has the lock and no fresh token is there. Without either, others have had their time.
    async fn wait_for_token_or_lock(
        &mut self,
        refused: Option<&AccessToken>,
    ) -> (Option<HeldToken>, Option<Box<dyn TokenCacheLock>>) {
        let started = Instant::now();
        let mut pause = FIRST_LOOK;
        loop {
            let kept = self.look(refused).await;
            if kept.as_ref().is_some_and(|token| token.stage(Moment::now()) == Stage::Fresh) {
                return (kept, None);
            }
            match self.ask(self.cache.try_lock(self.key)).await {
                Some(None) if started.elapsed() < LOCK_PATIENCE => {
                    sleep(pause).await;
                    pause = LONGEST_LOOK.min(pause * 2);
                }
                lock => return (kept, lock.flatten()),
            }
        }
    }

    /// What the cache holds and may be used.
    async fn look(&mut self, refused: Option<&AccessToken>) -> Option<HeldToken> {
        let seen = Moment::now();
        let stored = self.ask(self.cache.get(self.key)).await.flatten()?;
        let token = HeldToken::stored(&stored, seen);
        let usable = token.stage(Moment::now()) != Stage::Over && refused != Some(token.token());
        usable.then_some(token)
    }

    async fn put(&mut self, token: &HeldToken) {
        if let Some(stored) = token.to_store(Moment::now()) {
            self.ask(self.cache.put(self.key, &stored)).await;
        }
    }

    async fn remove(&mut self, refused: &AccessToken) {
        self.ask(self.cache.remove(self.key, refused)).await;
    }

    async fn release(&mut self, lock: Box<dyn TokenCacheLock>) {
        self.ask(lock.release()).await;
    }

    async fn ask<T>(&mut self, operation: impl Future<Output = Result<T, TokenCacheError>>) -> Option<T> {
        if self.failed {
            return None;
        }
        let error = match timeout(ANSWER_TIMEOUT, operation).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error,
            Err(_) => TokenCacheError::new("it did not answer in time"),
        };
        self.failed = true;
        tracing::warn!(
            error = &error as &(dyn std::error::Error + 'static),
            "the token cache failed; the token is got without it"
        );
        None
    }
}

#[cfg(test)]
mod tests;
