//! What the file holds.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cache::file::private_file::PrivateFile;
use crate::cache::key::TokenCacheKey;
use crate::cache::token_cache::{CachedToken, TokenCacheError, expose, millis};
use crate::secret::secret_json;
use crate::token::AccessToken;

/// What the members mean. A file of another version is begun anew.
const VERSION: u32 = 1;

/// More than stands in the file beside each token.
const AROUND_A_TOKEN: usize = 256;

/// Tokens by their keys.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Contents {
    version: u32,
    tokens: BTreeMap<String, Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    #[serde(serialize_with = "expose")]
    token: AccessToken,
    /// Milliseconds.
    lifetime: u64,
    /// Milliseconds since 1970.
    expires_at: u64,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Contents {
    /// What can be used of what stands in the file.
    pub(super) fn read(file: &PrivateFile) -> Result<Self, TokenCacheError> {
        let Some(json) = file.read()? else { return Ok(Self::empty()) };
        if let Ok(contents) = serde_json::from_slice::<Self>(&json)
            && contents.version == VERSION
        {
            return Ok(contents);
        }
        match serde_json::from_slice::<Version>(&json) {
            Ok(Version { version }) if version != VERSION => {
                tracing::warn!(version, "the file of tokens is of another version and is begun anew");
            }
            _ => tracing::warn!("the file of tokens is damaged and is begun anew"),
        }
        Ok(Self::empty())
    }

    pub(super) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, TokenCacheError> {
        let room = self.tokens.values().map(|entry| entry.token.expose().len() + AROUND_A_TOKEN).sum();
        secret_json(self, room)
            .map_err(|error| TokenCacheError::with_source("the tokens cannot be written", error))
    }

    pub(super) fn get(&self, key: &TokenCacheKey, now: SystemTime) -> Option<CachedToken> {
        let entry = self.tokens.get(key.as_str())?;
        let remaining = entry.remaining(now)?;
        Some(CachedToken::new(entry.token.clone(), Duration::from_millis(entry.lifetime), remaining))
    }

    pub(super) fn put(&mut self, key: &TokenCacheKey, token: &CachedToken, now: SystemTime) {
        let entry = Entry {
            token: token.token().clone(),
            lifetime: millis(token.lifetime()),
            expires_at: since_1970(now).saturating_add(millis(token.remaining())),
        };
        self.tokens.insert(key.as_str().to_owned(), entry);
    }

    pub(super) fn remove(&mut self, key: &TokenCacheKey, refused: &AccessToken) {
        if self.tokens.get(key.as_str()).is_some_and(|entry| entry.token == *refused) {
            self.tokens.remove(key.as_str());
        }
    }

    pub(super) fn drop_expired(&mut self, now: SystemTime) {
        self.tokens.retain(|_, entry| entry.remaining(now).is_some());
    }

    fn empty() -> Self {
        Self { version: VERSION, tokens: BTreeMap::new() }
    }
}

impl Entry {
    /// `None` when nothing is left, or more than there ever was: then a clock was set back, and nobody knows.
    fn remaining(&self, now: SystemTime) -> Option<Duration> {
        let remaining = self.expires_at.checked_sub(since_1970(now))?;
        (remaining > 0 && remaining <= self.lifetime).then(|| Duration::from_millis(remaining))
    }
}

fn since_1970(time: SystemTime) -> u64 {
    millis(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}
