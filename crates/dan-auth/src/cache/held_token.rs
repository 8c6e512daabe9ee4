//! A token with its life.

use std::time::Duration;

use crate::cache::life::{Life, Moment, SHORTEST_USE, Stage};
use crate::cache::token_cache::CachedToken;
use crate::token::{AccessToken, GrantedToken};

/// A token, and how long it is good.
#[derive(Debug, Clone)]
pub(crate) struct HeldToken {
    token: AccessToken,
    life: Life,
}

impl HeldToken {
    pub(crate) fn granted(granted: GrantedToken, asked: Moment) -> Self {
        let GrantedToken { token, lifetime } = granted;
        let life = lifetime.map_or(Life::none(asked), |lifetime| Life::of_granted(lifetime, asked));
        Self { token, life }
    }

    pub(crate) fn stored(stored: &CachedToken, seen: Moment) -> Self {
        let life = Life::of_stored(stored.lifetime(), stored.remaining(), seen);
        Self { token: stored.token().clone(), life }
    }

    /// As it is put into a cache; `None` when it is not worth it.
    pub(crate) fn to_store(&self, now: Moment) -> Option<CachedToken> {
        let remaining = self.life.remaining(now);
        (remaining > SHORTEST_USE)
            .then(|| CachedToken::new(self.token.clone(), self.life.lifetime(), remaining))
    }

    pub(crate) fn token(&self) -> &AccessToken {
        &self.token
    }

    pub(crate) fn use_left(&self, now: Moment) -> Duration {
        self.life.use_left(now)
    }

    pub(crate) fn stage(&self, now: Moment) -> Stage {
        self.life.stage(now)
    }
}
