//! What a file holds, whatever its form.

use crate::certificate::Certificate;
use crate::error::AuthError;
use crate::file::der_form::{self, DerForm};
use crate::file::pasted::Pasted;
use crate::file::pem::{self, Block};
use crate::file::pkcs12;
use crate::key::{KeyProblem, PrivateKey, damaged_key, encrypted, jwk_set};
use crate::secret::Secret;

/// The keys and certificates of a file, in their order.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) keys: Vec<PrivateKey>,
    pub(crate) certificates: Vec<Certificate>,
    /// What else was there, each with the error for one who looks for a private key or a certificate.
    pub(crate) others: Vec<AuthError>,
}

impl Contents {
    /// Reads any of the forms.
    pub(crate) fn read(input: &[u8], password: Option<&Secret>) -> Result<Self, AuthError> {
        match Pasted::normalise(input) {
            Pasted::Pem(text) => Self::from_pem(&text, password),
            Pasted::Json(text) => Ok(Self::of_keys(jwk_set::signing_keys(text.as_bytes())?)),
            Pasted::Binary(bytes) => Self::from_der(der_form::without_line_end(&bytes), password),
            Pasted::Unrecognized if input.trim_ascii().is_empty() => Err(empty()),
            Pasted::Unrecognized => Err(unrecognized()),
        }
    }

    /// The only private key that is there.
    pub(crate) fn into_private_key(mut self) -> Result<PrivateKey, AuthError> {
        let is_same = |one: &PrivateKey, other: &PrivateKey| {
            (one.public_key(), one.key_id()) == (other.public_key(), other.key_id())
        };
        self.keys.dedup_by(|later, earlier| is_same(later, earlier));
        if self.keys.len() > 1 {
            return Err(KeyProblem::Ambiguous.of_key(several(&self.keys)));
        }
        match (self.keys.pop(), self.others.into_iter().next()) {
            (Some(key), _) => Ok(key),
            (None, Some(other)) => Err(other),
            (None, None) => Err(KeyProblem::NoPrivateKey
                .of_key("there is a certificate but no private key; give the file that holds the key")),
        }
    }

    fn from_pem(text: &str, password: Option<&Secret>) -> Result<Self, AuthError> {
        let mut contents = Self::default();
        for block in pem::blocks(text) {
            contents.add_block(&block, password)?;
        }
        if contents.keys.is_empty() && contents.certificates.is_empty() && contents.others.is_empty() {
            return Err(unrecognized());
        }
        Ok(contents)
    }

    fn add_block(&mut self, block: &Block<'_>, password: Option<&Secret>) -> Result<(), AuthError> {
        if block.is_truncated() {
            return Err(truncated());
        }
        if block.is_encrypted_in_the_old_way() {
            return Err(encrypted_legacy_pem());
        }
        let der = || block.der().ok_or_else(|| damaged_block(block.label));
        match block.label {
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => self.keys.push(unencrypted_key(&der()?)?),
            "ENCRYPTED PRIVATE KEY" => {
                self.keys.push(PrivateKey::from_pkcs8(&encrypted::decrypt(&der()?, password)?)?);
            }
            "CERTIFICATE" | "X509 CERTIFICATE" => self.certificates.push(Certificate::from_der(&der()?)?),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => self.others.push(public_key()),
            label => self.others.extend(foreign_block(label)),
        }
        Ok(())
    }

    fn from_der(der: &[u8], password: Option<&Secret>) -> Result<Self, AuthError> {
        match DerForm::of(der) {
            DerForm::Pkcs8 | DerForm::Pkcs1 | DerForm::Sec1 => Ok(Self::of_key(unencrypted_key(der)?)),
            DerForm::EncryptedPkcs8 => {
                Ok(Self::of_key(PrivateKey::from_pkcs8(&encrypted::decrypt(der, password)?)?))
            }
            DerForm::Pkcs12 => pkcs12::read(der, password),
            DerForm::Certificate => {
                Ok(Self { certificates: vec![Certificate::from_der(der)?], ..Self::default() })
            }
            DerForm::PublicKey => Ok(Self { others: vec![public_key()], ..Self::default() }),
            DerForm::Pkcs7 => Err(pkcs7()),
            DerForm::JavaKeystore => Err(KeyProblem::UnsupportedFormat.of_file(
                "it is a Java keystore; convert it with \
                 'keytool -importkeystore -srckeystore FILE -destkeystore NEW.p12 -deststoretype PKCS12'",
            )),
            DerForm::OpenLength => Err(open_length()),
            DerForm::Truncated => Err(truncated()),
            DerForm::Unknown => Err(unrecognized()),
        }
    }

