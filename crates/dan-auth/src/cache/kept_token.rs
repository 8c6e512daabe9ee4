//! One token, kept while it is good.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::Instrument as _;

use crate::cache::flight::{Flight, Landing, Outcome};
use crate::cache::grant::TokenGrant;
use crate::cache::life::{Moment, Stage};
use crate::cache::pace::Pace;
use crate::cache::served_token::ServedToken;
use crate::cache::token_cache::TokenCache;
use crate::cache::token_source::{Obtained, TokenSource};
use crate::error::{AuthError, AuthErrorKind};
use crate::token::AccessToken;

/// The pause after an early renewal that failed. It doubles.
const EARLY_PAUSE: Duration = Duration::from_secs(1);
const SHORTEST_EARLY_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_EARLY_PAUSE: Duration = Duration::from_secs(60);
/// How long a failure is the answer for those who ask after it. It doubles while failures follow each other.
const FAILURE_KEPT: Duration = Duration::from_millis(250);
const LONGEST_FAILURE_KEPT: Duration = Duration::from_secs(5);
/// The token server makes these two pauses longer by saying so, up to this: it may be back earlier than it thought, and
/// nobody has a token meanwhile.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);
/// How many refused tokens in a row are renewed at once. An API that refuses each token does not do so for their age.
const REFUSALS_AT_ONCE: u32 = 3;
/// The pause after the next refusal, which doubles.
const REFUSAL_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_REFUSAL_PAUSE: Duration = Duration::from_secs(60);
/// How many flights a caller waits for when they are lost on the way.
const FLIGHTS_PER_CALL: usize = 3;

/// Keeps one token, and gets the next one in time.
///
/// A good token is read without a lock, also while the next one is got: nobody waits then. Getting one is a [`Flight`], a
/// task on the runtime of the caller who found that it is time, so that no caller who gives up takes the token from the
/// others. The task ends with its work or when this is dropped. When it ends with its runtime, whoever waits on another
/// runtime begins a new flight there.
pub(crate) struct KeptToken(Arc<Inner>);

struct Inner {
    served: ServedToken,
    source: TokenSource,
    state: Mutex<State>,
}

struct State {
    flight: Option<Flight>,
    flights: u64,
    early_renewals: Pace,
    /// Why there was no token for those who waited last.
    failure: Option<AuthError>,
    failures: Pace,
    /// What an API refused last, and may still lie in a cache.
    refused: Option<AccessToken>,
    refusals: Pace,
}

impl Default for State {
    fn default() -> Self {
        Self {
            flight: None,
            flights: 0,
            early_renewals: Pace::default(),
            failure: None,
            failures: Pace::default(),
            refused: None,
            refusals: Pace::forgiving(REFUSALS_AT_ONCE),
        }
    }
}

enum Found {
    Token(AccessToken),
    Flight(Landing),
}

impl KeptToken {
    /// A token of this grant.
    pub(crate) fn new(grant: Arc<dyn TokenGrant>) -> Self {
        Self::behind(None, grant)
    }

    /// A token of this grant, which others may have got already and left in the cache.
    pub(crate) fn behind(cache: Option<Arc<dyn TokenCache>>, grant: Arc<dyn TokenGrant>) -> Self {
        let source = TokenSource::new(grant, cache);
        Self(Arc::new(Inner { served: ServedToken::default(), source, state: Mutex::default() }))
    }

    /// Whether there is a good token, or somebody waits for one.
    pub(crate) fn is_in_use(&self) -> bool {
        self.0.served.good(Moment::now()).is_some() || self.0.lock().flight.is_some()
    }

    /// Whether this is the token that was got last.
    pub(crate) fn holds(&self, token: &AccessToken) -> bool {
        self.0.served.holds(token)
    }

    /// As [`AccessTokenProvider::access_token`](crate::AccessTokenProvider::access_token).
    pub(crate) async fn access_token(&self) -> Outcome {
        let now = Moment::now();
        match self.0.served.good(now) {
            Some((Stage::Fresh, token)) => Ok(token),
            Some((_, token)) => {
                self.0.renew_early(now);
                Ok(token)
            }
            None => self.wait().await,
        }
    }

    /// As [`AccessTokenProvider::invalidate`](crate::AccessTokenProvider::invalidate).
    pub(crate) fn invalidate(&self, refused: &AccessToken) {
        self.0.drop_refused(refused);
    }

    async fn wait(&self) -> Outcome {
        let mut last_failure = None;
        for _ in 0..FLIGHTS_PER_CALL {
            let landing = match self.0.find()? {
                Found::Token(token) => return Ok(token),
                Found::Flight(landing) => landing,
            };
            let was_early = landing.is_early();
            match landing.outcome().await {
                // The end of the old token overtook its early renewal: there is no failure yet that counts.
                Some(Err(error)) if was_early => last_failure = Some(error),
                Some(outcome) => return outcome,
                None => {}
            }
        }
        Err(last_failure.unwrap_or_else(lost))
    }
}

impl Drop for KeptToken {
    fn drop(&mut self) {
        if let Some(flight) = self.0.lock().flight.take() {
            flight.abort();
        }
    }
}

