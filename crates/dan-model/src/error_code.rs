//! What the error codes mean: the HTTP status they come with, whether trying again helps, what to do.

use crate::{ErrorCode, Timestamp};

/// Whether and when the same request can succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// It cannot: something in the request, the permission or the service has to change first.
    Never,
    /// At most once, and not at once: the service failed in a way that seldom passes by itself.
    Once,
    /// A few times with growing pauses.
    BackOff,
    /// Once, with a new access token.
    WithNewToken,
    /// When the source has its answer. Waiting for it is no failure, and does not count as one.
    WhenReady {
        /// The earliest time that the source suggests. It was sent without an offset, which this keeps; the service's
        /// clock has been seen to run in UTC.
        not_before: Option<Timestamp>,
    },
    /// When somebody has consented, which takes hours or days.
    AfterConsent,
    /// When the quota is filled again, on the next day as a rule.
    AfterQuota,
}

impl ErrorCode {
    /// The HTTP status that the code comes with; `None` for a code of tomorrow.
    pub fn http_status(self) -> Option<u16> {
        Some(match self {
            Self::InvalidCertificate | Self::MissingAuthentication | Self::InvalidAccessToken => 401,
            Self::ConsentNotGranted | Self::AuthorizationDenied => 403,
            Self::UnknownAccreditation | Self::DeletedSubject | Self::ConsentRevoked => 404,
            Self::InvalidRequestor
            | Self::ExpiredAccreditation
            | Self::InvalidSubject
            | Self::InvalidEvidenceRequest
            | Self::UnknownEvidenceCode
            | Self::InvalidLegalBasis
            | Self::InvalidLegalBasisReference
            | Self::ConsentExpired
            | Self::InvalidAuthorizationRequest
            | Self::InvalidParameter
            | Self::InvalidValidTo
            | Self::ConsentAlreadyAnswered
            | Self::InvalidQuery
            | Self::SourceRejectedInput => 400,
            Self::InternalServerError
            | Self::InvalidOwner
            | Self::AltinnCommunicationFailed
            | Self::ServiceContextNotConfigured
            | Self::AccreditationRepositoryFailed
            | Self::Upstream
            | Self::QuotaExceeded => 500,
            Self::SourcePermanentError => 502,
            Self::UpstreamUnavailable | Self::EvidenceNotReady | Self::SourceTransientError => 503,
            Self::Unknown(_) => return None,
        })
    }

    /// Whether trying again can help, as far as the code alone tells.
    ///
    /// [`ErrorModel::retry`](crate::ErrorModel::retry) also reads the text, which holds the time of the next try and
    /// tells a pending consent from a denied one.
    pub fn retry(self) -> Retry {
        match self {
            Self::UpstreamUnavailable | Self::AltinnCommunicationFailed | Self::SourceTransientError => {
                Retry::BackOff
            }
            Self::InternalServerError
            | Self::AccreditationRepositoryFailed
            | Self::Upstream
            | Self::SourcePermanentError => Retry::Once,
            Self::InvalidAccessToken => Retry::WithNewToken,
            Self::EvidenceNotReady => Retry::WhenReady { not_before: None },
            Self::ConsentNotGranted => Retry::AfterConsent,
            Self::QuotaExceeded => Retry::AfterQuota,
            _ => Retry::Never,
        }
    }

