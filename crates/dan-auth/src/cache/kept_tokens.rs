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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::counting_server::CountingServer;

    impl KeptTokens {
        fn of_name(&self, name: &str, server: &Arc<CountingServer>) -> Arc<KeptToken> {
            self.token(TokenCacheKey::of_name(name), || Arc::clone(server) as _)
        }

        fn len(&self) -> usize {
            self.by_key.lock().unwrap().tokens.len()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_the_same_shares_a_token_and_who_does_not_does_not() {
        let (tokens, server) = (KeptTokens::new(None), CountingServer::new(120));
        let same = [tokens.of_name("a", &server), tokens.of_name("a", &server)];
        let other = tokens.of_name("b", &server);
        assert!(Arc::ptr_eq(&same[0], &same[1]) && !Arc::ptr_eq(&same[0], &other));
        let (first, second, other) =
            tokio::join!(same[0].access_token(), same[1].access_token(), other.access_token());
        assert_eq!(first.unwrap(), second.unwrap());
        other.unwrap();
        assert_eq!(server.asked(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_that_nobody_needs_do_not_pile_up() {
        let (tokens, server) = (KeptTokens::new(None), CountingServer::new(120));
        let held = tokens.of_name("held", &server);
        tokens.of_name("good", &server).access_token().await.unwrap();
        for number in 0..10 * FIRST_CLEARING {
            tokens.of_name(&number.to_string(), &server);
        }
        assert!(tokens.len() <= FIRST_CLEARING, "{}", tokens.len());
        assert!(Arc::ptr_eq(&held, &tokens.of_name("held", &server)));
        tokens.of_name("good", &server).access_token().await.unwrap();
        assert_eq!(server.asked(), 1);
    }
}
