//! Tokens that grants give.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::secret::Secret;

/// An access token (RFC 6750). Opaque to its holder, and never printed. Two are compared in constant time.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Secret")]
pub struct AccessToken(Arc<Apart>);

/// So far from everything else in memory that counting clones of one token slows down nobody who counts those of another:
/// processors fetch two cache lines of 64 bytes at once.
#[derive(PartialEq, Eq)]
#[repr(align(128))]
struct Apart(Secret);

impl AccessToken {
    /// Wraps a token that was got elsewhere.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(Arc::new(Apart(token.into())))
    }

    /// The token, to be put behind `Bearer`.
    pub fn expose(&self) -> &str {
        self.0.0.expose()
    }

    /// The same token, the text in the same place, whose clones are counted by themselves.
    pub(crate) fn counted_apart(&self) -> Self {
        Self::new(self.0.0.clone())
    }

    /// The claims inside, when the token is a JWT: for showing to a person who asks which organization, which scopes,
    /// until when. The signature is not checked, so nothing may be decided by them.
    pub fn claims(&self) -> Option<Map<String, Value>> {
        let payload = self.expose().split('.').nth(1)?;
        let json = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// How long a token lives from when it was issued, as it says itself when it is a JWT.
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        let claims = self.claims()?;
        let seconds = |name: &str| claims.get(name)?.as_u64();
        seconds("exp")?.checked_sub(seconds("iat")?).map(Duration::from_secs)
    }
}

impl From<Secret> for AccessToken {
    fn from(token: Secret) -> Self {
        Self::new(token)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("AccessToken").field(&self.0.0).finish()
    }
}

/// A token that was just issued, and how long it lives.
#[derive(Debug, Clone)]
pub struct GrantedToken {
    pub(crate) token: AccessToken,
    /// `None` when nobody says: the token then serves the callers who wait, and nobody after them.
    pub(crate) lifetime: Option<Duration>,
}

impl GrantedToken {
    /// A token that may be kept for this long, counted from when it was asked for; without, it is not kept.
    pub fn new(token: AccessToken, lifetime: Option<Duration>) -> Self {
        Self { token, lifetime }
    }
}

/// A token of which nobody says how long it lives.
impl From<AccessToken> for GrantedToken {
    fn from(token: AccessToken) -> Self {
        Self::new(token, None)
    }
}

#[cfg(test)]
impl AccessToken {
    /// Where its clones are counted.
    pub(crate) fn place(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_from_a_jwt_only() {
        let token = AccessToken::new("e30.eyJzY29wZSI6ImE6YiJ9.c2ln");
        assert_eq!(token.claims().unwrap()["scope"], "a:b");
        assert!(AccessToken::new("opaque").claims().is_none());
    }

    #[test]
    fn a_token_does_not_print() {
        assert_eq!(format!("{:?}", AccessToken::new("s3cret")), "AccessToken([redacted])");
    }
}
