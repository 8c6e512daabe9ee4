//! The JWT-bearer grant (RFC 7523 section 2.1).

use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use crate::cache::{TokenCacheKey, TokenGrant};
use crate::credential::{ClientCredential, CredentialSource};
use crate::error::AuthError;
use crate::grant::assertion;
use crate::grant::retry::Retry;
use crate::request::TokenRequest;
use crate::server::TokenServer;
use crate::token::GrantedToken;

/// How often the log is reminded that the certificate ends.
const REMINDER_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// More than it takes to read a credential: decrypting a key may take some seconds.
const READING: Duration = Duration::from_secs(10);

/// What all grants of one client have in common.
pub(crate) struct JwtBearerClient {
    pub(crate) client_id: String,
    pub(crate) credential: Arc<dyn CredentialSource>,
    pub(crate) server: TokenServer,
    pub(crate) retry: Retry,
    /// Done at the first grant, since the token server may not be known before.
    pub(crate) environment_check: Once,
    /// When the log was told last that the certificate ends, if it does: when the client was made, at first.
    pub(crate) reminded: Mutex<SystemTime>,
}

/// Signs an assertion and exchanges it for a token.
pub(crate) struct JwtBearerGrant {
    pub(crate) client: Arc<JwtBearerClient>,
    pub(crate) request: TokenRequest,
}

#[async_trait]
impl TokenGrant for JwtBearerGrant {
    async fn cache_key(&self) -> Result<Option<TokenCacheKey>, AuthError> {
        let credential = self.client.credential.credential().await?;
        let key = self.request.cache_key().with("client_id", &self.client.client_id);
        Ok(Some(credential.add_to(self.client.server.add_to(key)).build()))
    }

    fn longest(&self) -> Duration {
        // An attempt may ask where the token server is, and ask that twice.
        let attempt = READING.saturating_add(self.client.server.timeout().saturating_mul(3));
        self.client.retry.longest(attempt)
    }

    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        self.client.retry.run(|| self.attempt()).await
    }
}

impl JwtBearerClient {
    fn is_reminder_due(&self, now: SystemTime) -> bool {
        let mut reminded = self.reminded.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = now.duration_since(*reminded).is_ok_and(|passed| passed >= REMINDER_PAUSE);
        if is_due {
            *reminded = now;
        }
        is_due
    }
}

impl JwtBearerGrant {
    /// Asks once, and once more when the refusal has told what to change: the time, or the key that has been replaced.
    async fn attempt(&self) -> Result<GrantedToken, AuthError> {
        let credential = self.client.credential.credential().await?;
        let error = match self.ask(&credential).await {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        let Some(cause) = error.refusal().map(|refusal| refusal.cause) else { return Err(error) };
        if cause.is_of_time() {
            self.client.server.correct_time();
            return self.ask(&credential).await;
        }
        if cause.is_of_key()
            && let Ok(renewed) = self.client.credential.credential().await
            && !renewed.is_same_as(&credential)
        {
            return self.ask(&renewed).await;
        }
        Err(error)
    }

    async fn ask(&self, credential: &ClientCredential) -> Result<GrantedToken, AuthError> {
        let client = &self.client;
        let issuer = client.server.endpoints().await?.issuer();
        client.environment_check.call_once(|| credential.warn_of_another_environment(issuer));
        let now = client.server.time();
        if client.is_reminder_due(now) {
            credential.warn_of_end(now);
        }
        let assertion = assertion::sign(&client.client_id, issuer, &self.request, credential, now)?;
        client.server.grant(&assertion).await
    }
}
