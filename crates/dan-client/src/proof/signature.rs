//! The service's signature of an answer.

use std::fmt;

use aws_lc_rs::digest::{Digest, SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::proof::{SignatureError, SignatureKey};

/// The signature of an answer (`X-Signature-JWT`): a compact JWS (RFC 7515) by RS256. Its one claim,
/// `SHA256PayloadDigest`, is the SHA-256 digest of the body as it was sent, in hexadecimal.
///
/// ```
/// # use dan_client::{DanClient, Signature};
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// let harvest = client.direct_harvest("TildaMetadatav1").enveloped().await?;
/// let signature = Signature::parse(harvest.signature().unwrap_or_default())?;
/// assert!(signature.fits(harvest.bytes()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// Header and payload as they were signed, a dot between them.
    message: String,
    /// The signature itself, in base64url.
    proof: String,
    digest: String,
}

/// The header of a JWS (RFC 7515 section 4.1).
#[derive(Deserialize)]
struct Header {
    alg: String,
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(rename = "SHA256PayloadDigest")]
    digest: String,
}

impl Signature {
    /// Reads a signature as it stands in the header. Nothing is proved by that.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`].
    pub fn parse(jws: &str) -> Result<Self, SignatureError> {
        Self::parts(jws.trim()).ok_or(SignatureError::Malformed)
    }

    fn parts(jws: &str) -> Option<Self> {
        let (message, signature) = jws.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let (header, claims): (Header, Claims) = (part(header)?, part(payload)?);
        // Any other algorithm is refused, above all `none` and those that would take the public key for a secret. So is
        // what its maker marked as critical: nothing of the kind is understood here.
        (header.alg == "RS256" && header.crit.is_none()).then(|| Self {
            message: message.to_owned(),
            proof: signature.to_owned(),
            digest: claims.digest,
        })
    }

    /// The SHA-256 digest of the body that was signed, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the digest is that of `body`. It takes no key, and tells only whether the two belong together, not who signed.
    pub fn fits(&self, body: &[u8]) -> bool {
        self.digest.eq_ignore_ascii_case(&hexadecimal_digest(body))
    }

    /// Proves that whoever holds the private half of `key` signed exactly these bytes.
    ///
    /// # Errors
    /// [`SignatureError::OtherKey`] and [`SignatureError::Tampered`].
    pub fn verify(&self, body: &[u8], key: &SignatureKey) -> Result<(), SignatureError> {
        self.verify_digest(&hexadecimal_digest(body), key)
    }

    /// The same for a body of which only the digest is there, in hexadecimal.
    pub(super) fn verify_digest(&self, digest: &str, key: &SignatureKey) -> Result<(), SignatureError> {
        if !key.made(&self.message, &self.proof) {
            return Err(SignatureError::OtherKey);
        }
        if self.digest.eq_ignore_ascii_case(digest) { Ok(()) } else { Err(SignatureError::Tampered) }
    }
}

fn part<T: DeserializeOwned>(base64: &str) -> Option<T> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(base64).ok()?).ok()
}

/// The SHA-256 digest of a body, in lower-case hexadecimal.
pub(super) fn hexadecimal_digest(body: &[u8]) -> String {
    hexadecimal(&digest(&SHA256, body))
}

pub(super) fn hexadecimal(digest: &Digest) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Signature").field("digest", &self.digest).finish_non_exhaustive()
    }
}
