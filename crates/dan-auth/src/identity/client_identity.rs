//! A key with its certificate.

use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::certificate::{Certificate, CertificateChain};
use crate::error::AuthError;
use crate::identity::choice::{Choice, mismatch};
use crate::key::PrivateKey;
use crate::secret::Secret;

/// A private key with its certificate and those that issued it: who a caller is, in mutual TLS and in assertions alike.
///
/// The two are known to belong together, and the certificate was valid when the identity was made.
#[derive(Debug, Clone)]
pub struct ClientIdentity {
    key: PrivateKey,
    chain: CertificateChain,
    choice: Choice,
}

impl ClientIdentity {
    /// Joins a key and a certificate from two places. Of several, let a [`Bundle`](crate::Bundle) choose.
    ///
    /// # Errors
    /// [`KeyProblem::Mismatch`](crate::KeyProblem::Mismatch) when they are of different pairs, and
    /// [`KeyProblem::Expired`](crate::KeyProblem::Expired) or
    /// [`KeyProblem::NotYetValid`](crate::KeyProblem::NotYetValid) when the certificate's time has passed or not come.
    pub fn new(key: PrivateKey, chain: CertificateChain) -> Result<Self, AuthError> {
        let choice = Choice { reason: "it is the one that was given".to_owned(), passed_over: Vec::new() };
        Self::chosen(key, chain, choice, SystemTime::now())
    }

    pub(super) fn chosen(
        key: PrivateKey,
        chain: CertificateChain,
        choice: Choice,
        at: SystemTime,
    ) -> Result<Self, AuthError> {
        require_pair(&key, &chain)?;
        chain.require_valid(at)?;
        tracing::debug!(
            certificate.serial_number = chain.certificate().serial_number(),
            certificate.not_after = chain.certificate().not_after_text(),
            reason = choice.reason,
            "the certificate is chosen"
        );
        Ok(Self { key, chain, choice })
    }

    /// The key.
    pub fn private_key(&self) -> &PrivateKey {
        &self.key
    }

    /// The certificate with those that issued it.
    pub fn chain(&self) -> &CertificateChain {
        &self.chain
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        self.chain.certificate()
    }

    /// Why this certificate, and not another of the bundle.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The key, unencrypted, and the certificates in PEM: what `reqwest::Identity::from_pem` and other TLS libraries take.
    ///
    /// The enterprise's own certificate comes first, and no root is among them.
    pub fn to_pem(&self) -> Secret {
        let sent = || self.chain.sent().map(Certificate::as_der);
        let length = self.key.pkcs8().len() + sent().map(<[u8]>::len).sum::<usize>();
        // Room enough from the start, so that no copy of the key is left behind by growing.
        let mut pem = String::with_capacity(length * 2 + 256);
        append(&mut pem, "PRIVATE KEY", self.key.pkcs8());
        for certificate in sent() {
            append(&mut pem, "CERTIFICATE", certificate);
        }
        Secret::from(pem)
    }
}

/// Whether the key is the other half of the certificate.
pub(crate) fn require_pair(key: &PrivateKey, chain: &CertificateChain) -> Result<(), AuthError> {
    if key.public_key() == chain.certificate().public_key() { Ok(()) } else { Err(mismatch()) }
}

/// A block in lines of 64 characters (RFC 7468 section 2).
fn append(pem: &mut String, label: &str, der: &[u8]) {
    let body = Zeroizing::new(BASE64_STANDARD.encode(der));
    pem.extend(["-----BEGIN ", label, "-----\n"]);
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        pem.extend([line, "\n"]);
        rest = after;
    }
    pem.extend(["-----END ", label, "-----\n"]);
}
