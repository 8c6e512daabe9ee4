//! The algorithms that assertions are signed with.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding};
use jsonwebtoken::Algorithm;

use crate::error::{AuthError, AuthErrorKind};

/// How assertions are signed (RFC 7518 section 3.3): these three are all that Maskinporten takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[default]
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
}

impl SigningAlgorithm {
    /// The name, such as `RS256`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    /// As the crypto library knows it.
    pub(super) fn encoding(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Rs256 => &RSA_PKCS1_SHA256,
            Self::Rs384 => &RSA_PKCS1_SHA384,
            Self::Rs512 => &RSA_PKCS1_SHA512,
        }
    }
}

impl From<SigningAlgorithm> for Algorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Rs256 => Self::RS256,
            SigningAlgorithm::Rs384 => Self::RS384,
            SigningAlgorithm::Rs512 => Self::RS512,
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = AuthError;

    fn from_str(name: &str) -> Result<Self, AuthError> {
        [Self::Rs256, Self::Rs384, Self::Rs512]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or_else(|| {
                AuthError::new(
                    AuthErrorKind::Configuration,
                    format!(
                        "Maskinporten does not take the algorithm '{}': choose RS256, RS384 or RS512",
                        name.escape_debug()
                    ),
                )
            })
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_three_is_taken() {
        for name in ["RS256", "RS384", "RS512"] {
            assert_eq!(name.parse::<SigningAlgorithm>().unwrap().to_string(), name);
        }
        for name in ["PS256", "ES256", "EdDSA", "HS256", "none", "rs256", ""] {
            assert!(name.parse::<SigningAlgorithm>().is_err(), "{name}");
        }
    }
}