    /// What the code means, in one sentence for a person.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::InvalidCertificate => "A certificate cannot be used.",
            Self::InvalidRequestor => "The requestor is missing, or is no party.",
            Self::UnknownAccreditation => {
                "The accreditation does not exist, or another organization owns it."
            }
            Self::ExpiredAccreditation => "The accreditation has expired.",
            Self::InvalidSubject => "The subject or the requestor is no party, or stands in no register.",
            Self::DeletedSubject => "The subject has been deleted from its register.",
            Self::InvalidEvidenceRequest => {
                "A dataset is not offered in this way, or not in this service context."
            }
            Self::UnknownEvidenceCode => "There is no dataset of exactly that name.",
            Self::InvalidLegalBasis => "A legal basis is incomplete, or no dataset refers to it.",
            Self::InvalidLegalBasisReference => "A dataset refers to a legal basis that is not there.",
            Self::ConsentNotGranted => "There is no consent: it is pending, denied, withdrawn or expired.",
            Self::ConsentExpired => "The consent has expired.",
            Self::ConsentRevoked => "The consent was withdrawn.",
            Self::UpstreamUnavailable => "Something behind the service is down, slow or overloaded.",
            Self::InvalidAuthorizationRequest => "The authorization request is missing or wrong.",
            Self::InternalServerError => "The service failed.",
            Self::EvidenceNotReady => "The source has yet to answer.",
            Self::InvalidParameter => "A parameter is missing, unknown or of the wrong type.",
            Self::InvalidValidTo => "The wished end of the permission is too early or too late.",
            Self::AuthorizationDenied => "A requirement of the dataset or the service context is not met.",
            Self::InvalidOwner => "The organization that the token was issued to cannot be used.",
            Self::ConsentAlreadyAnswered => "The consent has been answered already.",
            Self::AltinnCommunicationFailed => "The service could not reach Altinn.",
            Self::MissingAuthentication => "No access token reached the service.",
            Self::InvalidAccessToken => "The access token is not trusted, has expired, or is not valid yet.",
            Self::ServiceContextNotConfigured => "The service context is not set up for this.",
            Self::AccreditationRepositoryFailed => "The service could not reach its accreditations.",
            Self::InvalidQuery => "The JMESPath expression is wrong.",
            Self::Upstream => "Something behind the service failed.",
            Self::QuotaExceeded => "A quota is used up.",
            Self::SourceTransientError => "The source failed for the moment.",
            Self::SourceRejectedInput => "The source does not take this subject or these parameters.",
            Self::SourcePermanentError => "The source is broken, or its answer is.",
            Self::Unknown(_) => "This version does not know the code; the description may tell.",
        }
    }

    /// What to do about it, in one sentence for a person.
    pub fn advice(self) -> &'static str {
        match self {
            Self::InvalidRequestor => "Check the requestor.",
            Self::UnknownAccreditation => "Check the accreditation id, and that the same organization asks.",
            Self::ExpiredAccreditation => "Send a new authorization request.",
            Self::InvalidSubject | Self::DeletedSubject => {
                "Check the number of the subject, and of the requestor."
            }
            Self::InvalidEvidenceRequest => {
                "Check that the dataset can be asked for in this way, and in the subscription's service context."
            }
            Self::UnknownEvidenceCode => "Dataset names are case-sensitive; the metadata lists them.",
            Self::InvalidLegalBasis | Self::InvalidLegalBasisReference => {
                "Give each legal basis an id, a type and content, and refer to it from a dataset."
            }
            Self::ConsentNotGranted | Self::ConsentExpired | Self::ConsentRevoked => {
                "The subject's consent is needed."
            }
            Self::EvidenceNotReady => "Ask again later.",
            Self::InvalidParameter | Self::SourceRejectedInput => {
                "Check the subject and the parameters against the dataset's metadata."
            }
            Self::InvalidValidTo => "Choose an earlier or later end, or leave it out.",
            Self::AuthorizationDenied => {
                "Check the token's scopes and organization against the dataset's requirements."
            }
            Self::MissingAuthentication => "Send an access token.",
            Self::InvalidAccessToken => "Get a new token from the Maskinporten that this environment trusts.",
            Self::ConsentAlreadyAnswered => "Ask for the status.",
            Self::InvalidQuery => "Check the JMESPath expression.",
            Self::QuotaExceeded => "Ask again when the quota is filled again.",
            _ if matches!(self.retry(), Retry::BackOff) => "Try again later.",
            _ if self.http_status().is_some_and(|status| status >= 500) => {
                "Tell the service's support, with the request id."
            }
            _ => "Check the request.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code that this version knows.
    fn known() -> impl Iterator<Item = ErrorCode> {
        (0..10_000).map(ErrorCode::from).filter(|code| !matches!(code, ErrorCode::Unknown(_)))
    }

    #[test]
    fn every_code_has_a_meaning() {
        let lines: Vec<String> = known()
            .map(|code| {
                let status = code.http_status().unwrap();
                format!("{code} {status} {:?}: {} {}", code.retry(), code.meaning(), code.advice())
            })
            .collect();
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(lines.join("\n")) });
    }

    #[test]
    fn a_code_of_tomorrow_promises_nothing() {
        let code = ErrorCode::from(1999);
        assert_eq!((code.http_status(), code.retry()), (None, Retry::Never));
    }
}
