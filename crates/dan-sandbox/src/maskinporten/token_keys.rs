//! The keys that access tokens are signed with: one that signs now, and earlier ones that are still published.

use std::sync::{Arc, PoisonError, RwLock};

use crate::signing_key::{KeyError, RsaSigningKey};

/// The published keys; the one that signs now comes first.
pub(crate) struct TokenKeys {
    keys: RwLock<Vec<Arc<RsaSigningKey>>>,
}

impl TokenKeys {
    pub(crate) fn new(key: RsaSigningKey) -> Self {
        Self { keys: RwLock::new(vec![Arc::new(key)]) }
    }

    /// The key that signs now.
    pub(crate) fn current(&self) -> Option<Arc<RsaSigningKey>> {
        self.published().into_iter().next()
    }

    /// Every key that is published.
    pub(crate) fn published(&self) -> Vec<Arc<RsaSigningKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Signs with a new key from now on. The earlier ones stay published, unless they are withdrawn.
    pub(crate) fn rotate(&self, withdraws_earlier: bool) -> Result<(), KeyError> {
        let key = Arc::new(RsaSigningKey::generate()?);
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if withdraws_earlier {
            keys.clear();
        }
        keys.insert(0, key);
        Ok(())
    }

    /// Whether a key of the name is published.
    pub(crate) fn has(&self, key_id: &str) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).iter().any(|key| key.key_id() == key_id)
    }

    /// The name of the published key that made the signature. A header without a name means any of them.
    pub(crate) fn signer(&self, key_id: Option<&str>, message: &str, signature: &str) -> Option<String> {
        let is_meant = |key: &&Arc<RsaSigningKey>| key_id.is_none_or(|key_id| key.key_id() == key_id);
        let published = self.published();
        let signer = published.iter().filter(is_meant).find(|key| key.verifies(message, signature))?;
        Some(signer.key_id().to_owned())
    }
}
