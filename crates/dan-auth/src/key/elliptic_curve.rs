//! Elliptic-curve keys. TLS takes them, Maskinporten does not.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair as _, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use pkcs8::ObjectIdentifier;
use zeroize::Zeroizing;

use crate::error::AuthError;
use crate::key::key_type::KeyType;
use crate::key::problem::{KeyProblem, damaged_key};
use crate::key::public_jwk::PublicJwkParameters;

/// `id-ecPublicKey` (RFC 5480 section 2.1.1).
pub(crate) const ALGORITHM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// One of the curves that the crypto library signs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(crate) const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// By its name in a JWK (RFC 7518 section 6.2.1.1).
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.name() == name)
    }

    /// By its object identifier (RFC 5480 section 2.1.1.1).
    pub(crate) fn identified(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == oid)
    }

    pub(crate) fn key_type(self) -> KeyType {
        match self {
            Self::P256 => KeyType::P256,
            Self::P384 => KeyType::P384,
            Self::P521 => KeyType::P521,
        }
    }

    /// The algorithm of a JWS on this curve (RFC 7518 section 3.4).
    pub(crate) fn jws_algorithm(self) -> &'static str {
        match self {
            Self::P256 => "ES256",
            Self::P384 => "ES384",
            Self::P521 => "ES512",
        }
    }

    /// The length of a coordinate in bytes.
    pub(crate) fn coordinate_length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::P256 => ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
            Self::P384 => ObjectIdentifier::new_unwrap("1.3.132.0.34"),
            Self::P521 => ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }

    fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1,
            Self::P384 => &ECDSA_P384_SHA384_ASN1,
            Self::P521 => &ECDSA_P521_SHA512_ASN1,
        }
    }
}

pub(crate) struct EllipticCurveKey {
    curve: Curve,
    public_key: Vec<u8>,
}

impl EllipticCurveKey {
    /// Reads PKCS#8 or SEC1 (RFC 5915), and signs a probe with it. Gives the PKCS#8 form beside it.
    pub(crate) fn from_der(der: &[u8]) -> Result<(Self, Zeroizing<Vec<u8>>), AuthError> {
        let found = Curve::ALL
            .into_iter()
            .find_map(|curve| Some((curve, EcdsaKeyPair::from_private_key_der(curve.signing(), der).ok()?)));
        match found {
            Some((curve, pair)) => Self::proven(curve, &pair),
            None if Curve::ALL.into_iter().any(|curve| mentions(der, curve.oid())) => Err(damaged_key()),
            None => Err(KeyProblem::UnsupportedAlgorithm.of_key(
                "its elliptic curve is none of P-256, P-384 and P-521; have a key of one of these, or an RSA key",
            )),
        }
    }

    /// Takes the numbers of a JWK, each of the curve's full length.
    pub(crate) fn from_numbers(
        curve: Curve,
        private: &[u8],
        x: &[u8],
        y: &[u8],
    ) -> Result<(Self, Zeroizing<Vec<u8>>), AuthError> {
        // The uncompressed point (SEC 1 section 2.3.3).
        let point = [&[4], x, y].concat();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), private, &point)
            .map_err(|_| damaged_key())?;
        Self::proven(curve, &pair)
    }

    /// The point, as it stands in a certificate.
    pub(crate) fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    pub(crate) fn curve(&self) -> Curve {
        self.curve
    }

    pub(crate) fn public_parameters(&self) -> PublicJwkParameters {
        let coordinates = self.public_key.get(1..).unwrap_or_default();
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        PublicJwkParameters::EllipticCurve {
            crv: self.curve.name(),
            x: BASE64_URL_SAFE_NO_PAD.encode(x),
            y: BASE64_URL_SAFE_NO_PAD.encode(y),
        }
    }

    fn proven(curve: Curve, pair: &EcdsaKeyPair) -> Result<(Self, Zeroizing<Vec<u8>>), AuthError> {
        let signature = pair.sign(&SystemRandom::new(), b"probe").map_err(|_| damaged_key())?;
        UnparsedPublicKey::new(curve.verification(), pair.public_key())
            .verify(b"probe", signature.as_ref())
            .map_err(|_| damaged_key())?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| damaged_key())?;
        let key = Self { curve, public_key: pair.public_key().as_ref().to_vec() };
        Ok((key, Zeroizing::new(pkcs8.as_ref().to_vec())))
    }
}

fn mentions(der: &[u8], oid: ObjectIdentifier) -> bool {
    der.windows(oid.as_bytes().len()).any(|window| window == oid.as_bytes())
}
