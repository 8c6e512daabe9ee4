//! The kept tokens of one client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cache::grant::TokenGrant;
use crate::cache::kept_token::KeptToken;
use crate::cache::key::TokenCacheKey;

/// One kept token for each thing that is asked for.
#[derive(Default)]
pub(crate) struct KeptTokens {
    by_key: Mutex<HashMap<TokenCacheKey, Arc<KeptToken>>>,
}

impl KeptTokens {
    /// The token that is kept under this key; `grant` gets it, when nobody has asked for it before.
    ///
    /// The key tells apart what is asked of one client. It need not hold what is the same for all, and stays the same when
    /// the client's credential changes.
    pub(crate) fn token(
        &self,
        key: TokenCacheKey,
        grant: impl FnOnce() -> Arc<dyn TokenGrant>,
    ) -> Arc<KeptToken> {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(by_key.entry(key).or_insert_with(|| Arc::new(KeptToken::new(grant()))))
    }
}
