//! What the service's error codes mean for a caller of this crate.

use dan_model::{ErrorCode, Retry};

use crate::error::ErrorKind;

/// The kind of error that a code stands for. A code of tomorrow is a request that the service does not like.
pub(crate) fn kind(code: ErrorCode) -> ErrorKind {
    match code {
        ErrorCode::InvalidCertificate | ErrorCode::MissingAuthentication | ErrorCode::InvalidAccessToken => {
            ErrorKind::Unauthenticated
        }
        ErrorCode::ConsentNotGranted
        | ErrorCode::ConsentExpired
        | ErrorCode::ConsentRevoked
        | ErrorCode::AuthorizationDenied => ErrorKind::Forbidden,
        ErrorCode::UnknownAccreditation | ErrorCode::DeletedSubject | ErrorCode::UnknownEvidenceCode => {
            ErrorKind::NotFound
        }
        ErrorCode::EvidenceNotReady => ErrorKind::NotAvailableYet,
        _ if code.http_status().is_some_and(|status| status >= 500) => ErrorKind::Unavailable,
        _ => ErrorKind::InvalidRequest,
    }
}

/// Whether it passes by itself. The service's own faults and broken sources do not as a rule.
pub(crate) fn is_transient(code: ErrorCode) -> bool {
    matches!(code.retry(), Retry::BackOff | Retry::WhenReady { .. })
}
