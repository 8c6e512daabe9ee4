//! The key that the service signs with, as far as it is public.

use std::fmt;
use std::sync::Arc;

use dan_auth::Certificate;
use dan_transport::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

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
pub struct SignatureKey(Arc<[DecodingKey]>);

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
            if block.contains("PRIVATE KEY-----") {
                return Err(unusable("it is a private key; the service's is public"));
            }
            let certificate = Certificate::from_bytes(block.as_bytes());
            let is_authority = certificate.is_ok_and(|certificate| certificate.is_authority());
            match DecodingKey::from_rsa_pem(block.as_bytes()) {
                Ok(key) if is_authority => keys_of_authorities.push(key),
                Ok(key) => keys.push(key),
                Err(_) if is_authority => {}
                Err(_) => return Err(unusable("it is no public RSA key, or damaged")),
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
        use base64::Engine as _;

        let der = base64::prelude::BASE64_STANDARD.encode(certificate.as_der());
        Self::from_pem(format!("{BEGIN}CERTIFICATE-----\n{der}\n{END}CERTIFICATE-----\n"))
    }

    /// Whether one of the keys made the signature (base64url) of the message.
    pub(super) fn made(&self, message: &str, signature: &str) -> bool {
        self.0.iter().any(|key| {
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, Algorithm::RS256)
                .unwrap_or(false)
        })
    }
}

impl fmt::Debug for SignatureKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignatureKey").field("keys", &self.0.len()).finish()
    }
}

/// The PEM blocks of a text (RFC 7468); what stands between them is explanation.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(BEGIN).map(|(start, _)| {
        let block = &text[start..];
        let end = block.find(END).and_then(|end| block[end..].find('\n').map(|line| end + line));
        &block[..end.unwrap_or(block.len())]
    })
}

fn unusable(reason: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("the key of the service's signatures cannot be used: {reason}"),
    )
}
