//! The numbers that the service gives its errors, each with its HTTP status and its default text.

use http::StatusCode;

/// Declares the error codes from one table, so that number, status and text cannot drift apart.
macro_rules! error_codes {
    ($($name:ident = $number:literal, $status:ident, $text:literal;)*) => {
        /// An error of the service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ErrorCode {
            $($name = $number,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the numbers.
            pub(crate) const ALL: [Self; [$($number),*].len()] = [$(Self::$name),*];

            /// The HTTP status that the code comes with.
            pub(crate) fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)*
                }
            }

            /// The default text, typing mistakes included.
            pub(crate) fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

error_codes! {
    ClientCertificate = 1000, UNAUTHORIZED, "There was an error with the provided client certificate";
    Requestor = 1001, BAD_REQUEST, "There was an error with the supplied requestor organization";
    UnknownAccreditation = 1002, NOT_FOUND, "The referenced accreditation does not exist";
    ExpiredAccreditation = 1003, BAD_REQUEST, "The accreditation requested has expired and is no longer valid";
    Subject = 1004, BAD_REQUEST, "There was an error with the supplied subject organization";
    DeletedSubject = 1005, NOT_FOUND,
        "The subject requested is flagged as deleted in the Central Coordinating Register for Legal Entities";
    EvidenceRequest = 1006, BAD_REQUEST, "There was an error with one or more of the evidence codes requested";
    UnknownEvidenceCode = 1007, BAD_REQUEST, "One or more of the evidence codes requested does not exist";
    LegalBasis = 1008, BAD_REQUEST,
        "There was an error in validating and/or processing one or more of the supplied legal basises";
    LegalBasisReference = 1009, BAD_REQUEST,
        "There was an error in a legal basis reference for one or more of the evidence requests";
    Consent = 1010, FORBIDDEN, "There was an error regarding consent with one or more of the evidence codes requested";
    ExpiredConsent = 1011, BAD_REQUEST,
        "The consent for the accreditation has expired. Any evidence codes requiring consent for this accreditation is \
         no longer available";
    RevokedConsent = 1012, NOT_FOUND,
        "The consent that was previously granted has been revoked by a representative for the subject entity";
    Upstream = 1013, SERVICE_UNAVAILABLE,
        "There was an error during an attempt to access a upstream source. The remote server might be down or \
         overloaded";
    AuthorizationRequest = 1014, BAD_REQUEST, "The authorization request contained one or more errors";
    Internal = 1015, INTERNAL_SERVER_ERROR, "There was an internal server error processing your request.";
    StillWaiting = 1016, SERVICE_UNAVAILABLE, "The data for the requested evidence is not yet available";
    Parameter = 1017, BAD_REQUEST,
        "There was an error with one or more of the parameters given for one of the evidence codes requested";
    ValidTo = 1018, BAD_REQUEST, "There was an error with the supplied valid to date";
    NotAuthorized = 1019, FORBIDDEN, "The request has been denied authorization";
    Owner = 1020, INTERNAL_SERVER_ERROR, "There was an error with the supplied owner";
    AnsweredConsent = 1021, BAD_REQUEST, "The consent has already been given or rejected";
    Altinn = 1022, INTERNAL_SERVER_ERROR, "There was a failure in communication with Altinn.";
    MissingAuthentication = 1023, UNAUTHORIZED, "There was an error with the provided authentication credentials";
    InvalidAccessToken = 1024, UNAUTHORIZED, "There was an error with the provided access token";
    ServiceContext = 1025, INTERNAL_SERVER_ERROR, "ServiceContext is not configured properly.";
    Repository = 1026, INTERNAL_SERVER_ERROR, "There was an error accessing the accreditation repository";
    JmesPath = 1027, BAD_REQUEST, "Failure applying JMESPath transform";
    UpstreamDetail = 1028, INTERNAL_SERVER_ERROR, "Upstream";
    QuotaExceeded = 1029, INTERNAL_SERVER_ERROR, "Quota Exceeded";
    TransientSource = 3001, SERVICE_UNAVAILABLE,
        "There was a temporary error with one of the evidence codes requested";
    PermanentClientSource = 3002, BAD_REQUEST,
        "There was a permanent error with the input to one the evidence codes requested. The evidence source cannot \
         process this request with the provided parameters";
    PermanentServerSource = 3003, BAD_GATEWAY,
        "A permanent error occured serverside while requesting one of the evidence codes. This may be due to a \
         misconfigured evidence source";
}

impl ErrorCode {
    /// The number on the wire.
    pub(crate) fn number(self) -> u16 {
        self as u16
    }
}
