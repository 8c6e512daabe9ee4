//! RSA keys: generated, published, and used to sign JWTs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use pkcs1::{RsaPrivateKey, RsaPublicKey, UintRef};
use pkcs8::PrivateKeyInfoRef;
use rcgen::{KeyPair, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize, SigningKey as _};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// An RSA key pair of 2048 bits that signs RS256, with the name (`kid`) that its public half is published under.
pub(crate) struct RsaSigningKey {
    pair: KeyPair,
    key_id: String,
    verification: DecodingKey,
}

impl RsaSigningKey {
    /// Generates a key, named by its thumbprint (RFC 7638). Takes tens of milliseconds or a few hundred.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let public = public_part(&pair)?;
        let key_id = thumbprint(&public);
        let verification = DecodingKey::from_rsa_raw_components(
            public.modulus.as_bytes(),
            public.public_exponent.as_bytes(),
        );
        Ok(Self { pair, key_id, verification })
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Signs a compact JWS. The header is the caller's, so that each issuer can write the members that it writes.
    pub(crate) fn sign(&self, header: &impl Serialize, payload: &impl Serialize) -> Result<String, KeyError> {
        let mut jws = URL_SAFE_NO_PAD.encode(serde_json::to_vec(header)?);
        jws.push('.');
        URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(payload)?, &mut jws);
        let signature = self.pair.sign(jws.as_bytes())?;
        jws.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
        Ok(jws)
    }

    /// Whether this key made the signature (base64url) of the message.
    pub(crate) fn verifies(&self, message: &str, signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.verification, Algorithm::RS256)
            .unwrap_or(false)
    }

    /// The public half as PEM (`BEGIN PUBLIC KEY`).
    pub(crate) fn public_pem(&self) -> String {
        self.pair.public_key_pem()
    }

    /// The public half as a JWK, as a key set publishes it.
    pub(crate) fn public_jwk(&self) -> Result<Value, KeyError> {
        let public = public_part(&self.pair)?;
        Ok(json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.key_id,
            "n": base64url(public.modulus),
            "e": base64url(public.public_exponent),
        }))
    }

    /// The private key as a JWK (RFC 7517), `kid` included. A secret.
    pub(crate) fn private_jwk(&self) -> Result<String, KeyError> {
        let pkcs8 = PrivateKeyInfoRef::try_from(self.pair.serialized_der())?;
        let key = RsaPrivateKey::<UintRef<'_>>::try_from(pkcs8.private_key.as_bytes())?;
        let mut jwk = self.public_jwk()?;
        for (name, number) in [
            ("d", key.private_exponent),
            ("p", key.prime1),
            ("q", key.prime2),
            ("dp", key.exponent1),
            ("dq", key.exponent2),
            ("qi", key.coefficient),
        ] {
            jwk[name] = base64url(number).into();
        }
        Ok(jwk.to_string())
    }

    /// The private key as PEM (PKCS#8). A secret.
    pub(crate) fn private_pem(&self) -> String {
        self.pair.serialize_pem()
    }

    /// The key pair, for whoever makes a certificate for it.
    pub(crate) fn pair(&self) -> &KeyPair {
        &self.pair
    }
}

/// A key could not be made, written or used.
#[derive(Debug, Error)]
pub(crate) enum KeyError {
    #[error(transparent)]
    Crypto(#[from] rcgen::Error),
    #[error(transparent)]
    Pkcs1(#[from] pkcs1::Error),
    #[error(transparent)]
    Pkcs8(#[from] pkcs8::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

fn public_part(pair: &KeyPair) -> Result<RsaPublicKey<UintRef<'_>>, KeyError> {
    Ok(RsaPublicKey::try_from(pair.der_bytes())?)
}

fn thumbprint(public: &RsaPublicKey<UintRef<'_>>) -> String {
    let members = format!(
        r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
        base64url(public.public_exponent),
        base64url(public.modulus)
    );
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

fn base64url(number: UintRef<'_>) -> String {
    URL_SAFE_NO_PAD.encode(number.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_what_its_public_half_verifies() {
        let key = RsaSigningKey::generate().unwrap();
        let jws = key.sign(&json!({ "alg": "RS256" }), &json!({ "claim": 1 })).unwrap();
        let (message, signature) = jws.rsplit_once('.').unwrap();
        assert!(key.verifies(message, signature));
        assert!(!key.verifies(&message[1..], signature));

        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.public_jwk().unwrap()).unwrap();
        let published = DecodingKey::from_jwk(&jwk).unwrap();
        let verified =
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), &published, Algorithm::RS256);
        assert!(verified.unwrap());
        assert_eq!(key.key_id().len(), 43);
    }

    #[test]
    fn writes_a_complete_private_jwk() {
        let key = RsaSigningKey::generate().unwrap();
        let jwk: serde_json::Map<String, Value> = serde_json::from_str(&key.private_jwk().unwrap()).unwrap();
        let names: Vec<_> = jwk.keys().map(String::as_str).collect();
        assert_eq!(names, ["alg", "d", "dp", "dq", "e", "kid", "kty", "n", "p", "q", "qi", "use"]);
        assert!(key.private_pem().starts_with("-----BEGIN PRIVATE KEY-----"));
    }
}
