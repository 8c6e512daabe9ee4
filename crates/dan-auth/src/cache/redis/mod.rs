//! Tokens in a Redis server, for a fleet.

mod lock;
mod server;
mod stored_token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::redis::pipe;
use async_trait::async_trait;

use crate::cache::key::TokenCacheKey;
use crate::cache::redis::lock::RedisLock;
use crate::cache::redis::server::RedisServer;
use crate::cache::redis::stored_token::StoredToken;
use crate::cache::token_cache::{CachedToken, TokenCache, TokenCacheError, TokenCacheLock, millis};
use crate::error::AuthError;
use crate::secret::Secret;
use crate::token::AccessToken;

/// Before all that is kept in the server.
const PREFIX: &str = "dan-auth";
/// Longer than a grant takes as a rule, shorter than others wait: when the holder dies, one of them takes over.
const LOCK_LIFETIME: Duration = Duration::from_secs(8);

/// Tokens in a Redis server, for a fleet: all machines that want the same token get it by one grant.
///
/// Whoever goes to the token server holds a lock in Redis, which ends after eight seconds by itself. The others look for
/// the token meanwhile. When Redis cannot be reached, each gets tokens for itself until it is back.
///
/// The tokens lie in the server as they are until they expire, each under a digest of what it is for. Let the server be
/// the fleet's own: with a password, and with TLS (`rediss://`) unless the network is trusted. The commands are `GET`,
/// `PTTL`, `SET` and `EVAL`.
#[derive(Clone)]
pub struct RedisTokenCache(Arc<Settled>);

struct Settled {
    server: RedisServer,
    prefix: String,
    lock_lifetime: Duration,
}

/// Settings of a [`RedisTokenCache`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct RedisTokenCacheBuilder {
    url: Secret,
    certificate_authorities: Option<Vec<u8>>,
    prefix: String,
    lock_lifetime: Duration,
}

impl RedisTokenCache {
    /// Tokens in the server with this URL, as in `redis://host:6379/0`, `rediss://user:password@host` or
    /// `redis+unix:///path/to/socket`. Nothing is connected before the first token is asked for.
    ///
    /// # Errors
    /// As [`RedisTokenCacheBuilder::build`].
    pub fn new(url: impl Into<Secret>) -> Result<Self, AuthError> {
        Self::builder(url).build()
    }

    /// As [`new`](Self::new), with settings.
    pub fn builder(url: impl Into<Secret>) -> RedisTokenCacheBuilder {
        RedisTokenCacheBuilder {
            url: url.into(),
            certificate_authorities: None,
            prefix: PREFIX.to_owned(),
            lock_lifetime: LOCK_LIFETIME,
        }
    }
}

impl RedisTokenCacheBuilder {
    /// Trusts these certificate authorities (PEM) instead of the platform's, with `rediss://`.
    pub fn certificate_authorities_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificate_authorities = Some(pem.into());
        self
    }

    /// What all names in the server begin with, followed by a colon; `dan-auth` unless said.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// When the lock of a holder who died ends; eight seconds unless said. Others wait for 25.
    pub fn lock_lifetime(mut self, lifetime: Duration) -> Self {
        self.lock_lifetime = lifetime;
        self
    }

    /// Makes the cache. Nothing is connected yet.
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`](crate::AuthErrorKind::Configuration) when the URL is none of a Redis server, or the
    /// certificate authorities cannot be read or are not used.
    pub fn build(self) -> Result<RedisTokenCache, AuthError> {
        let server = RedisServer::new(&self.url, self.certificate_authorities)?;
        let settled = Settled { server, prefix: self.prefix, lock_lifetime: self.lock_lifetime };
        Ok(RedisTokenCache(Arc::new(settled)))
    }
}

impl Settled {
    fn token_name(&self, key: &TokenCacheKey) -> String {
        format!("{}:token:{key}", self.prefix)
    }

    fn lock_name(&self, key: &TokenCacheKey) -> String {
        format!("{}:lock:{key}", self.prefix)
    }
}

#[async_trait]
impl TokenCache for RedisTokenCache {
    async fn get(&self, key: &TokenCacheKey) -> Result<Option<CachedToken>, TokenCacheError> {
        let name = self.0.token_name(key);
        let (found, remaining): (Option<Vec<u8>>, i64) =
            self.0.server.ask(pipe().atomic().get(&name).pttl(&name)).await?;
        let remaining = Duration::from_millis(u64::try_from(remaining).unwrap_or_default());
        Ok(found.as_deref().and_then(StoredToken::read).map(|stored| stored.into_cached(remaining)))
    }

    async fn put(&self, key: &TokenCacheKey, token: &CachedToken) -> Result<(), TokenCacheError> {
        let stored = StoredToken::of(token).to_json()?;
        let mut request = pipe();
        request.cmd("SET").arg(self.0.token_name(key)).arg(stored.as_slice());
        request.arg("PX").arg(millis(token.remaining())).ignore();
        self.0.server.ask(&request).await
    }

    async fn remove(&self, key: &TokenCacheKey, refused: &AccessToken) -> Result<(), TokenCacheError> {
        let name = self.0.token_name(key);
        let (found,): (Option<Vec<u8>>,) = self.0.server.ask(pipe().get(&name)).await?;
        match found {
            Some(found) if StoredToken::read(&found).is_some_and(|stored| stored.is(refused)) => {
                self.0.server.remove_if(&name, &found).await
            }
            _ => Ok(()),
        }
    }

    async fn try_lock(
        &self,
        key: &TokenCacheKey,
    ) -> Result<Option<Box<dyn TokenCacheLock>>, TokenCacheError> {
        let lock = RedisLock::try_take(self.clone(), self.0.lock_name(key), self.0.lock_lifetime).await?;
        Ok(lock.map(|lock| Box::new(lock) as Box<dyn TokenCacheLock>))
    }
}

impl fmt::Debug for RedisTokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisTokenCache").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}
