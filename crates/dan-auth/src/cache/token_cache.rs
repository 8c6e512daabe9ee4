//! Where tokens lie that outlive a process or serve a fleet.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serializer;

use crate::cache::key::TokenCacheKey;
use crate::token::AccessToken;

/// A place behind the client's own memory, where tokens lie for other clients, processes or machines.
///
/// A client keeps its token in memory whatever happens here. It looks here when it needs another one: takes what is fresh,
/// or takes the lock, gets a token from the token server and puts it here. An error never costs the caller the token: it
/// is logged, and the client goes on without the cache.
///
/// [`MemoryTokenCache`](crate::MemoryTokenCache) serves the clients of one process, [`FileTokenCache`](crate::FileTokenCache)
/// the processes of one user, `RedisTokenCache` (feature `redis`) a fleet. Implement it to bring your own:
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use dan_auth::{AccessToken, CachedToken, TokenCache, TokenCacheError, TokenCacheKey, async_trait};
///
/// #[derive(Debug, Default)]
/// struct Shelf(Mutex<HashMap<TokenCacheKey, CachedToken>>);
///
/// #[async_trait]
/// impl TokenCache for Shelf {
///     async fn get(&self, key: &TokenCacheKey) -> Result<Option<CachedToken>, TokenCacheError> {
///         // A real one counts down what remains.
///         Ok(self.0.lock().map_err(|_| TokenCacheError::new("the shelf fell"))?.get(key).cloned())
///     }
///
///     async fn put(&self, key: &TokenCacheKey, token: &CachedToken) -> Result<(), TokenCacheError> {
///         self.0.lock().map_err(|_| TokenCacheError::new("the shelf fell"))?.insert(key.clone(), token.clone());
///         Ok(())
///     }
///
///     async fn remove(&self, key: &TokenCacheKey, refused: &AccessToken) -> Result<(), TokenCacheError> {
///         let mut shelf = self.0.lock().map_err(|_| TokenCacheError::new("the shelf fell"))?;
///         if shelf.get(key).is_some_and(|kept| kept.token() == refused) {
///             shelf.remove(key);
///         }
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait TokenCache: fmt::Debug + Send + Sync {
    /// The token under this key, if there is one.
    ///
    /// # Errors
    /// Says why the cache cannot be read.
    async fn get(&self, key: &TokenCacheKey) -> Result<Option<CachedToken>, TokenCacheError>;

    /// Keeps a token under this key, in place of another one, until its life is over.
    ///
    /// # Errors
    /// Says why the cache cannot be written.
    async fn put(&self, key: &TokenCacheKey, token: &CachedToken) -> Result<(), TokenCacheError>;

    /// Drops the token under this key, if it is this one: an API refused it.
    ///
    /// # Errors
    /// Says why the cache cannot be written.
    async fn remove(&self, key: &TokenCacheKey, refused: &AccessToken) -> Result<(), TokenCacheError>;

    /// Takes the lock of this key, which lets one of all who share the cache go to the token server. `None` when another one
    /// has it: the caller looks for that one's token, and tries again.
    ///
    /// A lock must end by itself when its holder dies. Unless a cache says otherwise everybody gets it, and so may go to the
    /// token server at the same time.
    ///
    /// # Errors
    /// Says why the lock cannot be asked for.
    async fn try_lock(
        &self,
        key: &TokenCacheKey,
    ) -> Result<Option<Box<dyn TokenCacheLock>>, TokenCacheError> {
        let _ = key;
        Ok(Some(Box::new(())))
    }
}

/// The right to get the token of one key. Dropped without [`release`](Self::release), it ends when the cache sees fit.
#[async_trait]
pub trait TokenCacheLock: Send {
    /// Lets others have it.
    ///
    /// # Errors
    /// Says why it may last until it ends by itself.
    async fn release(self: Box<Self>) -> Result<(), TokenCacheError>;
}

/// No lock at all.
#[async_trait]
impl TokenCacheLock for () {
    async fn release(self: Box<Self>) -> Result<(), TokenCacheError> {
        Ok(())
    }
}

/// A token in a [`TokenCache`], with its life. No clock is in it: those who share a cache need not agree on the time.
#[derive(Debug, Clone)]
pub struct CachedToken {
    token: AccessToken,
    lifetime: Duration,
    remaining: Duration,
}

impl CachedToken {
    /// A token, the life that the token server gave it, and how much of that remains now.
    pub fn new(token: AccessToken, lifetime: Duration, remaining: Duration) -> Self {
        Self { token, lifetime, remaining }
    }

    /// The token.
    pub fn token(&self) -> &AccessToken {
        &self.token
    }

    /// The whole life that the token server gave it.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// How much of it remains.
    pub fn remaining(&self) -> Duration {
        self.remaining
    }
}

/// Writes a token out, as only a cache may.
pub(crate) fn expose<S: Serializer>(token: &AccessToken, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

/// Whole milliseconds, as a cache counts.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Why a cache of tokens cannot be used. It holds no token.
#[derive(Debug)]
pub struct TokenCacheError {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TokenCacheError {
    /// The message says what to do next, and holds no secret.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// With what lies behind it, which holds no secret either.
    pub fn with_source(
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { message: message.into(), source: Some(source.into()) }
    }
}

impl fmt::Display for TokenCacheError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl StdError for TokenCacheError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
