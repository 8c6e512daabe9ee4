//! A private key as people get it from Maskinporten's self-service and from NAIS: a JWK.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pkcs1::RsaPrivateKeyRef;
use pkcs1::der::Encode as _;
use pkcs1::der::asn1::UintRef;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use crate::error::{AuthError, AuthErrorKind};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The members of a private RSA key (RFC 7518 section 6.3), each base64url of a big-endian number.
#[derive(Deserialize)]
pub(crate) struct PrivateJwk {
    kty: String,
    kid: Option<String>,
    n: Option<Zeroizing<String>>,
    e: Option<Zeroizing<String>>,
    d: Option<Zeroizing<String>>,
    p: Option<Zeroizing<String>>,
    q: Option<Zeroizing<String>>,
    dp: Option<Zeroizing<String>>,
    dq: Option<Zeroizing<String>>,
    qi: Option<Zeroizing<String>>,
}

impl PrivateJwk {
    /// Reads JSON, or base64 (either alphabet, padded or not) of JSON.
    pub(crate) fn read(text: &str) -> Result<Self, AuthError> {
        let text = text.trim();
        if text.starts_with('{') {
            return Self::read_json(text.as_bytes());
        }
        let mut packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let json = STANDARD.decode(&packed).or_else(|_| URL_SAFE.decode(&packed)).map(Zeroizing::new);
        packed.zeroize();
        Self::read_json(&json.map_err(|_| refused("it is neither JSON nor base64 of JSON"))?)
    }

    fn read_json(json: &[u8]) -> Result<Self, AuthError> {
        let jwk: Self = serde_json::from_slice(json)
            .map_err(|_| refused("it is no JSON object with the members of a JWK"))?;
        if jwk.kty != "RSA" {
            return Err(refused("its 'kty' is not RSA, and Maskinporten takes RSA keys only"));
        }
        Ok(jwk)
    }

    pub(crate) fn key_id(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub(crate) fn to_pkcs1_der(&self) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        if self.d.is_none() {
            return Err(refused("it is a public key; the private one has the member 'd'"));
        }
        let modulus = number("n", self.n.as_ref())?;
        let public_exponent = number("e", self.e.as_ref())?;
        let private_exponent = number("d", self.d.as_ref())?;
        let prime1 = number("p", self.p.as_ref())?;
        let prime2 = number("q", self.q.as_ref())?;
        let exponent1 = number("dp", self.dp.as_ref())?;
        let exponent2 = number("dq", self.dq.as_ref())?;
        let coefficient = number("qi", self.qi.as_ref())?;
        let key = RsaPrivateKeyRef {
            modulus: integer(&modulus)?,
            public_exponent: integer(&public_exponent)?,
            private_exponent: integer(&private_exponent)?,
            prime1: integer(&prime1)?,
            prime2: integer(&prime2)?,
            exponent1: integer(&exponent1)?,
            exponent2: integer(&exponent2)?,
            coefficient: integer(&coefficient)?,
            other_prime_infos: None,
        };
        key.to_der().map(Zeroizing::new).map_err(|_| damaged())
    }
}

fn number(member: &str, text: Option<&Zeroizing<String>>) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let text = text.ok_or_else(|| refused(&format!("its member '{member}' is missing")))?;
    let bytes = URL_SAFE
        .decode(text.as_bytes())
        .map_err(|_| refused(&format!("its member '{member}' is not base64url")))?;
    Ok(Zeroizing::new(bytes))
}

fn integer(bytes: &[u8]) -> Result<UintRef<'_>, AuthError> {
    UintRef::new(bytes).map_err(|_| damaged())
}

fn damaged() -> AuthError {
    refused("its numbers do not make an RSA key; take a fresh copy")
}

fn refused(reason: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Key, format!("the JWK cannot be used: {reason}"))
}
