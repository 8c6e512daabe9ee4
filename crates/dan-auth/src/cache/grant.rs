//! What a kept token comes from.

use std::time::Duration;

use async_trait::async_trait;

use crate::cache::key::TokenCacheKey;
use crate::error::AuthError;
use crate::token::GrantedToken;

/// Knows how to get a token, and gets a new one each time.
#[async_trait]
pub(crate) trait TokenGrant: Send + Sync + 'static {
    /// Everything that the token of the next grant depends on; `None` when it is not for others. Asked for when a grant is
    /// due, before the cache that others share is looked into: a credential that may have changed is read again here.
    async fn cache_key(&self) -> Result<Option<TokenCacheKey>, AuthError> {
        Ok(None)
    }

    /// How long a grant takes at most. What takes longer stands still, such as a runtime that nobody drives or a caller's
    /// function that never comes back.
    fn longest(&self) -> Duration {
        Duration::from_secs(120)
    }

    /// Gets a token.
    async fn grant(&self) -> Result<GrantedToken, AuthError>;
}
