//! A private key as people get it from Maskinporten's self-service and from NAIS: a JWK.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pkcs1::RsaPrivateKeyRef;
use pkcs1::der::Encode as _;
use pkcs1::der::asn1::UintRef;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::AuthError;
use crate::key::elliptic_curve::{Curve, EllipticCurveKey};
use crate::key::private_key::PrivateKey;
use crate::key::problem::KeyProblem;

const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

type Number = Option<Zeroizing<String>>;

/// The members of a private key (RFC 7518 section 6), the numbers in base64url.
///
/// `alg` is not among them: it is not the key's owner who says what the token server accepts.
#[derive(Deserialize)]
pub(crate) struct PrivateJwk {
    kty: Option<String>,
    kid: Option<String>,
    #[serde(rename = "use")]
    key_use: Option<String>,
    crv: Option<String>,
    n: Number,
    e: Number,
    d: Number,
    p: Number,
    q: Number,
    dp: Number,
    dq: Number,
    qi: Number,
    x: Number,
    y: Number,
}

impl PrivateJwk {
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.kid.as_deref().filter(|key_id| !key_id.trim().is_empty())
    }

    /// Whether it is a private key that its owner has not meant for encryption.
    pub(crate) fn can_sign(&self) -> bool {
        let asymmetric = matches!(self.kty.as_deref(), Some("RSA" | "EC"));
        asymmetric && self.d.is_some() && self.key_use.as_deref() != Some("enc")
    }

    /// Whether it is anything that could be a JWK at all.
    pub(crate) fn names_its_type(&self) -> bool {
        self.kty.is_some()
    }

    pub(crate) fn private_key(&self) -> Result<PrivateKey, AuthError> {
        let key = match self.kty.as_deref() {
            Some("RSA") => PrivateKey::from_pkcs1(&self.pkcs1()?).map_err(with_own_words)?,
            Some("EC") => PrivateKey::of_curve(self.elliptic_curve()?),
            Some(_) => {
                return Err(KeyProblem::UnsupportedAlgorithm
                    .of_jwk("its 'kty' is neither RSA nor EC; Maskinporten takes RSA keys only"));
            }
            None => return Err(KeyProblem::Unrecognized.of_jwk("its member 'kty' is missing")),
        };
        Ok(key.with_key_id(self.key_id().map(str::to_owned)))
    }

    fn pkcs1(&self) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        self.require_private()?;
        let modulus = number("n", &self.n)?;
        let public_exponent = number("e", &self.e)?;
        let private_exponent = number("d", &self.d)?;
        let prime1 = number("p", &self.p)?;
        let prime2 = number("q", &self.q)?;
        let exponent1 = number("dp", &self.dp)?;
        let exponent2 = number("dq", &self.dq)?;
        let coefficient = number("qi", &self.qi)?;
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

    fn elliptic_curve(&self) -> Result<(EllipticCurveKey, Zeroizing<Vec<u8>>), AuthError> {
        self.require_private()?;
        let curve = self.crv.as_deref().and_then(Curve::named).ok_or_else(|| {
            KeyProblem::UnsupportedAlgorithm.of_jwk("its 'crv' is none of P-256, P-384 and P-521")
        })?;
        let length = curve.coordinate_length();
        let private = padded(number("d", &self.d)?, length)?;
        let x = padded(number("x", &self.x)?, length)?;
        let y = padded(number("y", &self.y)?, length)?;
        EllipticCurveKey::from_numbers(curve, &private, &x, &y).map_err(with_own_words)
    }

    fn require_private(&self) -> Result<(), AuthError> {
        if self.d.is_some() {
            return Ok(());
        }
        Err(KeyProblem::PublicKey.of_jwk("it is a public key; the private one has the member 'd'"))
    }
}

fn number(member: &str, text: &Number) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let text = text.as_ref().ok_or_else(|| {
        KeyProblem::Damaged
            .of_jwk(format!("its member '{member}' is missing; export the key with all its members"))
    })?;
    let bytes = URL_SAFE.decode(text.as_bytes()).map_err(|_| {
        KeyProblem::Damaged.of_jwk(format!("its member '{member}' is not base64url; take a fresh copy"))
    })?;
    Ok(Zeroizing::new(bytes))
}

fn integer(bytes: &[u8]) -> Result<UintRef<'_>, AuthError> {
    UintRef::new(bytes).map_err(|_| damaged())
}

/// Some writers leave leading zeros out.
fn padded(number: Zeroizing<Vec<u8>>, length: usize) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let missing = length.checked_sub(number.len()).ok_or_else(damaged)?;
    if missing == 0 {
        return Ok(number);
    }
    let mut full = Zeroizing::new(vec![0; length]);
    full[missing..].copy_from_slice(&number);
    Ok(full)
}

/// A key that came as a JWK is not "a file": damage is told in the words of a JWK.
fn with_own_words(error: AuthError) -> AuthError {
    match error.key_problem() {
        Some(KeyProblem::Damaged) => damaged(),
        _ => error,
    }
}

fn damaged() -> AuthError {
    KeyProblem::Damaged.of_jwk("its numbers do not make a key; take a fresh copy")
}
