//! A token as it lies in the server.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cache::token_cache::{CachedToken, TokenCacheError, expose, millis};
use crate::secret::secret_json;
use crate::token::AccessToken;

/// What the members mean. What is of another version is passed over, and replaced.
const VERSION: u32 = 1;

/// More than stands in the server beside a token.
const AROUND_A_TOKEN: usize = 128;

#[derive(Serialize, Deserialize)]
pub(super) struct StoredToken {
    version: u32,
    #[serde(serialize_with = "expose")]
    token: AccessToken,
    /// Milliseconds. How much of it remains, the server counts.
    lifetime: u64,
}

impl StoredToken {
    pub(super) fn of(token: &CachedToken) -> Self {
        Self { version: VERSION, token: token.token().clone(), lifetime: millis(token.lifetime()) }
    }

    /// `None` when it is something else.
    pub(super) fn read(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok().filter(|stored: &Self| stored.version == VERSION)
    }

    pub(super) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, TokenCacheError> {
        secret_json(self, self.token.expose().len() + AROUND_A_TOKEN)
            .map_err(|error| TokenCacheError::with_source("the token cannot be written", error))
    }

    pub(super) fn is(&self, token: &AccessToken) -> bool {
        self.token == *token
    }

    pub(super) fn into_cached(self, remaining: Duration) -> CachedToken {
        CachedToken::new(self.token, Duration::from_millis(self.lifetime), remaining)
    }
}
