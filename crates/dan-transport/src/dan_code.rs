//! What the service's error codes mean for a caller.

use crate::error::ErrorKind;

/// An error code of the service. New ones may come at any time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DanCode(pub(crate) i64);

impl DanCode {
    pub(crate) fn kind(self) -> ErrorKind {
        match self.0 {
            1000 | 1023 | 1024 => ErrorKind::Unauthenticated,
            1010..=1012 | 1019 => ErrorKind::Forbidden,
            1002 | 1005 | 1007 => ErrorKind::NotFound,
            1016 => ErrorKind::NotAvailableYet,
            1013 | 1015 | 1020 | 1022 | 1025 | 1026 | 1028 | 1029 | 3001 | 3003 => ErrorKind::Unavailable,
            _ => ErrorKind::InvalidRequest,
        }
    }

    /// Whether it passes by itself. The service's own faults (1015, 1025, 3003) do not as a rule.
    pub(crate) fn is_transient(self) -> bool {
        matches!(self.0, 1013 | 1016 | 1022 | 1026 | 3001)
    }

    /// What to do next.
    pub(crate) fn advice(self) -> &'static str {
        match self.0 {
            1001 => "Check the requestor.",
            1002 => "Check the accreditation id, and that the same organisation asks.",
            1004 => "Check the number of the subject, and of the requestor.",
            1006 => {
                "Check that the dataset can be asked for in this way, and in the subscription's service context."
            }
            1007 => "Dataset names are case-sensitive; the metadata lists them.",
            1010..=1012 => "The subject's consent is needed.",
            1013 | 1022 | 1026 | 3001 => "Try again later.",
            1016 => "Ask again later.",
            1017 => "Check the parameters against the dataset's metadata.",
            1019 => "Check the token's scopes and organisation against the dataset's requirements.",
            1023 => "Send an access token.",
            1024 => "Get a new token from the Maskinporten that this environment trusts.",
            1027 => "Check the JMESPath expression.",
            1015 | 1020 | 1025 | 1028 | 1029 | 3003 => "Tell the service's support, with the request id.",
            _ => "Check the request.",
        }
    }
}
