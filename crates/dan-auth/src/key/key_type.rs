//! The kinds of keys.

use std::fmt;

/// What kind of key it is, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// RSA, the kind that Maskinporten takes.
    Rsa {
        /// The length of the modulus in bits.
        bits: usize,
    },
    /// Elliptic curve P-256 (also called secp256r1 or prime256v1).
    P256,
    /// Elliptic curve P-384 (secp384r1).
    P384,
    /// Elliptic curve P-521 (secp521r1).
    P521,
    /// Another kind, by the object identifier of its algorithm. Certificates may have one; private keys may not.
    Other(String),
}

impl KeyType {
    /// Whether it is an RSA key.
    pub fn is_rsa(&self) -> bool {
        matches!(self, Self::Rsa { .. })
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(formatter, "RSA {bits}"),
            Self::P256 => formatter.write_str("EC P-256"),
            Self::P384 => formatter.write_str("EC P-384"),
            Self::P521 => formatter.write_str("EC P-521"),
            Self::Other(algorithm) => write!(formatter, "algorithm {algorithm}"),
        }
    }
}
