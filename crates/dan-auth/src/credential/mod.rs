//! What the client signs with, and how the token server finds the public half.

mod environment;
mod source;

use std::time::SystemTime;

use crate::cache::{TokenCacheKey, TokenCacheKeyBuilder};
use crate::certificate::{Certificate, CertificateChain, Purpose, Unfit};
use crate::error::{AuthError, AuthErrorKind};
use crate::grant::SigningAlgorithm;
use crate::identity::{ClientIdentity, require_pair};
use crate::key::{KeyProblem, KeyType, PrivateKey, PublicJwk, RsaKey};

pub use source::{CredentialSource, ReloadingCredential};

/// A private key together with the header parameter that leads the token server to its public half.
///
/// A key that is registered on the client goes by its key id; an enterprise certificate goes along itself, and nothing
/// is registered. Maskinporten refuses an assertion with the wrong one of the two.
#[derive(Debug, Clone)]
pub struct ClientCredential {
    key: PrivateKey,
    reference: KeyReference,
    algorithm: SigningAlgorithm,
}

#[derive(Debug, Clone)]
pub(crate) enum KeyReference {
    KeyId(String),
    Certificate(CertificateChain),
}

impl ClientCredential {
    /// A key that is registered on the client under `key_id` (the `kid`).
    pub fn registered_key(key: PrivateKey, key_id: impl Into<String>) -> Self {
        Self::new(key, KeyReference::KeyId(key_id.into()))
    }

