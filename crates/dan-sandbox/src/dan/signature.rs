//! `X-Signature-JWT`: a JWS over the digest of a body.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::HeaderValue;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::error::DanError;
use super::error_code::ErrorCode;
use crate::signing_key::RsaSigningKey;

/// How many signatures are remembered.
const MOST_SIGNATURES: usize = 4096;

/// Signs bodies. RS256 gives the same signature for the same body, so that none is computed twice.
pub(super) struct BodySigner {
    key: RsaSigningKey,
    by_digest: Mutex<HashMap<[u8; 32], HeaderValue>>,
}

impl BodySigner {
    pub(super) fn new(key: RsaSigningKey) -> Self {
        Self { key, by_digest: Mutex::default() }
    }

    pub(super) fn key(&self) -> &RsaSigningKey {
        &self.key
    }

    /// The value of the header for a body.
    pub(super) fn sign(&self, body: &[u8]) -> Result<HeaderValue, DanError> {
        let digest: [u8; 32] = Sha256::digest(body).into();
        let mut by_digest = self.by_digest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signature) = by_digest.get(&digest) {
            return Ok(signature.clone());
        }
        let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let header = json!({ "alg": "RS256", "typ": "JWT" });
        let signature = self.key.sign(&header, &json!({ "SHA256PayloadDigest": hexadecimal }))?;
        let signature = HeaderValue::try_from(signature).map_err(|_| ErrorCode::Internal)?;
        if by_digest.len() >= MOST_SIGNATURES {
            by_digest.clear();
        }
        by_digest.insert(digest, signature.clone());
        Ok(signature)
    }
}
