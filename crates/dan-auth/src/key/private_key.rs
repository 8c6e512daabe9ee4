//! The key that signs.

use std::fmt;
use std::sync::Arc;

use pkcs8::PrivateKeyInfoRef;
use zeroize::Zeroizing;

use crate::error::AuthError;
use crate::file::contents::Contents;
use crate::file::source::KeySource;
use crate::key::elliptic_curve::{self, EllipticCurveKey};
use crate::key::jwk_set;
use crate::key::key_type::KeyType;
use crate::key::problem::{KeyProblem, damaged_key};
use crate::key::public_jwk::PublicJwk;
use crate::key::rsa::{self, RsaKey};
use crate::secret::Secret;

/// A private key that is known to sign: RSA of 2048 bits or more, or elliptic-curve P-256, P-384 or P-521.
///
/// A probe is signed while loading, so that a key that cannot sign fails here and not at the first request. What lies
/// in memory is overwritten when the last clone goes.
///
/// Maskinporten takes RSA keys only. An elliptic-curve key serves a [`ClientIdentity`](crate::ClientIdentity); a
/// [`ClientCredential`](crate::ClientCredential) refuses it.
///
/// What people paste into a variable is put right before it is read: a byte order mark, Windows line ends, a PEM in one
/// line or with `\n` in two characters, text around the blocks, base64 (and base64 of that) of any of the forms.
#[derive(Clone)]
pub struct PrivateKey {
    pair: Arc<KeyPair>,
    key_id: Option<String>,
}

struct KeyPair {
    kind: Kind,
    /// PKCS#8 in DER.
    pkcs8: Zeroizing<Vec<u8>>,
}

enum Kind {
    Rsa(RsaKey),
    EllipticCurve(EllipticCurveKey),
}

impl PrivateKey {
    /// Reads the private key of a PEM text: PKCS#1 (the label `RSA PRIVATE KEY`), PKCS#8 (`PRIVATE KEY`) or SEC1
    /// (`EC PRIVATE KEY`). Certificates and other blocks may stand beside it.
    ///
    /// # Errors
    /// [`AuthError::key_problem`] says what the text is instead, or why the key is refused. The error never quotes it.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AuthError> {
        Self::from_bytes(pem, None)
    }

    /// Reads a private key in any form: PEM, DER, JWK, a JWKS with one private key, PKCS#12 (feature `pkcs12`),
    /// encrypted PKCS#8 (feature `encrypted-keys`), or base64 of one of these.
    ///
    /// Deriving a key from a password takes up to some hundred milliseconds, on purpose of those who made the file.
    /// Inside an async runtime, call this from a thread that may block.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem); [`KeyProblem::Ambiguous`] when there are several private keys.
    pub fn from_bytes(bytes: &[u8], password: Option<&Secret>) -> Result<Self, AuthError> {
        Contents::read(bytes, password)?.into_private_key()
    }

    /// Reads a private key from a path or a variable, as [`from_bytes`](Self::from_bytes) does.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes), with the path or the name of the variable;
    /// [`KeyProblem::Unreadable`] when there is nothing to read.
    pub fn load(source: &KeySource) -> Result<Self, AuthError> {
        source.contents()?.into_private_key().map_err(|error| source.blame(&error))
    }

    /// Reads a private key from a JWK (RFC 7517), as JSON or as base64 of it, or from a JWKS with one private key. A
    /// `kid` inside is kept.
    ///
    /// # Errors
    /// [`AuthError::key_problem`] says what is missing or wrong. The error never quotes the text.
    pub fn from_jwk(jwk: &str) -> Result<Self, AuthError> {
        jwk_set::only_key(jwk)
    }

    /// Reads the private key with this `kid` from a JWKS (RFC 7517 section 5), as JSON or as base64 of it.
    ///
    /// # Errors
    /// [`KeyProblem::NotFound`] lists the key ids that are there.
    pub fn from_jwk_set(jwks: &str, key_id: &str) -> Result<Self, AuthError> {
        jwk_set::key_with_id(jwks, key_id)
    }

    /// The `kid` that stood in the JWK.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The kind of key.
    pub fn key_type(&self) -> KeyType {
        match &self.pair.kind {
            Kind::Rsa(key) => KeyType::Rsa { bits: key.bits() },
            Kind::EllipticCurve(key) => key.curve().key_type(),
        }
    }

    /// The public half, to be registered on a client under `key_id`; an RSA key for RS256.
    /// [`ClientCredential::public_jwk`](crate::ClientCredential::public_jwk) names another algorithm if that is used.
    pub fn public_jwk(&self, key_id: impl Into<String>) -> PublicJwk {
        let (kty, alg, parameters) = match &self.pair.kind {
            Kind::Rsa(key) => ("RSA", "RS256", key.public_parameters()),
            Kind::EllipticCurve(key) => ("EC", key.curve().jws_algorithm(), key.public_parameters()),
        };
        PublicJwk { kty, key_use: "sig", alg, kid: key_id.into(), parameters }
    }

    /// `None` when it is a key of another kind.
    pub(crate) fn rsa(&self) -> Option<&RsaKey> {
        match &self.pair.kind {
            Kind::Rsa(key) => Some(key),
            Kind::EllipticCurve(_) => None,
        }
    }

    /// The public half as it stands in the bit string of a certificate (RFC 5280 section 4.1.2.7).
    pub(crate) fn public_key(&self) -> &[u8] {
        match &self.pair.kind {
            Kind::Rsa(key) => key.public_key(),
            Kind::EllipticCurve(key) => key.public_key(),
        }
    }

    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.pair.pkcs8
    }

    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, AuthError> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| damaged_key())?;
        match info.algorithm.oid {
            rsa::ALGORITHM => Self::from_pkcs1(info.private_key.as_bytes()),
            elliptic_curve::ALGORITHM => Self::from_sec1(der),
            rsa::PSS_ALGORITHM => Err(KeyProblem::UnsupportedAlgorithm.of_key(
                "it is an RSA-PSS key, which may not sign as Maskinporten wants it; make a plain RSA key with \
                 'openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out NEW'",
            )),
            other => Err(KeyProblem::UnsupportedAlgorithm.of_key(format!(
                "its algorithm ({other}) is neither RSA nor an elliptic curve of those read here; have an RSA key"
            ))),
        }
    }

    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, AuthError> {
        let key = RsaKey::from_pkcs1(der)?;
        let pkcs8 = rsa::to_pkcs8(der)?;
        Ok(Self::new(Kind::Rsa(key), pkcs8))
    }

    pub(crate) fn from_sec1(der: &[u8]) -> Result<Self, AuthError> {
        EllipticCurveKey::from_der(der).map(Self::of_curve)
    }

    pub(crate) fn of_curve((key, pkcs8): (EllipticCurveKey, Zeroizing<Vec<u8>>)) -> Self {
        Self::new(Kind::EllipticCurve(key), pkcs8)
    }

    pub(crate) fn with_key_id(mut self, key_id: Option<String>) -> Self {
        self.key_id = key_id.filter(|key_id| !key_id.is_empty());
        self
    }

    fn new(kind: Kind, pkcs8: Zeroizing<Vec<u8>>) -> Self {
        Self { pair: Arc::new(KeyPair { kind, pkcs8 }), key_id: None }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PrivateKey")
            .field("key_type", &format_args!("{}", self.key_type()))
            .field("key_id", &self.key_id)
            .field("key", &format_args!("[redacted]"))
            .finish_non_exhaustive()
    }
}
