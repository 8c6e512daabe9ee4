//! A certificate for people to read.

use std::time::SystemTime;

use crate::certificate::{CertificateChain, KeyUsage, Purpose, Unfit, Validity};
use crate::key::KeyType;

/// What a certificate says, and what it can be used for; never its key.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CertificateFacts {
    /// Whom it is about.
    pub subject: String,
    /// The number of the enterprise in the Norwegian entity register.
    pub organization_number: Option<String>,
    /// Who issued it.
    pub issuer: String,
    /// The serial number, in hexadecimal capitals.
    pub serial_number: String,
    /// The SHA-256 fingerprint, in hexadecimal capitals.
    pub fingerprint_sha256: String,
    /// The SHA-1 fingerprint, in hexadecimal capitals; Windows calls it the thumbprint.
    pub fingerprint_sha1: String,
    /// Since when it is valid.
    pub not_before: SystemTime,
    /// Until when it is valid.
    pub not_after: SystemTime,
    /// Where the present stands in that time.
    pub validity: Validity,
    /// The kind of its key.
    pub key_type: KeyType,
    /// What the issuer allows its key to do; empty when the issuer says nothing, which allows everything.
    pub key_usages: Vec<KeyUsage>,
    /// Whether nobody else issued it: it signed itself.
    pub is_self_signed: bool,
    /// The subjects of the certificates that issued it, from its own issuer upward.
    pub chain: Vec<String>,
    /// Whether its private key was beside it.
    pub has_private_key: bool,
    /// For each purpose, what speaks against it; an empty list says that it is fit.
    pub purposes: Vec<(Purpose, Vec<Unfit>)>,
}

impl CertificateFacts {
    pub(crate) fn of(chain: &CertificateChain, has_private_key: bool, at: SystemTime) -> Self {
        let certificate = chain.certificate();
        let purposes = [Purpose::Signing, Purpose::ClientAuthentication];
        Self {
            subject: certificate.subject().to_owned(),
            organization_number: certificate.organization_number().map(str::to_owned),
            issuer: certificate.issuer().to_owned(),
            serial_number: certificate.serial_number().to_owned(),
            fingerprint_sha256: certificate.fingerprint_sha256().to_owned(),
            fingerprint_sha1: certificate.fingerprint_sha1().to_owned(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            validity: certificate.validity(at),
            key_type: certificate.key_type().clone(),
            key_usages: certificate.key_usages().to_vec(),
            is_self_signed: certificate.is_issued_by(certificate),
            chain: chain.issuers().iter().map(|issuer| issuer.subject().to_owned()).collect(),
            has_private_key,
            purposes: purposes.map(|purpose| (purpose, certificate.unfit_for(purpose, at))).into(),
        }
    }
}
