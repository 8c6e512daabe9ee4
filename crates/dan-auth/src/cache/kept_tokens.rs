//! The kept tokens of one client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cache::grant::TokenGrant;
use crate::cache::kept_token::KeptToken;
use crate::cache::key::TokenCacheKey;
use crate::cache::token_cache::TokenCache;

/// From this number on, tokens that nobody needs are looked for and dropped.
const FIRST_CLEARING: usize = 256;

/// One kept token for each thing that is asked for, and the cache behind them all.
pub(crate) struct KeptTokens {
    cache: Option<Arc<dyn TokenCache>>,
    by_key: Mutex<ByKey>,
}

struct ByKey {
    tokens: HashMap<TokenCacheKey, Arc<KeptToken>>,
    /// How many there are when it is next looked which of them nobody needs.
    next_clearing: usize,
}

impl KeptTokens {
    pub(crate) fn new(cache: Option<Arc<dyn TokenCache>>) -> Self {
        let by_key = ByKey { tokens: HashMap::new(), next_clearing: FIRST_CLEARING };
        Self { cache, by_key: Mutex::new(by_key) }
    }

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
        if let Some(token) = by_key.tokens.get(&key) {
            return Arc::clone(token);
        }
        by_key.clear_if_many();
        let token = Arc::new(KeptToken::behind(self.cache.clone(), grant()));
        by_key.tokens.insert(key, Arc::clone(&token));
        token
    }
}

impl ByKey {
    /// The number doubles between two looks, so that each costs little for each token.
    fn clear_if_many(&mut self) {
        if self.tokens.len() >= self.next_clearing {
            self.tokens.retain(|_, token| Arc::strong_count(token) > 1 || token.is_in_use());
            self.next_clearing = FIRST_CLEARING.max(self.tokens.len() * 2);
        }
    }
}
