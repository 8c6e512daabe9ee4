//! The token that is served now.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::cache::held_token::HeldToken;
use crate::cache::life::{Moment, Stage};
use crate::cache::token_handles::TokenHandles;
use crate::token::AccessToken;

/// A place for a token, read by all threads at once: none of them waits for another, nor for whoever replaces the token.
#[derive(Default)]
pub(crate) struct ServedToken(ArcSwapOption<Served>);

struct Served {
    held: HeldToken,
    handles: TokenHandles,
}

impl ServedToken {
    /// The token, while it is good.
    pub(crate) fn good(&self, now: Moment) -> Option<(Stage, AccessToken)> {
        let served = self.0.load();
        let served = served.as_ref()?;
        match served.held.stage(now) {
            Stage::Over => None,
            stage => Some((stage, served.handles.own().clone())),
        }
    }

    /// How long it is used yet.
    pub(crate) fn use_left(&self, now: Moment) -> Duration {
        self.0.load().as_ref().map(|served| served.held.use_left(now)).unwrap_or_default()
    }

    pub(crate) fn holds(&self, token: &AccessToken) -> bool {
        self.0.load().as_ref().is_some_and(|served| served.held.token() == token)
    }

    pub(crate) fn replace(&self, held: HeldToken) {
        let handles = TokenHandles::new(held.token());
        self.0.store(Some(Arc::new(Served { held, handles })));
    }

    pub(crate) fn clear(&self) {
        self.0.store(None);
    }
}
