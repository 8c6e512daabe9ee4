//! The enterprise certificate, as it goes into an assertion.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::error::AuthError;
use crate::pem;

/// An enterprise certificate with the certificates that issued it.
#[derive(Debug, Clone)]
pub struct CertificateChain {
    leaf: Vec<u8>,
}

impl CertificateChain {
    /// Reads `BEGIN CERTIFICATE` blocks; the enterprise's own certificate comes first.
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`](crate::AuthErrorKind::Key) when there is none, or one is damaged.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AuthError> {
        let leaf = pem::certificates(pem)?.swap_remove(0);
        Ok(Self { leaf })
    }

    /// The header parameter `x5c` (RFC 7515 section 4.1.6): standard base64 of DER. Maskinporten knows the issuers of
    /// Norwegian enterprise certificates, so the enterprise's own suffices.
    pub(crate) fn x5c(&self) -> Vec<String> {
        vec![BASE64_STANDARD.encode(&self.leaf)]
    }
}
