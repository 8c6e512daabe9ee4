//! The keys that access tokens are signed with: one that signs now, and earlier ones that are still published.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::signing_key::{KeyError, RsaSigningKey};

/// The published keys.
pub(crate) struct TokenKeys {
    keys: RwLock<Keys>,
}

struct Keys {
    current: Arc<RsaSigningKey>,
    earlier: Vec<Arc<RsaSigningKey>>,
}

impl TokenKeys {
    pub(crate) fn new(key: RsaSigningKey) -> Self {
        Self { keys: RwLock::new(Keys { current: Arc::new(key), earlier: Vec::new() }) }
    }

    /// The key that signs now.
    pub(crate) fn current(&self) -> Arc<RsaSigningKey> {
        Arc::clone(&self.keys().current)
    }

    /// Every key that is published; the one that signs now comes first.
    pub(crate) fn published(&self) -> Vec<Arc<RsaSigningKey>> {
        let keys = self.keys();
        std::iter::once(&keys.current).chain(&keys.earlier).cloned().collect()
    }

    /// Signs with a new key from now on. The earlier ones stay published, unless they are withdrawn.
    pub(crate) fn rotate(&self, withdraws_earlier: bool) -> Result<(), KeyError> {
        let key = Arc::new(RsaSigningKey::generate()?);
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let replaced = std::mem::replace(&mut keys.current, key);
        if withdraws_earlier {
            keys.earlier.clear();
        } else {
            keys.earlier.insert(0, replaced);
        }
        Ok(())
    }

    fn keys(&self) -> RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a key of the name is published.
    pub(crate) fn has(&self, key_id: &str) -> bool {
        let keys = self.keys();
        keys.current.key_id() == key_id || keys.earlier.iter().any(|key| key.key_id() == key_id)
    }

    /// The name of the published key that made the signature. A header without a name means any of them.
    pub(crate) fn signer(&self, key_id: Option<&str>, message: &str, signature: &str) -> Option<String> {
        let is_meant = |key: &&Arc<RsaSigningKey>| key_id.is_none_or(|key_id| key.key_id() == key_id);
        let published = self.published();
        let signer = published.iter().filter(is_meant).find(|key| key.verifies(message, signature))?;
        Some(signer.key_id().to_owned())
    }
}
