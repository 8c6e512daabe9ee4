//! Tokens that the clients of one process share.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::cache::held_token::HeldToken;
use crate::cache::key::TokenCacheKey;
use crate::cache::life::{Moment, Stage};
use crate::cache::token_cache::{CachedToken, TokenCache, TokenCacheError, TokenCacheLock};
use crate::token::AccessToken;

/// Tokens in the memory of this process, for clients that each keep their own but want the same.
///
/// A single client needs none: it keeps its tokens in memory anyway.
#[derive(Clone, Default)]
pub struct MemoryTokenCache(Arc<Mutex<Contents>>);

#[derive(Default)]
struct Contents {
    tokens: HashMap<TokenCacheKey, HeldToken>,
    locked: HashSet<TokenCacheKey>,
}

impl MemoryTokenCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        // Nothing in here can be left half done by a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenCache for MemoryTokenCache {
    async fn get(&self, key: &TokenCacheKey) -> Result<Option<CachedToken>, TokenCacheError> {
        Ok(self.lock().tokens.get(key).and_then(|held| held.to_store(Moment::now())))
    }

    async fn put(&self, key: &TokenCacheKey, token: &CachedToken) -> Result<(), TokenCacheError> {
        let now = Moment::now();
        let mut contents = self.lock();
        contents.tokens.retain(|_, held| held.stage(now) != Stage::Over);
        contents.tokens.insert(key.clone(), HeldToken::stored(token, now));
        Ok(())
    }

    async fn remove(&self, key: &TokenCacheKey, refused: &AccessToken) -> Result<(), TokenCacheError> {
        let mut contents = self.lock();
        if contents.tokens.get(key).is_some_and(|held| held.token() == refused) {
            contents.tokens.remove(key);
        }
        Ok(())
    }

    async fn try_lock(
        &self,
        key: &TokenCacheKey,
    ) -> Result<Option<Box<dyn TokenCacheLock>>, TokenCacheError> {
        if !self.lock().locked.insert(key.clone()) {
            return Ok(None);
        }
        Ok(Some(Box::new(MemoryLock { cache: self.clone(), key: key.clone() })))
    }
}

impl fmt::Debug for MemoryTokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryTokenCache").finish_non_exhaustive()
    }
}

struct MemoryLock {
    cache: MemoryTokenCache,
    key: TokenCacheKey,
}

#[async_trait]
impl TokenCacheLock for MemoryLock {
    async fn release(self: Box<Self>) -> Result<(), TokenCacheError> {
        Ok(())
    }
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.cache.lock().locked.remove(&self.key);
    }
}
