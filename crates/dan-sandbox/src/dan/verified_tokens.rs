//! Access tokens that were verified before: a client sends the same one with each call of its life.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::authentication::Caller;

/// How many tokens are remembered.
const MOST_TOKENS: usize = 1024;

/// Tokens whose signature, issuer and content were found good.
#[derive(Default)]
pub(super) struct VerifiedTokens {
    by_text: Mutex<HashMap<Box<str>, VerifiedToken>>,
}

/// What a good token says. Whether it is still good depends on the time, and on the keys that are published.
#[derive(Debug, Clone)]
pub(super) struct VerifiedToken {
    pub(super) caller: Arc<Caller>,
    /// The second from which on it is good.
    pub(super) not_before: i64,
    /// The second in which it expires.
    pub(super) expiry: i64,
    /// The name of the key that signed it.
    pub(super) key_id: String,
}

impl VerifiedTokens {
    pub(super) fn find(&self, text: &str) -> Option<VerifiedToken> {
        self.by_text().get(text).cloned()
    }

    pub(super) fn remember(&self, text: &str, token: VerifiedToken) {
        let mut by_text = self.by_text();
        if by_text.len() >= MOST_TOKENS {
            by_text.clear();
        }
        by_text.insert(text.into(), token);
    }

    fn by_text(&self) -> MutexGuard<'_, HashMap<Box<str>, VerifiedToken>> {
        self.by_text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
