//! What can be wrong with a key or a certificate.

use std::fmt;

use crate::error::AuthError;

/// Why a key or a certificate cannot be used, for a caller who decides what to do.
///
/// The message of the [`AuthError`] says the same in words, with a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyProblem {
    /// The file or the variable is not there, or may not be read.
    Unreadable,
    /// The content is in none of the forms that keys and certificates have.
    Unrecognized,
    /// The content ends too early.
    Truncated,
    /// The content has a known form, but is broken inside.
    Damaged,
    /// The content is encrypted, and no password was given.
    PasswordMissing,
    /// The password is not the right one.
    WrongPassword,
    /// The password has characters that this form cannot be read with.
    UnsupportedPassword,
    /// A key in OpenSSL's old encrypted PEM (`Proc-Type: 4,ENCRYPTED`).
    EncryptedLegacyPem,
    /// A form that is known but not read, such as a Java keystore.
    UnsupportedFormat,
    /// A key or an encryption of a kind that is not read, or that the purpose does not allow.
    UnsupportedAlgorithm,
    /// The crate was built without the feature that reads this.
    NotBuiltIn,
    /// The key is shorter than 2048 bits.
    TooShort,
    /// A public key stands where a private key is needed.
    PublicKey,
    /// There are certificates, but the private key is missing.
    NoPrivateKey,
    /// There is a private key, but the certificate is missing.
    NoCertificate,
    /// The private key is not the other half of the certificate.
    Mismatch,
    /// Several fit: one must be chosen.
    Ambiguous,
    /// Nothing fits the choice that was made.
    NotFound,
    /// The certificate is not made for the purpose.
    Unfit,
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
}

impl KeyProblem {
    /// `reason` begins with "it" and ends with what to do. It never quotes content.
    pub(crate) fn of_key(self, reason: impl fmt::Display) -> AuthError {
        AuthError::of_key(self, format!("the private key cannot be used: {reason}"))
    }

    pub(crate) fn of_certificate(self, reason: impl fmt::Display) -> AuthError {
        AuthError::of_key(self, format!("the certificate cannot be used: {reason}"))
    }

    pub(crate) fn of_file(self, reason: impl fmt::Display) -> AuthError {
        AuthError::of_key(self, format!("the key file cannot be used: {reason}"))
    }

    pub(crate) fn of_jwk(self, reason: impl fmt::Display) -> AuthError {
        AuthError::of_key(self, format!("the JWK cannot be used: {reason}"))
    }
}

/// A private key whose numbers do not fit together, or whose DER breaks off.
pub(crate) fn damaged_key() -> AuthError {
    KeyProblem::Damaged.of_key("its content is damaged; take a fresh copy of the file")
}
