//! One thing that the metadata says about a request.

use std::fmt;

use dan_model::{
    AccreditationPartyRelation, AccreditationPartyTypeCode, ParameterType, PartyError, ReferenceType,
};
use dan_transport::ErrorKind;

/// One thing that the metadata says about a request. It holds no value of the request but names.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// There is no dataset of the name (1007). Names are case-sensitive.
    UnknownDataset {
        /// The name that was asked for.
        dataset: String,
        /// The name that was probably meant.
        near: Option<String>,
    },
    /// The dataset is not for the service context (1006).
    NotInServiceContext {
        /// The service context in which it is asked.
        service_context: String,
        /// Those that have it.
        belongs_to: Vec<String>,
    },
    /// The dataset has no parameter of the name (1017). Names are case-sensitive.
    UnknownParameter {
        /// The name that was given.
        parameter: String,
        /// The name that was probably meant.
        near: Option<String>,
    },
    /// A parameter is required and not given (1017).
    MissingParameter {
        /// Its name.
        parameter: String,
        /// Its type, where the metadata tells one.
        parameter_type: Option<ParameterType>,
    },
    /// A parameter is given more than once, which the service reads as one value with commas.
    RepeatedParameter {
        /// Its name.
        parameter: String,
    },
    /// The value of a parameter is not of its type (1017).
    WrongParameterType {
        /// Its name.
        parameter: String,
        /// The type that it has.
        expected: ParameterType,
    },
    /// The value of a date is in a form that only the service can judge. ISO 8601 is read by all.
    UnusualDate {
        /// The name of the parameter.
        parameter: String,
    },
    /// The subject has to consent: it takes an authorization request.
    NeedsConsent,
    /// The source takes its time: it takes an authorization request.
    Asynchronous,
    /// A legal basis has to be given: it takes an authorization request.
    NeedsLegalBasis,
    /// A reference has to be given: it takes an authorization request.
    NeedsReference {
        /// Which one.
        reference: ReferenceType,
    },
    /// The access token lacks scopes (1019).
    MissingScopes {
        /// Those that it lacks.
        scopes: Vec<String>,
    },
    /// A token for the source has to come along (1019): forwarded, the caller's own, or one on behalf of the owner.
    NeedsOwnToken,
    /// The subject is nothing that the service can read (1004).
    UnreadableSubject {
        /// What is wrong with it.
        problem: PartyError,
    },
    /// Subject, requestor and owner are not to each other what they must be (1019).
    PartiesNotRelated {
        /// What they must be.
        relation: AccreditationPartyRelation,
    },
    /// A party is not one of those that may ask, or be asked about (1019).
    PartyNotAllowed {
        /// Which one.
        party: AccreditationPartyTypeCode,
    },
    /// A requirement that only the service can judge, by its kind.
    LeftToTheService {
        /// Its `type` in the metadata.
        requirement: String,
    },
    /// The dataset goes away.
    Deprecated {
        /// What the service says about it.
        warning: String,
    },
}

impl Finding {
    /// Whether the service would refuse the request for it. What is not, is worth knowing.
    pub fn is_refusal(&self) -> bool {
        !matches!(
            self,
            Self::RepeatedParameter { .. }
                | Self::UnusualDate { .. }
                | Self::LeftToTheService { .. }
                | Self::Deprecated { .. }
        )
    }

    /// The kind of error that the refusal would be.
    pub(super) fn error_kind(&self) -> ErrorKind {
        match self {
            Self::UnknownDataset { .. } => ErrorKind::NotFound,
            Self::NeedsConsent
            | Self::NeedsLegalBasis
            | Self::MissingScopes { .. }
            | Self::NeedsOwnToken
            | Self::PartiesNotRelated { .. }
            | Self::PartyNotAllowed { .. } => ErrorKind::Forbidden,
            _ => ErrorKind::InvalidRequest,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownDataset { dataset, near } => {
                write!(formatter, "there is no dataset '{dataset}'{}", meant(near.as_ref()))
            }
            Self::NotInServiceContext { service_context, belongs_to } => {
                let belongs_to = belongs_to.join(", ");
                write!(formatter, "the dataset is not for '{service_context}', but for {belongs_to}")
            }
            Self::UnknownParameter { parameter, near } => {
                write!(formatter, "the dataset has no parameter '{parameter}'{}", meant(near.as_ref()))
            }
            Self::MissingParameter { parameter, parameter_type: Some(parameter_type) } => {
                write!(formatter, "the parameter '{parameter}' ({}) is missing", parameter_type.as_str())
            }
            Self::MissingParameter { parameter, parameter_type: None } => {
                write!(formatter, "the parameter '{parameter}' is missing")
            }
            Self::RepeatedParameter { parameter } => {
                write!(formatter, "the parameter '{parameter}' is given more than once")
            }
            Self::WrongParameterType { parameter, expected } => {
                write!(formatter, "the value of the parameter '{parameter}' is no {}", expected.as_str())
            }
            Self::UnusualDate { parameter } => {
                write!(formatter, "the date in the parameter '{parameter}' is not written as in ISO 8601")
            }
            Self::NeedsConsent => {
                formatter.write_str("the subject has to consent; send an authorization request")
            }
            Self::Asynchronous => {
                formatter.write_str("the source takes its time; send an authorization request")
            }
            Self::NeedsLegalBasis => {
                formatter.write_str("a legal basis is needed; give it in an authorization request")
            }
            Self::NeedsReference { reference: ReferenceType::ConsentReference } => {
                formatter.write_str("a consent reference is needed; give it in an authorization request")
            }
            Self::NeedsReference { .. } => {
                formatter.write_str("an external reference is needed; give it in an authorization request")
            }
            Self::MissingScopes { scopes } => {
                write!(formatter, "the access token lacks the scope {}", scopes.join(", "))
            }
            Self::NeedsOwnToken => formatter.write_str(
                "a token for the source is needed: forward one, or ask for reuseToken or tokenOnBehalfOfOwner",
            ),
            Self::UnreadableSubject { problem } => write!(formatter, "the subject cannot be read: {problem}"),
            Self::PartiesNotRelated { relation } => {
                write!(formatter, "the parties are not as the dataset demands: {}", relation.as_str())
            }
            Self::PartyNotAllowed { party } => {
                write!(formatter, "the {} is none that the dataset takes", party_name(*party))
            }
            Self::LeftToTheService { requirement } => {
                write!(formatter, "the service will judge a requirement of the kind {requirement}")
            }
            Self::Deprecated { warning } => write!(formatter, "the dataset goes away: {warning}"),
        }
    }
}

fn meant(near: Option<&String>) -> String {
    near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default()
}

fn party_name(party: AccreditationPartyTypeCode) -> &'static str {
    match party {
        AccreditationPartyTypeCode::Subject => "subject",
        AccreditationPartyTypeCode::Requestor => "requestor",
        AccreditationPartyTypeCode::Owner => "owner of the token",
        _ => "party",
    }
}
