//! The key that the service signs with, as far as it is public.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use dan_auth::Certificate;
use dan_transport::{Error, ErrorKind};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The public key of the service's signatures: the one in its enterprise certificate. It is not published by the API; ask
/// the service for it, and ask again when the certificate is renewed.
///
/// Several keys can be one, for the time around a renewal: a signature by any of them counts.
///
/// ```
/// # use dan_client::{DanClient, SignatureError, SignatureKey};
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// let key = SignatureKey::from_pem(std::fs::read(sandbox.signing_key_file())?)?;
///
/// let harvest = client.direct_harvest("TildaMetadatav1").enveloped().await?;
/// assert_eq!(harvest.verify(&key), Ok(()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SignatureKey(Arc<[ParsedPublicKey]>);

impl SignatureKey {
    /// Reads the public keys (`PUBLIC KEY`, `RSA PUBLIC KEY`) and certificates (`CERTIFICATE`) of a PEM text. Certificates of
    /// the authorities above may stand among them.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when there is none, or one of them is no public RSA key.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        let text = std::str::from_utf8(pem.as_ref()).map_err(|_| unusable("it is no text"))?;
        let (mut keys, mut keys_of_authorities) = (Vec::new(), Vec::new());
        for block in blocks(text) {
            match block.label {
                "CERTIFICATE" => {
                    let certificate =
                        Certificate::from_bytes(block.text.as_bytes()).map_err(|_| damaged())?;
                    match parsed(certificate.public_key()) {
                        Ok(key) if certificate.is_authority() => keys_of_authorities.push(key),
                        Ok(key) => keys.push(key),
                        Err(_) if certificate.is_authority() => {}
                        Err(error) => return Err(error),
                    }
                }
                label if label.ends_with("PRIVATE KEY") => {
                    return Err(unusable("it is a private key; the service's is public"));
                }
                _ => keys.push(parsed(&block.der().ok_or_else(damaged)?)?),
            }
        }
        // Of a chain, the authorities above sign certificates, not answers.
        let keys = if keys.is_empty() { keys_of_authorities } else { keys };
        if keys.is_empty() {
            return Err(unusable("it holds neither 'BEGIN PUBLIC KEY' nor 'BEGIN CERTIFICATE'"));
        }
        Ok(Self(keys.into()))
    }

    /// Takes the key of a certificate.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it is no RSA key.
    pub fn from_certificate(certificate: &Certificate) -> Result<Self, Error> {
        Ok(Self([parsed(certificate.public_key())?].into()))
    }

    /// Whether one of the keys made the signature (base64url) of the message.
    pub(super) fn made(&self, message: &str, signature: &str) -> bool {
        let Ok(signature) = BASE64_URL_SAFE_NO_PAD.decode(signature) else { return false };
        self.0.iter().any(|key| key.verify_sig(message.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Debug for SignatureKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignatureKey").field("keys", &self.0.len()).finish()
    }
}

/// A PEM block (RFC 7468), from its `BEGIN` line to its `END` line.
struct Block<'a> {
    label: &'a str,
    body: &'a str,
    text: &'a str,
}

/// The blocks of a text; what stands between them is explanation.
fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    text.match_indices(BEGIN).filter_map(|(start, begin)| {
        let text = &text[start..];
        let (label, content) = text[begin.len()..].split_once(DASHES)?;
        // One that breaks off is damaged, which its reader will say.
        let (body, after) = content.split_once(END).unwrap_or((content, ""));
        let end = after.find('\n').unwrap_or(after.len());
        Some(Block { label, body, text: &text[..text.len() - after.len() + end] })
    })
}

impl Block<'_> {
    fn der(&self) -> Option<Vec<u8>> {
        let base64: String = self.body.split_ascii_whitespace().collect();
        BASE64_STANDARD.decode(base64).ok()
    }
}

/// A public RSA key, in PKCS#1 (RFC 8017) or with its algorithm (RFC 5280, `SubjectPublicKeyInfo`).
fn parsed(der: &[u8]) -> Result<ParsedPublicKey, Error> {
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map_err(|_| damaged())
}

fn damaged() -> Error {
    unusable("it is no public RSA key, or damaged")
}

fn unusable(reason: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("the key of the service's signatures cannot be used: {reason}"),
    )
}