    fn of_key(key: PrivateKey) -> Self {
        Self::of_keys(vec![key])
    }

    fn of_keys(keys: Vec<PrivateKey>) -> Self {
        Self { keys, ..Self::default() }
    }
}

/// By what the bytes are: people change the label, as when a key goes from one tool to another by hand.
fn unencrypted_key(der: &[u8]) -> Result<PrivateKey, AuthError> {
    match DerForm::of(der) {
        DerForm::Pkcs8 => PrivateKey::from_pkcs8(der),
        DerForm::Pkcs1 => PrivateKey::from_pkcs1(der),
        DerForm::Sec1 => PrivateKey::from_sec1(der),
        DerForm::Truncated => Err(truncated()),
        _ => Err(damaged_key()),
    }
}

/// BER as Bouncy Castle and NSS write it.
pub(crate) fn open_length() -> AuthError {
    KeyProblem::UnsupportedFormat.of_file(
        "it is PKCS#12 in BER, which is not read; write it anew with 'openssl pkcs12 -in FILE -nodes -out ALL.pem' \
         and 'openssl pkcs12 -export -in ALL.pem -out NEW.p12', then delete ALL.pem",
    )
}

fn several(keys: &[PrivateKey]) -> String {
    let each: Vec<String> = keys
        .iter()
        .map(|key| match key.key_id() {
            Some(key_id) => format!("{} with the key id '{}'", key.key_type(), key_id.escape_debug()),
            None => key.key_type().to_string(),
        })
        .collect();
    format!(
        "there are several: {}; choose one by its key id, or by its certificate from a bundle",
        each.join(", ")
    )
}

fn unrecognized() -> AuthError {
    KeyProblem::Unrecognized.of_file(
        "it is none of PEM (a block such as 'BEGIN PRIVATE KEY'), DER, PKCS#12 and JWK, nor base64 of one of these; \
         check that it is the right file, and whole",
    )
}

fn empty() -> AuthError {
    KeyProblem::Unrecognized.of_file("it is empty; check that it is the right file, and written already")
}

fn truncated() -> AuthError {
    KeyProblem::Truncated.of_file("it ends too early; take a fresh copy, to its last line")
}

fn damaged_block(label: &str) -> AuthError {
    KeyProblem::Damaged.of_file(format!("what stands in its block '{label}' is no base64; take a fresh copy"))
}

fn public_key() -> AuthError {
    KeyProblem::PublicKey.of_key("it is a public key; give the private one that belongs to it")
}

fn pkcs7() -> AuthError {
    KeyProblem::UnsupportedFormat.of_file(
        "it is PKCS#7, which holds certificates only; take them out with 'openssl pkcs7 -print_certs -in FILE -out NEW' \
         (with -inform DER for a file that is no text)",
    )
}

fn encrypted_legacy_pem() -> AuthError {
    KeyProblem::EncryptedLegacyPem.of_key(
        "it is encrypted in an old way of OpenSSL (Proc-Type: 4,ENCRYPTED); encrypt it anew with \
         'openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW'",
    )
}

/// Blocks that are met beside keys, or instead of them.
fn foreign_block(label: &str) -> Option<AuthError> {
    let (problem, reason) = match label {
        "OPENSSH PRIVATE KEY" => (
            KeyProblem::UnsupportedFormat,
            "it is a key of OpenSSH; convert a copy of it with 'ssh-keygen -p -m PKCS8 -f COPY'",
        ),
        "DSA PRIVATE KEY" => (KeyProblem::UnsupportedAlgorithm, "it is a DSA key; have an RSA key"),
        "TRUSTED CERTIFICATE" => (
            KeyProblem::UnsupportedFormat,
            "it is a certificate with OpenSSL's own trust settings; write it plainly with 'openssl x509 -in FILE -out NEW'",
        ),
        "PKCS7" | "CMS" => return Some(pkcs7()),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => (
            KeyProblem::NoCertificate,
            "it is a request for a certificate; give the certificate that was issued, and the private key",
        ),
        _ => return None,
    };
    Some(problem.of_file(reason))
}
