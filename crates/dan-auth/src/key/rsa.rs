//! RSA keys.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use pkcs1::RsaPrivateKeyRef;
use pkcs8::der::Encode as _;
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use crate::error::AuthError;
use crate::key::problem::{KeyProblem, damaged_key};
use crate::key::public_jwk::PublicJwkParameters;

pub(crate) const ALGORITHM: ObjectIdentifier = pkcs1::ALGORITHM_OID;
/// id-RSASSA-PSS (RFC 4055 section 3.1): the same numbers, for signatures that are padded in another way alone.
pub(crate) const PSS_ALGORITHM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

/// The smallest modulus that Maskinporten's certificates and keys have.
pub(crate) const SMALLEST_BITS: usize = 2048;
/// The largest that the crypto library signs with.
const LARGEST_BITS: usize = 8192;

pub(crate) struct RsaKey {
    pair: RsaKeyPair,
    modulus: Vec<u8>,
    public_exponent: Vec<u8>,
}

impl RsaKey {
    /// Reads PKCS#1 (RFC 8017 appendix A.1.2), and signs a probe with it.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, AuthError> {
        let key = RsaPrivateKeyRef::try_from(der).map_err(|_| damaged_key())?;
        let modulus = key.modulus.as_bytes().to_vec();
        let bits = modulus.len() * 8;
        if bits < SMALLEST_BITS {
            return Err(KeyProblem::TooShort.of_key(
                "it is shorter than 2048 bits; make a new one, as with 'openssl genrsa -out NEW 3072'",
            ));
        }
        if bits > LARGEST_BITS {
            return Err(KeyProblem::UnsupportedAlgorithm.of_key(
                "it is longer than 8192 bits; make a new one, as with 'openssl genrsa -out NEW 3072'",
            ));
        }
        let public_exponent = key.public_exponent.as_bytes().to_vec();
        let pair = RsaKeyPair::from_der(der).map_err(|_| damaged_key())?;
        let key = Self { pair, modulus, public_exponent };
        key.probe()?;
        Ok(key)
    }

    /// Signs by RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
    pub(crate) fn sign(
        &self,
        algorithm: &'static dyn RsaEncoding,
        message: &[u8],
    ) -> Result<Vec<u8>, AuthError> {
        let mut signature = vec![0; self.signature_length()];
        self.pair
            .sign(algorithm, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| damaged_key())?;
        Ok(signature)
    }

    pub(crate) fn signature_length(&self) -> usize {
        self.pair.public_modulus_len()
    }

    /// The public half in PKCS#1, as it stands in a certificate.
    pub(crate) fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(crate) fn bits(&self) -> usize {
        self.modulus.len() * 8
    }

    pub(crate) fn public_parameters(&self) -> PublicJwkParameters {
        PublicJwkParameters::Rsa {
            n: BASE64_URL_SAFE_NO_PAD.encode(&self.modulus),
            e: BASE64_URL_SAFE_NO_PAD.encode(&self.public_exponent),
        }
    }

    /// A key that is damaged without breaking its form signs what nobody can verify.
    fn probe(&self) -> Result<(), AuthError> {
        let signature = self.sign(&RSA_PKCS1_SHA256, b"probe")?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.public_key())
            .verify(b"probe", &signature)
            .map_err(|_| damaged_key())
    }
}

/// Wraps PKCS#1 into PKCS#8 (RFC 5208), the form that TLS wants.
pub(crate) fn to_pkcs8(pkcs1: &[u8]) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let algorithm = AlgorithmIdentifierRef { oid: ALGORITHM, parameters: Some(AnyRef::NULL) };
    let private_key = OctetStringRef::new(pkcs1).map_err(|_| damaged_key())?;
    let der = PrivateKeyInfoRef::new(algorithm, private_key).to_der().map_err(|_| damaged_key())?;
    Ok(Zeroizing::new(der))
}
