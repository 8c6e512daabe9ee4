//! A grant under way.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::cache::life::Moment;
use crate::error::AuthError;
use crate::token::AccessToken;

/// What a flight brings to those who wait for it.
pub(crate) type Outcome = Result<AccessToken, AuthError>;

/// A task that gets a token, and where it tells its outcome.
pub(crate) struct Flight {
    number: u64,
    started: Moment,
    patience: Duration,
    is_early: bool,
    outcome: watch::Receiver<Option<Outcome>>,
    task: AbortHandle,
}

/// A place among those who wait.
pub(crate) struct Landing {
    outcome: watch::Receiver<Option<Outcome>>,
    is_early: bool,
    patience: Duration,
}

impl Flight {
    /// `patience` is how long it may take.
    pub(crate) fn new(
        number: u64,
        started: Moment,
        patience: Duration,
        is_early: bool,
        outcome: watch::Receiver<Option<Outcome>>,
        task: AbortHandle,
    ) -> Self {
        Self { number, started, patience, is_early, outcome, task }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether it started while there was a good token.
    pub(crate) fn is_early(&self) -> bool {
        self.is_early
    }

    /// Nothing will come of it: its task is gone, with its runtime or by a panic, or it stands still.
    pub(crate) fn is_lost(&self, now: Moment) -> bool {
        self.outcome.has_changed().is_err() || now.since(self.started) >= self.patience
    }

    pub(crate) fn landing(&self, now: Moment) -> Landing {
        Landing {
            outcome: self.outcome.clone(),
            is_early: self.is_early,
            patience: self.patience.saturating_sub(now.since(self.started)),
        }
    }

    pub(crate) fn abort(self) {
        self.task.abort();
    }
}

impl Landing {
    pub(crate) fn is_early(&self) -> bool {
        self.is_early
    }

    /// The outcome; `None` when the flight is lost.
    pub(crate) async fn outcome(mut self) -> Option<Outcome> {
        let waiting = tokio::time::timeout(self.patience, self.outcome.wait_for(Option::is_some));
        waiting.await.ok()?.ok()?.clone()
    }
}
