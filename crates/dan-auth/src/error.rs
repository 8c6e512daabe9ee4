//! Why there is no token.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::key::KeyProblem;
use crate::server::Refusal;

/// A key that cannot be used, a setting that cannot be right, or a token that was not given.
///
/// Cheap to clone, since all callers who waited for one grant get the same answer. It never holds a key, an assertion
/// or a token.
#[derive(Clone)]
pub struct AuthError(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: AuthErrorKind,
    message: String,
    retryable: bool,
    retry_after: Option<Duration>,
    refusal: Option<Refusal>,
    key_problem: Option<KeyProblem>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What went wrong, for a caller who decides what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// The private key or the certificate cannot be read, or is of a kind that Maskinporten does not take.
    Key,
    /// A setting is missing or cannot be right, such as an endpoint that is no URL.
    Configuration,
    /// The token server answered and said no. Asking again with the same settings gives the same answer.
    Refused,
    /// The token server answered that it cannot serve now. Asking again later may help.
    Unavailable,
    /// No answer came: name resolution, connection, TLS or a time limit. Asking again may help, except when one of the two
    /// does not trust the other's certificate: [`AuthError::is_retryable`] tells.
    Network,
    /// Something answered, but not as a token server does: a proxy's page, or a wrong address.
    UnexpectedAnswer,
}

impl AuthError {
    /// An error of a provider of one's own. The message says what to do next, and holds no secret.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dan_auth::{AuthError, AuthErrorKind};
    ///
    /// let cause = std::io::Error::other("sealed");
    /// let error = AuthError::new(AuthErrorKind::Unavailable, "the vault is sealed; have it unsealed")
    ///     .with_retry_after(Duration::from_secs(30))
    ///     .with_source(cause);
    /// assert!(error.is_retryable() && error.retry_after() == Some(Duration::from_secs(30)));
    /// assert!(std::error::Error::source(&error).is_some());
    /// assert!(!error.permanent().is_retryable());
    /// ```
    pub fn new(kind: AuthErrorKind, message: impl Into<String>) -> Self {
        Self::of(Inner::new(kind, message.into()))
    }

    /// With what lies behind it, which holds no secret either.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::of(Inner { source: Some(source.into().into()), ..Arc::unwrap_or_clone(self.0) })
    }

    /// With the time for which the server wants to be left alone, counted from now. A
    /// [`TokenFunction`](crate::TokenFunction) is not called before, but after five minutes at the latest.
    #[must_use]
    pub fn with_retry_after(self, retry_after: impl Into<Option<Duration>>) -> Self {
        Self::of(Inner { retry_after: retry_after.into(), ..Arc::unwrap_or_clone(self.0) })
    }

    /// Asking again does not help, whatever the kind says.
    #[must_use]
    pub fn permanent(self) -> Self {
        Self::of(Inner { retryable: false, ..Arc::unwrap_or_clone(self.0) })
    }

    /// The message says what to do next, and quotes nothing of a key.
    pub(crate) fn of_key(problem: KeyProblem, message: impl Into<String>) -> Self {
        let inner = Inner::new(AuthErrorKind::Key, message.into());
        Self::of(Inner { key_problem: Some(problem), ..inner })
    }

    pub(crate) fn refused(kind: AuthErrorKind, refusal: Refusal) -> Self {
        let inner = Inner::new(kind, refusal.to_string());
        Self::of(Inner { refusal: Some(refusal), ..inner })
    }

    /// The address is left out of the cause, because the message names it once already.
    pub(crate) fn network(message: impl Into<String>, source: reqwest::Error) -> Self {
        let inner = Inner::new(AuthErrorKind::Network, message.into());
        Self::of(Inner { source: Some(Arc::new(source.without_url())), ..inner })
    }

    /// The same, told to somebody who asks this much later.
    pub(crate) fn told_after(self, elapsed: Duration) -> Self {
        let retry_after = self.0.retry_after.map(|wait| wait.saturating_sub(elapsed));
        self.with_retry_after(retry_after)
    }

    /// Tells that it was asked so many times.
    pub(crate) fn after_attempts(self, attempts: u32) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        inner.message.push_str(&format!(" (asked {attempts} times)"));
        Self::of(inner)
    }

    fn of(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// What went wrong.
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// What the token server said, when it was the token server that refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.0.refusal.as_ref()
    }

    /// What is wrong with the key or the certificate, when it is [`AuthErrorKind::Key`].
    pub fn key_problem(&self) -> Option<KeyProblem> {
        self.0.key_problem
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the server wants to be left alone from now on, when it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl Inner {
    fn new(kind: AuthErrorKind, message: String) -> Self {
        let retryable = match kind {
            AuthErrorKind::Unavailable | AuthErrorKind::Network => true,
            AuthErrorKind::Key
            | AuthErrorKind::Configuration
            | AuthErrorKind::Refused
            | AuthErrorKind::UnexpectedAnswer => false,
        };
        Self { kind, message, retryable, retry_after: None, refusal: None, key_problem: None, source: None }
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AuthError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("retryable", &self.0.retryable)
            .field("refusal", &self.0.refusal)
            .field("key_problem", &self.0.key_problem)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word() {
        assert_eq!(size_of::<AuthError>(), size_of::<usize>());
    }
}
