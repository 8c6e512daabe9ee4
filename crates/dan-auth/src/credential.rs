//! What the client signs with, and how the token server finds the public half.

use crate::certificate_chain::CertificateChain;
use crate::error::{AuthError, AuthErrorKind};
use crate::private_key::PrivateKey;

/// A private key together with the header parameter that leads the token server to its public half.
///
/// A key that is registered on the client goes by its key id; an enterprise certificate goes along itself, and nothing
/// is registered. Maskinporten refuses an assertion with the wrong one of the two.
#[derive(Debug, Clone)]
pub struct ClientCredential {
    key: PrivateKey,
    reference: KeyReference,
}

#[derive(Debug, Clone)]
pub(crate) enum KeyReference {
    KeyId(String),
    Certificate(CertificateChain),
}

impl ClientCredential {
    /// A key that is registered on the client under `key_id` (the `kid`).
    pub fn registered_key(key: PrivateKey, key_id: impl Into<String>) -> Self {
        Self { key, reference: KeyReference::KeyId(key_id.into()) }
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
    pub fn enterprise_certificate(key: PrivateKey, certificate: CertificateChain) -> Self {
        Self { key, reference: KeyReference::Certificate(certificate) }
    }

    pub(crate) fn key(&self) -> &PrivateKey {
        &self.key
    }

    pub(crate) fn reference(&self) -> &KeyReference {
        &self.reference
    }
}
