//! The public half of a key, to be registered.

use serde::Serialize;

/// The public half of a signing key as a JWK (RFC 7517), with the members that Maskinporten asks for.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PublicJwk {
    /// The key type: `RSA` or `EC`.
    pub kty: &'static str,
    /// What the key is for: `sig`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// The algorithm that it signs with, such as `RS256`.
    pub alg: &'static str,
    /// The key id.
    pub kid: String,
    /// The numbers of the key.
    #[serde(flatten)]
    pub parameters: PublicJwkParameters,
}

/// The numbers of a public key, each base64url of a big-endian number (RFC 7518 section 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum PublicJwkParameters {
    /// An RSA key.
    Rsa {
        /// The modulus.
        n: String,
        /// The public exponent.
        e: String,
    },
    /// An elliptic-curve key.
    EllipticCurve {
        /// The curve, such as `P-256`.
        crv: &'static str,
        /// The first coordinate.
        x: String,
        /// The second coordinate.
        y: String,
    },
}
