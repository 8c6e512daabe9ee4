//! The certificate that a caller of the certificate endpoint has shown in the TLS handshake.

use std::sync::Arc;

use dan_model::OrganizationNumber;
use jiff::Timestamp;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, server};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::enterprise_certificate::EnterpriseAuthority;
use crate::error::StartError;
use crate::maskinporten::certificate::organization_number;

/// What an enterprise certificate says of its holder. TLS has proven that the caller has the key, and that the
/// certificate comes from the authority.
#[derive(Debug, Clone)]
pub(crate) struct ClientCertificate {
    /// None when the subject names no organization in either profile.
    pub(crate) organization: Option<OrganizationNumber>,
    not_after: i64,
}

impl ClientCertificate {
    /// Reads a certificate that the handshake accepted.
    pub(crate) fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        Some(Self {
            organization: organization_number(&certificate).and_then(|number| number.parse().ok()),
            not_after: certificate.validity().not_after.timestamp(),
        })
    }

    /// Whether it is still in force by the sandbox's clock; the handshake judges by the machine's.
    pub(crate) fn is_valid_at(&self, now: Timestamp) -> bool {
        now.as_second() <= self.not_after
    }
}

/// Accepts nobody without a certificate of the authority.
pub(crate) fn verifier(authority: &EnterpriseAuthority) -> Result<Arc<dyn ClientCertVerifier>, StartError> {
    let mut roots = RootCertStore::empty();
    for certificate in authority.trusted() {
        roots.add(certificate.clone())?;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error: server::VerifierBuilderError| StartError::Cryptography(Box::new(error)))
}
