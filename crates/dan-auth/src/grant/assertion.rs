//! The JWT that asks for a token (RFC 7523 section 3).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::Header;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::credential::{ClientCredential, KeyReference};
use crate::error::{AuthError, AuthErrorKind};
use crate::grant::jws;
use crate::request::{AuthorizationDetails, TokenRequest};
use crate::unique::unique_name;

/// Maskinporten takes 120 seconds from `iat` to `exp` at most, and clocks that are ten seconds ahead. This leaves room for
/// clocks that are twenty ahead or a minute behind.
const BACKDATED: Duration = Duration::from_secs(10);
const VALID_FOR: Duration = Duration::from_secs(60);

/// Maskinporten refuses claims that it does not know, so these are all.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    scope: String,
    iat: u64,
    exp: u64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer_org: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[&'a AuthorizationDetails; 1]>,
}

/// Makes and signs an assertion with a `jti` of its own: each serves one attempt only.
pub(super) fn sign(
    client_id: &str,
    issuer: &str,
    request: &TokenRequest,
    credential: &ClientCredential,
    now: SystemTime,
) -> Result<Zeroizing<String>, AuthError> {
    let key = credential.signing_key()?;
    let now = now
        .duration_since(UNIX_EPOCH)
        .map_err(|_| {
            AuthError::new(
                AuthErrorKind::Configuration,
                "the clock of this machine stands before 1970: set it",
            )
        })?
        .as_secs();
    let claims = Claims {
        aud: issuer,
        iss: client_id,
        scope: request.scope(),
        iat: now.saturating_sub(BACKDATED.as_secs()),
        exp: now.saturating_add(VALID_FOR.as_secs()),
        jti: unique_name()
            .map_err(|error| AuthError::new(AuthErrorKind::Configuration, error.to_string()))?,
        resource: request.resource_uri(),
        consumer_org: request.consumer(),
        pid: request.person(),
        authorization_details: request.details().map(|details| [details]),
    };
    jws::sign(&header(credential), &claims, key, credential.signing_algorithm().encoding())
}

/// Exactly one of `kid` and `x5c`, and no `typ`.
fn header(credential: &ClientCredential) -> Header {
    let mut header = Header::new(credential.signing_algorithm().into());
    header.typ = None;
    match credential.reference() {
        KeyReference::KeyId(key_id) => header.kid = Some(key_id.clone()),
        KeyReference::Certificate(chain) => header.x5c = Some(chain.x5c()),
    }
    header
}
