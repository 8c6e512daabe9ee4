//! Why an answer is not proved to be the service's.

use std::fmt;

/// Why an answer is not proved to be what the service sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureError {
    /// The answer carries no signature, as those of binary datasets, of attachments without envelope and of empty answers.
    /// Nothing speaks against it, and nothing proves it.
    Unsigned,
    /// What stands in the place of the signature is no compact JWS by RS256 with a digest in it.
    Malformed,
    /// The signature was not made with the key that was given: the key is an old or a wrong one, or somebody else signed.
    OtherKey,
    /// The signature is genuine, and the bytes are not those that were signed.
    Tampered,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unsigned => {
                "the answer is not signed; the service signs JSON only. Ask for it with its envelope, or accept unsigned \
                 answers."
            }
            Self::Malformed => "the signature of the answer is none: a compact JWS by RS256 with a digest is expected",
            Self::OtherKey => {
                "the answer is signed with another key than the one that was given. Get the service's present \
                 certificate."
            }
            Self::Tampered => "the answer is not what was signed: it was changed since",
        })
    }
}

impl std::error::Error for SignatureError {}
