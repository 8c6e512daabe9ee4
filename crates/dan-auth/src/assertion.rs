//! The JWT that asks for a token (RFC 7523 section 3).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cache::{TokenCacheKey, TokenCacheKeyBuilder};
use crate::credential::{ClientCredential, KeyReference};
use crate::error::{AuthError, AuthErrorKind};

/// Maskinporten takes at most 120 seconds; half of it leaves room for clocks that differ.
const LIFETIME: Duration = Duration::from_secs(60);

/// What the client asks for. Maskinporten refuses claims that it does not know, so these are all.
#[derive(Debug, Clone)]
pub(crate) struct AssertionRequest {
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) resource: Option<String>,
    pub(crate) consumer_org: Option<String>,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    scope: &'a str,
    iat: u64,
    exp: u64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer_org: Option<&'a str>,
}

impl AssertionRequest {
    /// What of this changes the token.
    pub(crate) fn cache_key(&self) -> TokenCacheKeyBuilder {
        let mut scopes: Vec<&str> = self.scope.split_whitespace().collect();
        scopes.sort_unstable();
        scopes.dedup();
        TokenCacheKey::builder()
            .with("client_id", &self.client_id)
            .with("scope", scopes.join(" "))
            .with_some("resource", self.resource.as_ref())
            .with_some("consumer_org", self.consumer_org.as_ref())
    }

    /// Makes and signs an assertion with a `jti` of its own: each serves one attempt only.
    pub(crate) fn sign(
        &self,
        issuer: &str,
        credential: &ClientCredential,
        now: SystemTime,
    ) -> Result<Zeroizing<String>, AuthError> {
        let issued_at = now
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
            iss: &self.client_id,
            scope: &self.scope,
            iat: issued_at,
            exp: issued_at + LIFETIME.as_secs(),
            jti: Uuid::new_v4().to_string(),
            resource: self.resource.as_deref(),
            consumer_org: self.consumer_org.as_deref(),
        };
        jsonwebtoken::encode(&header(credential.reference()), &claims, credential.key().encoding_key())
            .map(Zeroizing::new)
            .map_err(|_| {
                AuthError::new(AuthErrorKind::Key, "the private key cannot sign; load a fresh copy of it")
            })
    }
}

/// Exactly one of `kid` and `x5c`, and no `typ`.
fn header(reference: &KeyReference) -> Header {
    let mut header = Header::new(Algorithm::RS256);
    header.typ = None;
    match reference {
        KeyReference::KeyId(key_id) => header.kid = Some(key_id.clone()),
        KeyReference::Certificate(chain) => header.x5c = Some(chain.x5c()),
    }
    header
}