impl Inner {
    /// Starts the flight for the next token, unless there is one or the last one failed just now.
    fn renew_early(self: &Arc<Self>, now: Moment) {
        // Whoever has the lock sees to it.
        let Ok(mut state) = self.state.try_lock() else { return };
        if state.early_renewals.is_pausing(now) || state.flight_under_way(now).is_some() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            self.start_flight(&mut state, &runtime, now);
        }
    }

    /// What there is for a caller who found no good token.
    fn find(self: &Arc<Self>) -> Result<Found, AuthError> {
        let now = Moment::now();
        let mut state = self.lock();
        if let Some((_, token)) = self.served.good(now) {
            return Ok(Found::Token(token));
        }
        if let Some(flight) = state.flight_under_way(now) {
            return Ok(Found::Flight(flight.landing(now)));
        }
        if let Some(failure) = state.failure.as_ref().filter(|_| state.failures.is_pausing(now)) {
            return Err(failure.clone().told_after(state.failures.since_last(now)));
        }
        let runtime = Handle::try_current().map_err(|_| no_runtime())?;
        Ok(Found::Flight(self.start_flight(&mut state, &runtime, now)))
    }

    fn start_flight(self: &Arc<Self>, state: &mut State, runtime: &Handle, now: Moment) -> Landing {
        if let Some(lost) = state.flight.take() {
            lost.abort();
        }
        state.flights += 1;
        let number = state.flights;
        let is_early = self.served.good(now).is_some();
        let refused = state.refused.clone();
        let (teller, outcome) = watch::channel(None);
        let inner = Arc::clone(self);
        let task = async move {
            let obtained = inner.source.obtain(refused.as_ref()).await;
            teller.send_replace(Some(inner.land(number, obtained)));
        };
        let task = runtime.spawn(task.in_current_span()).abort_handle();
        let flight = Flight::new(number, now, self.source.longest(), is_early, outcome, task);
        let landing = flight.landing(now);
        state.flight = Some(flight);
        landing
    }

    /// Keeps what a flight brought, before anybody is told of it.
    fn land(&self, number: u64, obtained: Result<Obtained, AuthError>) -> Outcome {
        let now = Moment::now();
        let mut state = self.lock();
        let Some(flight) = state.flight.take_if(|flight| flight.number() == number) else {
            return obtained.map(|obtained| obtained.held.token().clone());
        };
        match obtained {
            Ok(obtained) => {
                let token = obtained.held.token().clone();
                state.succeeded(&obtained, now);
                self.served.replace(obtained.held);
                Ok(token)
            }
            Err(error) if flight.is_early() => {
                tracing::warn!(%error, "the access token could not be renewed early; it is used while it is good");
                state.early_renewal_failed(error.retry_after(), self.served.use_left(now), now);
                Err(error)
            }
            Err(error) => {
                state.failures.failed(now, FAILURE_KEPT, LONGEST_FAILURE_KEPT);
                state.failures.lengthen(bounded(error.retry_after()));
                state.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Drops the token if it is the one that was refused: whoever reports an earlier one has another one to take.
    fn drop_refused(&self, refused: &AccessToken) {
        let now = Moment::now();
        let mut state = self.lock();
        if self.served.holds(refused) && !state.refusals.is_pausing(now) {
            state.refused = Some(refused.clone());
            state.refusals.failed(now, REFUSAL_PAUSE, LONGEST_REFUSAL_PAUSE);
            self.served.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half done by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn flight_under_way(&self, now: Moment) -> Option<&Flight> {
        self.flight.as_ref().filter(|flight| !flight.is_lost(now))
    }

    fn succeeded(&mut self, obtained: &Obtained, now: Moment) {
        let Obtained { held, retry_after } = obtained;
        self.failure = None;
        self.failures = Pace::default();
        if self.refused.take().is_none() {
            self.refusals = Pace::forgiving(REFUSALS_AT_ONCE);
        }
        if held.stage(now) == Stage::Due {
            // The cache had nothing better, and the token server failed.
            self.early_renewal_failed(*retry_after, held.use_left(now), now);
        } else {
            self.early_renewals = Pace::default();
        }
    }

    /// The pause is bounded by what is left of the token, so that it does not end without more tries, unless the token
    /// server wants none.
    fn early_renewal_failed(&mut self, retry_after: Option<Duration>, use_left: Duration, now: Moment) {
        let longest = LONGEST_EARLY_PAUSE.min(use_left / 2).max(SHORTEST_EARLY_PAUSE);
        self.early_renewals.failed(now, EARLY_PAUSE, longest);
        self.early_renewals.lengthen(bounded(retry_after));
    }
}

fn bounded(retry_after: Option<Duration>) -> Duration {
    retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER)
}

fn no_runtime() -> AuthError {
    AuthError::new(
        AuthErrorKind::Configuration,
        "a token is asked for outside of a Tokio runtime: call this from inside one",
    )
}

fn lost() -> AuthError {
    AuthError::new(
        AuthErrorKind::Unavailable,
        "the token request was broken off each time, as when its runtime is shut down; try again",
    )
}

#[cfg(test)]
mod tests;
