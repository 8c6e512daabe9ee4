//! The key that signs.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use pkcs1::RsaPrivateKeyRef;
use pkcs8::PrivateKeyInfoRef;
use serde::Serialize;

use crate::error::{AuthError, AuthErrorKind};
use crate::jwk::PrivateJwk;
use crate::pem::{self, PemKey};

/// The smallest RSA modulus that Maskinporten's certificates and keys have.
const SMALLEST_MODULUS_BITS: usize = 2048;

/// An RSA private key that is known to sign.
///
/// A probe is signed while loading, so that a key that cannot sign fails here and not at the first request.
#[derive(Clone)]
pub struct PrivateKey {
    encoding_key: EncodingKey,
    modulus: Vec<u8>,
    public_exponent: Vec<u8>,
    key_id: Option<String>,
}

impl PrivateKey {
    /// Reads the first private key of a PEM text: PKCS#1 (the label `RSA PRIVATE KEY`) or PKCS#8 (the label
    /// `PRIVATE KEY`).
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`] says what the text is instead, or why the key is refused. It never quotes the text.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AuthError> {
        match pem::private_key(pem)? {
            PemKey::Pkcs1(der) => Self::from_pkcs1(&der, None),
            PemKey::Pkcs8(der) => Self::from_pkcs8(&der),
        }
    }

    /// Reads a private RSA key from a JWK (RFC 7517), as JSON or as base64 of it. A `kid` inside is kept.
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`] names what is missing or wrong. It never quotes the text.
    pub fn from_jwk(jwk: &str) -> Result<Self, AuthError> {
        let jwk = PrivateJwk::read(jwk)?;
        Self::from_pkcs1(&jwk.to_pkcs1_der()?, jwk.key_id())
    }

    /// The `kid` that stood in the JWK.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The public half, to be registered on a client under `key_id`.
    pub fn public_jwk(&self, key_id: impl Into<String>) -> PublicJwk {
        PublicJwk {
            kty: "RSA",
            key_use: "sig",
            alg: "RS256",
            kid: key_id.into(),
            n: BASE64_URL_SAFE_NO_PAD.encode(&self.modulus),
            e: BASE64_URL_SAFE_NO_PAD.encode(&self.public_exponent),
        }
    }

    pub(crate) fn encoding_key(&self) -> &EncodingKey {
        &self.encoding_key
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, AuthError> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| damaged())?;
        if info.algorithm.oid != pkcs1::ALGORITHM_OID {
            return Err(refused("it is no RSA key, and Maskinporten takes RSA keys only"));
        }
        Self::from_pkcs1(info.private_key.as_bytes(), None)
    }

    fn from_pkcs1(der: &[u8], key_id: Option<&str>) -> Result<Self, AuthError> {
        let key = RsaPrivateKeyRef::try_from(der).map_err(|_| damaged())?;
        let modulus = key.modulus.as_bytes().to_vec();
        if modulus.len() * 8 < SMALLEST_MODULUS_BITS {
            return Err(refused("it is shorter than 2048 bits; make a new one of 2048 bits or more"));
        }
        let public_exponent = key.public_exponent.as_bytes().to_vec();
        let encoding_key = EncodingKey::from_rsa_der(der);
        jsonwebtoken::crypto::sign(b"probe", &encoding_key, Algorithm::RS256).map_err(|_| damaged())?;
        Ok(Self { encoding_key, modulus, public_exponent, key_id: key_id.map(str::to_owned) })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PrivateKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// The public half of a signing key as a JWK (RFC 7517), with the members that Maskinporten asks for.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PublicJwk {
    /// The key type: `RSA`.
    pub kty: &'static str,
    /// What the key is for: `sig`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// The algorithm that it signs with: `RS256`.
    pub alg: &'static str,
    /// The key id.
    pub kid: String,
    /// The modulus, base64url of the big-endian number.
    pub n: String,
    /// The public exponent, base64url of the big-endian number.
    pub e: String,
}

fn damaged() -> AuthError {
    refused("its content is damaged; take a fresh copy of the file")
}

fn refused(reason: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Key, format!("the private key cannot be used: {reason}"))
}
