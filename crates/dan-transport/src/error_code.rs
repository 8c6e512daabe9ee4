//! What the service's error codes mean for a caller.

use dan_model::ErrorCode;

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
        ErrorCode::UpstreamUnavailable
        | ErrorCode::InternalServerError
        | ErrorCode::InvalidOwner
        | ErrorCode::AltinnCommunicationFailed
        | ErrorCode::ServiceContextNotConfigured
        | ErrorCode::AccreditationRepositoryFailed
        | ErrorCode::Upstream
        | ErrorCode::QuotaExceeded
        | ErrorCode::SourceTransientError
        | ErrorCode::SourcePermanentError => ErrorKind::Unavailable,
        _ => ErrorKind::InvalidRequest,
    }
}

/// Whether it passes by itself. The service's own faults and broken sources do not as a rule.
pub(crate) fn is_transient(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::UpstreamUnavailable
            | ErrorCode::EvidenceNotReady
            | ErrorCode::AltinnCommunicationFailed
            | ErrorCode::AccreditationRepositoryFailed
            | ErrorCode::SourceTransientError
    )
}

/// What to do next.
pub(crate) fn advice(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidRequestor => "Check the requestor.",
        ErrorCode::UnknownAccreditation => "Check the accreditation id, and that the same organisation asks.",
        ErrorCode::InvalidSubject => "Check the number of the subject, and of the requestor.",
        ErrorCode::InvalidEvidenceRequest => {
            "Check that the dataset can be asked for in this way, and in the subscription's service context."
        }
        ErrorCode::UnknownEvidenceCode => "Dataset names are case-sensitive; the metadata lists them.",
        ErrorCode::ConsentNotGranted | ErrorCode::ConsentExpired | ErrorCode::ConsentRevoked => {
            "The subject's consent is needed."
        }
        ErrorCode::EvidenceNotReady => "Ask again later.",
        ErrorCode::InvalidParameter => "Check the parameters against the dataset's metadata.",
        ErrorCode::AuthorizationDenied => {
            "Check the token's scopes and organisation against the dataset's requirements."
        }
        ErrorCode::MissingAuthentication => "Send an access token.",
        ErrorCode::InvalidAccessToken => {
            "Get a new token from the Maskinporten that this environment trusts."
        }
        ErrorCode::InvalidQuery => "Check the JMESPath expression.",
        _ if is_transient(code) => "Try again later.",
        _ if kind(code) == ErrorKind::Unavailable => "Tell the service's support, with the request id.",
        _ => "Check the request.",
    }
}
