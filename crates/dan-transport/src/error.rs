//! Why there is no answer, or not the one that was asked for.

use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use dan_auth::{AuthError, AuthErrorKind};

/// What went wrong with a request, for people and for programs.
///
/// It holds no key, no token and no national identity number.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    origin: ErrorOrigin,
    message: String,
    code: Option<i64>,
    detail_code: Option<String>,
    status: Option<u16>,
    request_id: Option<String>,
    retryable: bool,
    retry_at: Option<SystemTime>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong, for a caller who decides what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting, a key or a certificate is missing or cannot be right. Nothing was sent.
    Configuration,
    /// The request cannot be right, by the service's word or by ours.
    InvalidRequest,
    /// Nobody said who is asking, or not so that it was believed: subscription key, token, or no token was given.
    Unauthenticated,
    /// Whoever asks may not have this.
    Forbidden,
    /// There is no such dataset, accreditation or path.
    NotFound,
    /// It is there, or will be, but not yet.
    NotAvailableYet,
    /// Too many requests in too short a time.
    Throttled,
    /// The service, its gateway, a data source or the token server cannot serve now.
    Unavailable,
    /// No answer came: name resolution, connection, TLS or a time limit.
    Network,
    /// What answered is not the service, or its answer is not what the caller's type expects.
    UnexpectedAnswer,
}

impl ErrorKind {
    /// The name of the kind in machine-readable output, such as `not_found`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidRequest => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::NotAvailableYet => "not_available_yet",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Network => "network",
            Self::UnexpectedAnswer => "unexpected_answer",
        }
    }
}

/// Who said that it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorOrigin {
    /// The service itself, by one of its error codes.
    Dan,
    /// The gateway in front of the service.
    Gateway,
    /// The token server.
    Maskinporten,
    /// The way there.
    Network,
    /// This library, before or after the request.
    Client,
}

impl ErrorOrigin {
    /// The name in machine-readable output, such as `gateway`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dan => "dan",
            Self::Gateway => "gateway",
            Self::Maskinporten => "maskinporten",
            Self::Network => "network",
            Self::Client => "client",
        }
    }
}

impl Error {
    /// An error of our own, before anything was sent or after everything was received.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::from_origin(kind, ErrorOrigin::Client, message)
    }

    pub(crate) fn from_origin(kind: ErrorKind, origin: ErrorOrigin, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            origin,
            message: message.into(),
            code: None,
            detail_code: None,
            status: None,
            request_id: None,
            retryable: false,
            retry_at: None,
            cause: None,
        }))
    }

    pub(crate) fn with_code(mut self, code: i64, detail_code: Option<String>) -> Self {
        self.0.code = Some(code);
        self.0.detail_code = detail_code;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id;
        self
    }

    pub(crate) fn with_retry(mut self, retryable: bool, retry_at: Option<SystemTime>) -> Self {
        self.0.retryable = retryable;
        self.0.retry_at = retry_at;
        self
    }

    pub(crate) fn with_cause(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Box::new(cause));
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Who said so.
    pub fn origin(&self) -> ErrorOrigin {
        self.0.origin
    }

    /// The service's error code, such as 1007, when it is the service that said so.
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    /// The data source's own code, such as `BRREG-1`, when the error comes from there.
    pub fn detail_code(&self) -> Option<&str> {
        self.0.detail_code.as_deref()
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The service's id of the request, to be quoted to its support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// The time before which asking again is pointless, when the answer told one.
    pub fn retry_at(&self) -> Option<SystemTime> {
        self.0.retry_at
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        let (kind, origin) = match error.kind() {
            AuthErrorKind::Refused => (ErrorKind::Unauthenticated, ErrorOrigin::Maskinporten),
            AuthErrorKind::Unavailable => (ErrorKind::Unavailable, ErrorOrigin::Maskinporten),
            AuthErrorKind::UnexpectedAnswer => (ErrorKind::UnexpectedAnswer, ErrorOrigin::Maskinporten),
            AuthErrorKind::Network => (ErrorKind::Network, ErrorOrigin::Network),
            // What a future kind of key trouble is about, too, is the caller's set-up.
            _ => (ErrorKind::Configuration, ErrorOrigin::Client),
        };
        let mut converted =
            Self::from_origin(kind, origin, error.to_string()).with_retry(error.is_retryable(), None);
        if let Some(refusal) = error.refusal() {
            converted = converted.with_status(refusal.status).with_request_id(refusal.trace_id.clone());
        }
        match error.source() {
            // The message is taken over; what lies beneath it is reached through the error itself.
            Some(_) => converted.with_cause(Beneath(error)),
            None => converted,
        }
    }
}

/// Shows the cause of an [`AuthError`] whose own message stands already in ours.
#[derive(Debug)]
struct Beneath(AuthError);

impl fmt::Display for Beneath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source() {
            Some(cause) => fmt::Display::fmt(cause, formatter),
            None => fmt::Display::fmt(&self.0, formatter),
        }
    }
}

impl StdError for Beneath {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source().and_then(StdError::source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        formatter
            .debug_struct("Error")
            .field("kind", &inner.kind)
            .field("origin", &inner.origin)
            .field("message", &inner.message)
            .field("code", &inner.code)
            .field("detail_code", &inner.detail_code)
            .field("status", &inner.status)
            .field("request_id", &inner.request_id)
            .field("retryable", &inner.retryable)
            .field("retry_at", &inner.retry_at)
            .field("cause", &inner.cause)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
