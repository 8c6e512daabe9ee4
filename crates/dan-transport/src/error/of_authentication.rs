//! Why there is no token, as an error of the call that needed one.

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
        converted.with_authentication(error)
    }
}
