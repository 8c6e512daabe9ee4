//! Tokens kept while they are good, and one grant for all who wait.

mod grant;
mod kept_token;
mod kept_tokens;
mod key;

pub(crate) use grant::TokenGrant;
pub(crate) use kept_token::KeptToken;
pub(crate) use kept_tokens::KeptTokens;
pub use key::TokenCacheKey;
pub(crate) use key::TokenCacheKeyBuilder;
