//! Where tokens lie, as a person writes it.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use crate::cache::file::FileTokenCache;
use crate::cache::memory::MemoryTokenCache;
use crate::cache::token_cache::TokenCache;
use crate::error::{AuthError, AuthErrorKind};
use crate::secret::Secret;

/// Where tokens lie: `memory`, `file:PATH`, or the URL of a Redis server, as in `redis://host:6379/0`,
/// `rediss://user:password@host` or `redis+unix:///path/to/socket` (feature `redis`).
///
/// ```
/// use dan_auth::TokenCacheLocation;
///
/// # fn main() -> Result<(), dan_auth::AuthError> {
/// let location: TokenCacheLocation = "file:tokens.json".parse()?;
/// let cache = location.open()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TokenCacheLocation {
    /// The memory of this process: a [`MemoryTokenCache`].
    Memory,
    /// A file: a [`FileTokenCache`].
    File(PathBuf),
    /// A Redis server, by its URL, which may hold a password: a `RedisTokenCache`.
    Redis(Secret),
}

impl TokenCacheLocation {
    /// The cache that lies there. Nothing is read or connected before the first token is asked for.
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`] when the URL of the Redis server is none, or this crate was built without the
    /// feature `redis`.
    pub fn open(&self) -> Result<Arc<dyn TokenCache>, AuthError> {
        match self {
            Self::Memory => Ok(Arc::new(MemoryTokenCache::new())),
            Self::File(path) => Ok(Arc::new(FileTokenCache::new(path))),
            Self::Redis(url) => open_redis(url),
        }
    }
}

impl FromStr for TokenCacheLocation {
    type Err = AuthError;

    fn from_str(text: &str) -> Result<Self, AuthError> {
        let text = text.trim();
        if text == "memory" {
            return Ok(Self::Memory);
        }
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("redis" | "rediss" | "redis+unix", _)) => Ok(Self::Redis(text.into())),
            // The text may hold a password: it is not repeated.
            _ => Err(configuration(
                "there is no such place for tokens: choose 'memory', 'file:PATH' or the URL of a Redis server",
            )),
        }
    }
}

#[cfg(feature = "redis")]
fn open_redis(url: &Secret) -> Result<Arc<dyn TokenCache>, AuthError> {
    Ok(Arc::new(crate::cache::redis::RedisTokenCache::new(url.clone())?))
}

#[cfg(not(feature = "redis"))]
fn open_redis(_: &Secret) -> Result<Arc<dyn TokenCache>, AuthError> {
    Err(configuration("tokens cannot lie in Redis here: build dan-auth with its feature 'redis'"))
}

fn configuration(message: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_read() {
        let mut report = String::new();
        for text in [
            "memory",
            " memory ",
            "file:tokens.json",
            "file:/var/lib/app/tokens: new.json",
            "redis://localhost:6379/1",
            "rediss://user:hidden@redis.example.no",
            "redis+unix:///run/redis.sock",
            "file:",
            "redis",
            "",
            "memcached://user:hidden@example.no",
        ] {
            let read = text.parse::<TokenCacheLocation>();
            let read = read.map_or_else(|error| error.to_string(), |location| format!("{location:?}"));
            report.push_str(&format!("{text}: {read}\n"));
        }
        insta::assert_snapshot!(report, @r#"
        memory: Memory
         memory : Memory
        file:tokens.json: File("tokens.json")
        file:/var/lib/app/tokens: new.json: File("/var/lib/app/tokens: new.json")
        redis://localhost:6379/1: Redis([redacted])
        rediss://user:hidden@redis.example.no: Redis([redacted])
        redis+unix:///run/redis.sock: Redis([redacted])
        file:: there is no such place for tokens: choose 'memory', 'file:PATH' or the URL of a Redis server
        redis: there is no such place for tokens: choose 'memory', 'file:PATH' or the URL of a Redis server
        : there is no such place for tokens: choose 'memory', 'file:PATH' or the URL of a Redis server
        memcached://user:hidden@example.no: there is no such place for tokens: choose 'memory', 'file:PATH' or the URL of a Redis server
        "#);
    }
}
