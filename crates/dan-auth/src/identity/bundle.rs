//! Everything that was delivered: keys and certificates of several files, or of one that holds them all.

use std::time::SystemTime;

use crate::certificate::{Certificate, CertificateChain, CertificateFacts};
use crate::error::AuthError;
use crate::file::contents::Contents;
use crate::file::source::KeySource;
use crate::identity::choice;
use crate::identity::client_identity::ClientIdentity;
use crate::identity::selection::CertificateSelection;
use crate::key::{KeyProblem, PrivateKey};
use crate::secret::Secret;

/// Private keys and certificates as an issuer delivers them: one file or several, in any form and any order.
///
/// Which key belongs to which certificate is told by the keys themselves. Norwegian issuers deliver two or three
/// certificates at once, for authentication, for seals and for encryption; [`identity`](Self::identity) takes the one
/// that fits.
///
/// ```no_run
/// use dan_auth::{Bundle, CertificateSelection, ClientCredential, KeySource, Purpose, Secret};
///
/// # fn example(password: Secret) -> Result<(), dan_auth::AuthError> {
/// let bundle = Bundle::load(&KeySource::path("enterprise.p12").password(password))?;
/// let identity = bundle.identity(&CertificateSelection::for_purpose(Purpose::Signing))?;
/// println!("{}: {}", identity.certificate().subject(), identity.choice());
/// let credential = ClientCredential::from_identity(&identity)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    keys: Vec<PrivateKey>,
    certificates: Vec<Certificate>,
}

impl Bundle {
    /// Reads keys and certificates in any form: PEM, DER, PKCS#12 (feature `pkcs12`), encrypted PKCS#8 (feature
    /// `encrypted-keys`), JWK and JWKS, or base64 of one of these.
    ///
    /// Deriving a key from a password takes up to some hundred milliseconds, on purpose of those who made the file.
    /// Inside an async runtime, call this from a thread that may block.
    ///
    /// # Errors
    /// [`AuthError::key_problem`] says what is wrong. The error never quotes the bytes.
    pub fn from_bytes(bytes: &[u8], password: Option<&Secret>) -> Result<Self, AuthError> {
        Self::of(Contents::read(bytes, password)?)
    }

    /// Reads a path or a variable, as [`from_bytes`](Self::from_bytes) does.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes), with the path or the name of the variable;
    /// [`KeyProblem::Unreadable`] when there is nothing to read.
    pub fn load(source: &KeySource) -> Result<Self, AuthError> {
        Self::of(source.contents()?).map_err(|error| source.blame(&error))
    }

    /// Adds what lies in another file, such as the certificates that belong to a key.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        for key in other.keys {
            self.add_key(key);
        }
        for certificate in other.certificates {
            self.add_certificate(certificate);
        }
        self
    }

    /// The private keys, each once.
    pub fn private_keys(&self) -> &[PrivateKey] {
        &self.keys
    }

    /// The certificates, each once.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The private key and certificate that fit `selection`, with the certificates that issued it.
    ///
    /// One that may not sign to prove who it is, that is an authority's, or whose time has not come or has passed, is
    /// passed over. Of those left, one for authentication alone goes before one for more, and the one that expires last
    /// before others. [`ClientIdentity::choice`] tells which was taken and why.
    ///
    /// # Errors
    /// [`KeyProblem::Mismatch`], [`KeyProblem::NoPrivateKey`] or [`KeyProblem::NoCertificate`] when no key has its
    /// certificate here; [`KeyProblem::Expired`], [`KeyProblem::NotYetValid`] or [`KeyProblem::Unfit`] when none fits,
    /// [`KeyProblem::NotFound`] when none is as named, and [`KeyProblem::Ambiguous`] when several fit equally. The message
    /// lists what there is.
    pub fn identity(&self, selection: &CertificateSelection) -> Result<ClientIdentity, AuthError> {
        let (key, certificate, choice) = choice::choose(self, selection)?;
        let mut chain = CertificateChain::of(certificate.clone(), &self.certificates);
        if selection.accepts_expired {
            chain = chain.accept_expired();
        }
        ClientIdentity::chosen(key.clone(), chain, choice, selection.at())
    }

    /// What the enterprise's certificates say, for people to read; the authorities' are told as their chains, or by
    /// themselves when there is nothing else.
    pub fn facts(&self, at: SystemTime) -> Vec<CertificateFacts> {
        let own =
            |certificate: &&Certificate| !certificate.is_authority() || self.key_of(certificate).is_some();
        let mut told: Vec<&Certificate> = self.certificates.iter().filter(own).collect();
        if told.is_empty() {
            told = self.certificates.iter().collect();
        }
        told.into_iter()
            .map(|certificate| {
                let chain = CertificateChain::of(certificate.clone(), &self.certificates);
                CertificateFacts::of(&chain, self.key_of(certificate).is_some(), at)
            })
            .collect()
    }

    pub(super) fn key_of(&self, certificate: &Certificate) -> Option<&PrivateKey> {
        self.keys.iter().find(|key| key.public_key() == certificate.public_key())
    }

    fn of(contents: Contents) -> Result<Self, AuthError> {
        let Contents { keys, certificates, others } = contents;
        if keys.is_empty() && certificates.is_empty() {
            return Err(others.into_iter().next().unwrap_or_else(empty));
        }
        Ok(Self::default().with(Self { keys, certificates }))
    }

    fn add_key(&mut self, key: PrivateKey) {
        if !self.keys.iter().any(|known| known.public_key() == key.public_key()) {
            self.keys.push(key);
        }
    }

    fn add_certificate(&mut self, certificate: Certificate) {
        if !self.certificates.contains(&certificate) {
            self.certificates.push(certificate);
        }
    }
}

fn empty() -> AuthError {
    KeyProblem::NoPrivateKey.of_file("it holds neither a key nor a certificate; give the file that does")
}
