//! Enterprise certificates: what stands in them, and what they can be used for.

mod chain;
mod details;
mod facts;
mod name;
mod signature;
mod usage;
mod validity;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use x509_cert::der::Decode as _;

use crate::certificate::details::Details;
use crate::error::AuthError;
use crate::file::contents::Contents;
use crate::key::{KeyProblem, KeyType};

pub use chain::CertificateChain;
pub use facts::CertificateFacts;
pub use usage::{KeyUsage, Purpose, Unfit};
pub use validity::{EXPIRY_WARNING, Validity};

/// An X.509 certificate (RFC 5280).
///
/// Cheap to clone. Two are equal when they are the same certificate, byte for byte.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    der: Vec<u8>,
    details: Details,
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`KeyProblem::Damaged`].
    pub fn from_der(der: &[u8]) -> Result<Self, AuthError> {
        let parsed = x509_cert::Certificate::from_der(der).map_err(|_| {
            KeyProblem::Damaged.of_certificate("its content is damaged; take a fresh copy of the file")
        })?;
        Ok(Self(Arc::new(Inner { der: der.to_vec(), details: Details::of(&parsed, der)? })))
    }

    /// Reads the only certificate of a text or file in any form without a password, such as PEM.
    ///
    /// # Errors
    /// [`AuthError::key_problem`] says what the bytes are instead; [`KeyProblem::Ambiguous`] when there are several.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AuthError> {
        let Contents { mut certificates, others, .. } = Contents::read(bytes, None)?;
        match (certificates.len(), certificates.pop()) {
            (1, Some(certificate)) => Ok(certificate),
            (0, _) => Err(others.into_iter().next().unwrap_or_else(none)),
            (several, _) => Err(KeyProblem::Ambiguous
                .of_certificate(format!("there are {several}; read them as a chain or a bundle"))),
        }
    }

    /// Whom the certificate is about, such as `C=NO, O=Example AS, CN=Example AS, organizationIdentifier=NTRNO-310123455`.
    pub fn subject(&self) -> &str {
        &self.0.details.subject
    }

    /// Who issued it, written as the subject is.
    pub fn issuer(&self) -> &str {
        &self.0.details.issuer
    }

    /// The serial number in hexadecimal, in capitals, as OpenSSL prints it.
    pub fn serial_number(&self) -> &str {
        &self.0.details.serial_number
    }

    /// The number of the enterprise in the Norwegian entity register, nine digits, by either Norwegian profile:
    /// `NTRNO-…` in the organization identifier (SEID 2), or nine digits in the subject's serial number (SEID 1).
    pub fn organization_number(&self) -> Option<&str> {
        self.0.details.organization_number.as_deref()
    }

    /// Since when it is valid.
    pub fn not_before(&self) -> SystemTime {
        self.0.details.not_before.time
    }

    /// Until when it is valid.
    pub fn not_after(&self) -> SystemTime {
        self.0.details.not_after.time
    }

    /// What its time says at another time: `at` is the present one as a rule.
    pub fn validity(&self, at: SystemTime) -> Validity {
        Validity::of(self.not_before(), self.not_after(), at)
    }

    /// The kind of its key.
    pub fn key_type(&self) -> &KeyType {
        &self.0.details.key_type
    }

    /// Its key without the name of the algorithm: an RSA key in PKCS#1 (RFC 8017 appendix A.1.1), an elliptic key as its
    /// point.
    pub fn public_key(&self) -> &[u8] {
        &self.0.details.public_key
    }

    /// What the issuer allows its key to do; empty when the issuer says nothing, which allows everything.
    pub fn key_usages(&self) -> &[KeyUsage] {
        &self.0.details.usage.key_usages
    }

    /// Whether it is an authority's, which issues others.
    pub fn is_authority(&self) -> bool {
        self.0.details.usage.authority
    }

    /// Whether it names itself as its issuer, as root certificates do.
    pub fn is_self_issued(&self) -> bool {
        self.0.details.subject_der == self.0.details.issuer_der
    }

    /// The SHA-256 fingerprint, in hexadecimal capitals.
    pub fn fingerprint_sha256(&self) -> &str {
        &self.0.details.fingerprint_sha256
    }

    /// The SHA-1 fingerprint, in hexadecimal capitals: what Windows calls the thumbprint. It finds a certificate; it proves
    /// nothing.
    pub fn fingerprint_sha1(&self) -> &str {
        &self.0.details.fingerprint_sha1
    }

    /// What speaks against using it for `purpose` at this time; nothing when the list is empty.
    pub fn unfit_for(&self, purpose: Purpose, at: SystemTime) -> Vec<Unfit> {
        usage::unfit(self, purpose, at)
    }

    /// The certificate in DER.
    pub fn as_der(&self) -> &[u8] {
        &self.0.der
    }

    /// Whether `issuer` issued this one: by name, and by signature where its algorithm is known here.
    pub(crate) fn is_issued_by(&self, issuer: &Self) -> bool {
        self.0.details.issuer_der == issuer.0.details.subject_der
            && signature::fits(&self.0.details.signed, issuer.key_type(), issuer.public_key())
    }

    /// For events and errors: whose it is, and how it is told from others.
    pub(crate) fn label(&self) -> String {
        format!(
            "'{}' (serial number {}, until {})",
            self.subject(),
            self.serial_number(),
            self.not_after_text()
        )
    }

    pub(crate) fn not_after_text(&self) -> &str {
        &self.0.details.not_after.text
    }

    pub(crate) fn not_before_text(&self) -> &str {
        &self.0.details.not_before.text
    }

    fn allows_client_authentication(&self) -> bool {
        self.0.details.usage.client_authentication
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("serial_number", &self.serial_number())
            .field("not_after", &self.not_after_text())
            .finish_non_exhaustive()
    }
}

fn none() -> AuthError {
    KeyProblem::NoCertificate
        .of_certificate("there is none; a PEM block 'BEGIN CERTIFICATE' is expected, or DER")
}
