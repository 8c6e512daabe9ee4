//! What is asked of signatures.

use dan_transport::{Answer, Error};

use crate::proof::{Signature, SignatureError, SignatureKey};

/// What an answer must be, to be given to the caller.
#[derive(Debug, Clone, Default)]
pub(crate) enum SignatureRule {
    /// Whatever it is.
    #[default]
    Unchecked,
    /// Signed with the key.
    Required(SignatureKey),
    /// Signed with the key, or not at all.
    IfSigned(SignatureKey),
}

impl SignatureRule {
    /// The same for a call that takes unsigned answers as well.
    pub(crate) fn accepting_unsigned(self) -> Self {
        match self {
            Self::Required(key) => Self::IfSigned(key),
            other => other,
        }
    }

    /// An answer that fails the rule is an error about it.
    pub(crate) fn check(&self, answer: &Answer) -> Result<(), Error> {
        let (key, unsigned_is_right) = match self {
            Self::Unchecked => return Ok(()),
            Self::Required(key) => (key, false),
            Self::IfSigned(key) => (key, true),
        };
        match verify(answer.body(), answer.signature(), key) {
            Err(SignatureError::Unsigned) if unsigned_is_right => Ok(()),
            Err(problem) => Err(answer.unexpected(problem.to_string()).with_cause(problem)),
            Ok(()) => Ok(()),
        }
    }
}

/// Proves that the body was signed with the key.
pub(crate) fn verify(body: &[u8], signature: Option<&str>, key: &SignatureKey) -> Result<(), SignatureError> {
    Signature::parse(signature.ok_or(SignatureError::Unsigned)?)?.verify(body, key)
}
