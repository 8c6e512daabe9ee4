//! Why there is no token, as an error of the call that needed one.

use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use dan_auth::{AuthError, AuthErrorKind};
use dan_model::Retry;

use super::{Delivery, Error, ErrorKind, ErrorOrigin};

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
        let retry = if error.is_retryable() { Retry::BackOff } else { Retry::Never };
        let retry_at = error.retry_after().and_then(|wait| SystemTime::now().checked_add(wait));
        let mut converted =
            Self::from_origin(kind, origin, Delivery::NotSent, error.to_string()).with_retry(retry, retry_at);
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
