//! A token server for tests: it counts, takes its time, and fails when told to.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::cache::grant::TokenGrant;
use crate::cache::kept_token::KeptToken;
use crate::cache::key::TokenCacheKey;
use crate::cache::token_cache::TokenCache;
use crate::error::{AuthError, AuthErrorKind};
use crate::token::{AccessToken, GrantedToken};

pub(crate) struct CountingServer {
    asked_at: Mutex<Vec<Instant>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    fails: AtomicBool,
    settings: Mutex<Settings>,
}

#[derive(Clone, Copy)]
struct Settings {
    lifetime: Option<Duration>,
    takes: Duration,
    longest: Duration,
    retry_after: Option<Duration>,
}

/// Counts down when the answer is given, and when nobody waits for it any more.
struct Answering<'a>(&'a AtomicUsize);

impl CountingServer {
    /// Its tokens live so many seconds.
    pub(crate) fn new(lifetime: impl Into<Option<u64>>) -> Arc<Self> {
        let lifetime = lifetime.into().map(Duration::from_secs);
        Arc::new(Self {
            asked_at: Mutex::default(),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            fails: AtomicBool::new(false),
            settings: Mutex::new(Settings {
                lifetime,
                takes: Duration::from_millis(50),
                longest: Duration::from_secs(120),
                retry_after: None,
            }),
        })
    }

    pub(crate) fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }

    pub(crate) fn take(&self, takes: Duration) {
        self.settings.lock().unwrap().takes = takes;
    }

    /// How long it is waited for.
    pub(crate) fn take_at_most(&self, longest: Duration) {
        self.settings.lock().unwrap().longest = longest;
    }

    /// What it says with each failure.
    pub(crate) fn retry_after(&self, retry_after: Duration) {
        self.settings.lock().unwrap().retry_after = Some(retry_after);
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked_at.lock().unwrap().len()
    }

    /// How long ago this token was asked for.
    pub(crate) fn age(&self, token: &AccessToken) -> Duration {
        let number: usize = token.expose().trim_start_matches("token ").parse().unwrap();
        self.asked_at.lock().unwrap()[number - 1].elapsed()
    }

    /// How many wait for an answer now.
    pub(crate) fn at_once(&self) -> usize {
        self.at_once.load(Ordering::SeqCst)
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    pub(crate) fn kept_token(self: &Arc<Self>) -> Arc<KeptToken> {
        Arc::new(KeptToken::new(Arc::clone(self) as _))
    }

    pub(crate) fn kept_token_behind(self: &Arc<Self>, cache: &Arc<dyn TokenCache>) -> Arc<KeptToken> {
        Arc::new(KeptToken::behind(Some(Arc::clone(cache)), Arc::clone(self) as _))
    }
}

#[async_trait]
impl TokenGrant for CountingServer {
    async fn cache_key(&self) -> Result<Option<TokenCacheKey>, AuthError> {
        Ok(Some(TokenCacheKey::builder().build()))
    }

    fn longest(&self) -> Duration {
        self.settings.lock().unwrap().longest
    }

    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        let number = {
            let mut asked_at = self.asked_at.lock().unwrap();
            asked_at.push(Instant::now());
            asked_at.len()
        };
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        let _answering = Answering(&self.at_once);
        let Settings { lifetime, takes, retry_after, .. } = *self.settings.lock().unwrap();
        tokio::time::sleep(takes).await;
        if self.fails.load(Ordering::SeqCst) {
            let failure = AuthError::new(AuthErrorKind::Unavailable, format!("failure {number}"));
            return Err(failure.with_retry_after(retry_after));
        }
        Ok(GrantedToken::new(AccessToken::new(format!("token {number}")), lifetime))
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
