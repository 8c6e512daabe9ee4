//! A signed text in three parts (RFC 7515 section 7.1).
//!
//! jsonwebtoken has a function for that, which reads the key again for each signature, leaves copies of the claims in memory,
//! and panics when a program turns on both of its crypto backends. So its header is what is signed, and the key that was
//! read once signs.

use aws_lc_rs::signature::RsaEncoding;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::Header;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::error::{AuthError, AuthErrorKind};
use crate::key::RsaKey;
use crate::secret::secret_json;

/// More than the claims, which may name a person, are long as a rule.
const USUAL_LENGTH: usize = 4096;

/// Header, payload and signature, each in base64url, with dots between them.
pub(super) fn sign(
    header: &Header,
    payload: &impl Serialize,
    key: &RsaKey,
    algorithm: &'static dyn RsaEncoding,
) -> Result<Zeroizing<String>, AuthError> {
    let (header, payload) = (json(header)?, json(payload)?);
    let length = (header.len() + payload.len() + key.signature_length()) * 4 / 3 + 8;
    let mut text = Zeroizing::new(String::with_capacity(length));
    BASE64_URL_SAFE_NO_PAD.encode_string(&*header, &mut text);
    text.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(&*payload, &mut text);
    let signature = key.sign(algorithm, text.as_bytes())?;
    text.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    Ok(text)
}

fn json(part: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    secret_json(part, USUAL_LENGTH).map_err(|_| {
        AuthError::new(AuthErrorKind::Configuration, "what is asked for cannot be written as JSON")
    })
}
