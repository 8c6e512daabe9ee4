//! One machine at a time.

use std::time::Duration;

use ::redis::pipe;
use async_trait::async_trait;

use crate::cache::redis::RedisTokenCache;
use crate::cache::token_cache::{TokenCacheError, TokenCacheLock, millis};
use crate::unique::unique_name;

/// A lock in the server, which ends by itself. Only who took it can release it: by then it may be another one's.
pub(super) struct RedisLock {
    cache: RedisTokenCache,
    name: String,
    holder: String,
}

impl RedisLock {
    /// `None` when somebody has it.
    pub(super) async fn try_take(
        cache: RedisTokenCache,
        name: String,
        lifetime: Duration,
    ) -> Result<Option<Self>, TokenCacheError> {
        let holder = unique_name()
            .map_err(|error| TokenCacheError::with_source("the lock cannot be given a holder", error))?;
        let mut request = pipe();
        request.cmd("SET").arg(&name).arg(&holder).arg("NX").arg("PX").arg(millis(lifetime).max(1));
        let (taken,): (Option<String>,) = cache.0.server.ask(&request).await?;
        Ok(taken.map(|_| Self { cache, name, holder }))
    }
}

#[async_trait]
impl TokenCacheLock for RedisLock {
    async fn release(self: Box<Self>) -> Result<(), TokenCacheError> {
        self.cache.0.server.remove_if(&self.name, self.holder.as_bytes()).await
    }
}
