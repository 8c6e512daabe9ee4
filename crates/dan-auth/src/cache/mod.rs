//! Tokens kept while they are good, and one grant for all who wait.

mod file;
mod flight;
mod grant;
mod held_token;
mod kept_token;
mod kept_tokens;
mod key;
mod life;
mod location;
mod memory;
mod pace;
#[cfg(feature = "redis")]
mod redis;
mod served_token;
mod token_cache;
mod token_handles;
mod token_source;

pub use file::FileTokenCache;
pub(crate) use grant::TokenGrant;
pub(crate) use kept_token::KeptToken;
pub(crate) use kept_tokens::KeptTokens;
pub use key::TokenCacheKey;
pub(crate) use key::TokenCacheKeyBuilder;
pub use location::TokenCacheLocation;
pub use memory::MemoryTokenCache;
#[cfg(feature = "redis")]
pub use redis::{RedisTokenCache, RedisTokenCacheBuilder};
pub use token_cache::{CachedToken, TokenCache, TokenCacheError, TokenCacheLock};

#[cfg(test)]
mod counting_server;
