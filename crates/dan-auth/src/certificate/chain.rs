//! A certificate with those that issued it.

use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::certificate::{Certificate, Validity};
use crate::error::AuthError;
use crate::file::contents::Contents;
use crate::file::source::KeySource;
use crate::key::KeyProblem;

/// More than any authority has between its root and an enterprise.
const MOST_ISSUERS: usize = 8;

/// An enterprise certificate with the certificates that issued it, in that order, whatever order they came in.
///
/// What is sent, in an assertion's `x5c` and in TLS, begins with the enterprise's own and leaves the root out: who checks
/// it has the root already.
#[derive(Debug, Clone)]
pub struct CertificateChain {
    leaf: Certificate,
    /// From the leaf's issuer upward, a root at the end if it was there.
    issuers: Vec<Certificate>,
    accepts_expired: bool,
}

impl CertificateChain {
    /// Reads `BEGIN CERTIFICATE` blocks in any order; other blocks may stand beside them. What people paste is put right as
    /// for a [`PrivateKey`](crate::PrivateKey).
    ///
    /// # Errors
    /// [`KeyProblem::NoCertificate`] when there is none; [`KeyProblem::Ambiguous`] when there are several that issued none
    /// of the others: a [`Bundle`](crate::Bundle) chooses among them. [`AuthError::key_problem`] tells the rest.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AuthError> {
        Self::only(Contents::read(pem, None)?)
    }

    /// Reads certificates from a path or a variable, as [`from_pem`](Self::from_pem) does, in any form.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem), with the path or the name of the variable.
    pub fn load(source: &KeySource) -> Result<Self, AuthError> {
        Self::only(source.contents()?).map_err(|error| source.blame(&error))
    }

    /// Takes a certificate, and finds those that issued it among `others`.
    pub fn of(leaf: Certificate, others: &[Certificate]) -> Self {
        let mut issuers: Vec<Certificate> = Vec::new();
        while issuers.len() < MOST_ISSUERS {
            let last = issuers.last().unwrap_or(&leaf);
            if last.is_self_issued() {
                break;
            }
            let next = others
                .iter()
                .find(|other| **other != leaf && !issuers.contains(other) && last.is_issued_by(other));
            match next {
                Some(issuer) => issuers.push(issuer.clone()),
                None => break,
            }
        }
        Self { leaf, issuers, accepts_expired: false }
    }

    /// Leaves the issuers out of what is sent. Maskinporten knows the issuers of Norwegian enterprise certificates.
    #[must_use]
    pub fn without_issuers(mut self) -> Self {
        self.issuers.clear();
        self
    }

    /// Lets an expired certificate be used, against the odds that whoever gets it refuses it.
    #[must_use]
    pub fn accept_expired(mut self) -> Self {
        self.accepts_expired = true;
        self
    }

    /// The enterprise's own certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.leaf
    }

    /// The certificates that issued it, from its own issuer upward; a root at the end if it was there.
    pub fn issuers(&self) -> &[Certificate] {
        &self.issuers
    }

    /// What is sent: the enterprise's own first, and no root.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &Certificate> {
        let issuers = self.issuers.iter().filter(|issuer| !issuer.is_self_issued());
        std::iter::once(&self.leaf).chain(issuers)
    }

    /// The header parameter `x5c` (RFC 7515 section 4.1.6): standard base64 of DER.
    pub(crate) fn x5c(&self) -> Vec<String> {
        self.sent().map(|certificate| BASE64_STANDARD.encode(certificate.as_der())).collect()
    }

    /// Refuses a certificate whose time has not come or has passed, and warns when it soon will have.
    pub(crate) fn require_valid(&self, at: SystemTime) -> Result<(), AuthError> {
        let leaf = &self.leaf;
        match leaf.validity(at) {
            Validity::Valid => Ok(()),
            Validity::ExpiresSoon => {
                self.warn_of_end(at);
                Ok(())
            }
            Validity::Expired if self.accepts_expired => {
                self.warn_of_end(at);
                Ok(())
            }
            Validity::Expired => Err(KeyProblem::Expired.of_certificate(format!(
                "it expired at {}; order a new one from its issuer, and check this machine's clock",
                leaf.not_after_text()
            ))),
            Validity::NotYetValid => Err(KeyProblem::NotYetValid.of_certificate(format!(
                "it is not valid before {}; check this machine's clock",
                leaf.not_before_text()
            ))),
        }
    }

    /// Warns when the time of the certificate ends within 30 days, or has ended.
    pub(crate) fn warn_of_end(&self, at: SystemTime) {
        let leaf = &self.leaf;
        let warning = match leaf.validity(at) {
            Validity::Valid | Validity::NotYetValid => return,
            Validity::ExpiresSoon => "the certificate expires within 30 days; order a new one",
            Validity::Expired if self.accepts_expired => {
                "the certificate has expired and is used all the same, as asked"
            }
            Validity::Expired => "the certificate has expired; order a new one",
        };
        tracing::warn!(
            certificate.serial_number = leaf.serial_number(),
            certificate.not_after = leaf.not_after_text(),
            "{warning}"
        );
    }

    fn only(contents: Contents) -> Result<Self, AuthError> {
        let Contents { mut certificates, others, .. } = contents;
        let mut distinct: Vec<Certificate> = Vec::new();
        for certificate in certificates.drain(..) {
            if !distinct.contains(&certificate) {
                distinct.push(certificate);
            }
        }
        let leaf = only_leaf(&distinct, others)?.clone();
        Ok(Self::of(leaf, &distinct))
    }
}

/// The certificate that issued none of the others: the enterprise's own.
fn only_leaf(certificates: &[Certificate], others: Vec<AuthError>) -> Result<&Certificate, AuthError> {
    let issued_none = |candidate: &&Certificate| {
        !certificates.iter().any(|other| other != *candidate && other.is_issued_by(candidate))
    };
    let mut leaves: Vec<&Certificate> = certificates.iter().filter(issued_none).collect();
    // An unrelated root may have come along.
    if leaves.iter().any(|leaf| !leaf.is_authority()) {
        leaves.retain(|leaf| !leaf.is_authority());
    }
    match leaves.as_slice() {
        [leaf] => Ok(leaf),
        [] => Err(others.into_iter().next().unwrap_or_else(super::none)),
        several => {
            let labels: Vec<String> = several.iter().map(|leaf| leaf.label()).collect();
            Err(KeyProblem::Ambiguous.of_certificate(format!(
                "there are several: {}; give the file that belongs to the private key, or choose one from a bundle",
                labels.join(", ")
            )))
        }
    }
}