    /// A key from a JWK that names its key id itself.
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`] when the JWK has no `kid`.
    pub fn registered_jwk(key: PrivateKey) -> Result<Self, AuthError> {
        match key.key_id().map(str::to_owned) {
            Some(key_id) => Ok(Self::registered_key(key, key_id)),
            None => Err(AuthError::new(
                AuthErrorKind::Configuration,
                "the JWK has no 'kid': give the key id under which the key is registered on the client",
            )),
        }
    }

    /// The key of an enterprise certificate, which goes along in each assertion (`x5c`).
    ///
    /// The two are taken as they are; [`check`](Self::check) tells whether they serve, and so does making a client.
    pub fn enterprise_certificate(key: PrivateKey, certificate: CertificateChain) -> Self {
        Self::new(key, KeyReference::Certificate(certificate))
    }

    /// An enterprise's identity, whose certificate goes along in each assertion (`x5c`).
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn from_identity(identity: &ClientIdentity) -> Result<Self, AuthError> {
        let credential =
            Self::enterprise_certificate(identity.private_key().clone(), identity.chain().clone());
        credential.signing_key()?;
        Ok(credential)
    }

    /// Signs with another algorithm than RS256. A registered key must have been registered with it: see
    /// [`public_jwk`](Self::public_jwk).
    #[must_use]
    pub fn algorithm(mut self, algorithm: SigningAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Whether Maskinporten could take this at that time: the key is an RSA key, and has a key id, or belongs to the
    /// certificate, whose time has come and not passed. Warns in the log when the certificate expires within 30 days, or
    /// when its issuer has not made it for this.
    ///
    /// # Errors
    /// [`AuthError::key_problem`] is [`KeyProblem::UnsupportedAlgorithm`], [`KeyProblem::Mismatch`],
    /// [`KeyProblem::Expired`] or [`KeyProblem::NotYetValid`]; [`AuthErrorKind::Configuration`] when the key id is empty.
    pub fn check(&self, at: SystemTime) -> Result<(), AuthError> {
        self.signing_key()?;
        if let KeyReference::Certificate(chain) = &self.reference {
            require_pair(&self.key, chain)?;
            chain.require_valid(at)?;
            warn_of_misuse(chain.certificate(), at);
        }
        Ok(())
    }

    /// Warns in the log when the certificate is for another of Maskinporten's environments than this issuer's.
    pub(crate) fn warn_of_another_environment(&self, issuer: &str) {
        if let Some(certificate) = self.certificate() {
            environment::warn_of_another(certificate, issuer);
        }
    }

    /// Warns in the log when the certificate expires within 30 days, or has expired.
    pub(crate) fn warn_of_end(&self, at: SystemTime) {
        if let KeyReference::Certificate(chain) = &self.reference {
            chain.warn_of_end(at);
        }
    }

    /// The kind of the key.
    pub fn key_type(&self) -> KeyType {
        self.key.key_type()
    }

    /// The key id under which the key is registered on the client; `None` when a certificate goes along instead.
    pub fn key_id(&self) -> Option<&str> {
        match &self.reference {
            KeyReference::KeyId(key_id) => Some(key_id),
            KeyReference::Certificate(_) => None,
        }
    }

    /// What is to be registered on the client: the public half under its key id, with the algorithm that this signs with.
    /// `None` when a certificate goes along instead, and nothing is registered.
    pub fn public_jwk(&self) -> Option<PublicJwk> {
        let jwk = self.key.public_jwk(self.key_id()?);
        Some(if self.key_type().is_rsa() { PublicJwk { alg: self.algorithm.as_str(), ..jwk } } else { jwk })
    }

    /// The certificate that goes along, if one does: its [`validity`](Certificate::validity) is worth watching.
    pub fn certificate(&self) -> Option<&Certificate> {
        match &self.reference {
            KeyReference::Certificate(chain) => Some(chain.certificate()),
            KeyReference::KeyId(_) => None,
        }
    }

    /// What of this tells one credential from another: the key, and what leads to its public half.
    ///
    /// The private half goes in, so that nobody who sees the result finds out by trying whose personal number is in it.
    pub(crate) fn add_to(&self, key: TokenCacheKeyBuilder) -> TokenCacheKeyBuilder {
        let key = key.with("private_key", self.key.pkcs8());
        match &self.reference {
            KeyReference::KeyId(key_id) => key.with("kid", key_id),
            KeyReference::Certificate(chain) => key.with("x5c", chain.certificate().as_der()),
        }
    }

    /// Whether it is the same key under the same name.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let fingerprint = |credential: &Self| credential.add_to(TokenCacheKey::builder()).build();
        fingerprint(self) == fingerprint(other)
    }

    pub(crate) fn signing_algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    pub(crate) fn reference(&self) -> &KeyReference {
        &self.reference
    }

    fn new(key: PrivateKey, reference: KeyReference) -> Self {
        Self { key, reference, algorithm: SigningAlgorithm::default() }
    }

    /// The key, if Maskinporten takes keys of its kind, and could find the public half.
    pub(crate) fn signing_key(&self) -> Result<&RsaKey, AuthError> {
        if self.key_id().is_some_and(|key_id| key_id.trim().is_empty()) {
            return Err(AuthError::new(
                AuthErrorKind::Configuration,
                "the key id is empty: give the one under which the key is registered on the client",
            ));
        }
        self.key.rsa().ok_or_else(|| {
            KeyProblem::UnsupportedAlgorithm.of_key(format!(
                "it is {}, and Maskinporten takes RSA keys only; have an RSA key or an enterprise certificate with one",
                self.key.key_type()
            ))
        })
    }
}

fn warn_of_misuse(certificate: &Certificate, at: SystemTime) {
    for unfit in certificate.unfit_for(Purpose::Signing, at) {
        if matches!(unfit, Unfit::KeyUsage(_) | Unfit::Authority) {
            tracing::warn!(
                certificate.serial_number = certificate.serial_number(),
                reason = %unfit,
                "Maskinporten may refuse the certificate"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_cannot_be_guessed_from_a_cache_key_and_what_is_public() {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let key = PrivateKey::from_pem(pair.serialize_pem().as_bytes()).unwrap();
        let public = key.public_key().to_vec();
        let asked = || TokenCacheKey::builder().with("pid", "17912099997");
        let known = ClientCredential::registered_key(key, "key").add_to(asked()).build();
        for name in ["public_key", "private_key"] {
            assert_ne!(known, asked().with(name, &public).with("kid", "key").build());
        }
    }
}
