//! Tokens from the sidecar that the platform NAIS sets beside an application.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use crate::cache::{KeptToken, TokenGrant};
use crate::clock::SystemClock;
use crate::error::{AuthError, AuthErrorKind};
use crate::grant::Retry;
use crate::provider::AccessTokenProvider;
use crate::request::{AuthorizationDetails, TokenRequest};
use crate::server::{HttpSettings, Server, secure_url};
use crate::token::{AccessToken, GrantedToken};

/// The variable that NAIS sets.
const ENDPOINT_VARIABLE: &str = "NAIS_TOKEN_ENDPOINT";

/// Gets Maskinporten tokens from Texas, the sidecar of [NAIS](https://doc.nais.io/auth/), which holds the client and its
/// key, and keeps each while it is good.
///
/// ```no_run
/// use dan_auth::{AccessTokenProvider, NaisTokenProvider, TokenRequest};
///
/// # async fn example() -> Result<(), dan_auth::AuthError> {
/// let provider = NaisTokenProvider::from_environment(TokenRequest::new("altinn:dataaltinnno"))?;
/// let token = provider.access_token().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct NaisTokenProvider {
    grant: Arc<SidecarGrant>,
    token: Arc<KeptToken>,
}

/// Settings of a [`NaisTokenProvider`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct NaisTokenProviderBuilder {
    endpoint: String,
    request: TokenRequest,
    attempts: Option<u32>,
    http: HttpSettings,
}

struct SidecarGrant {
    endpoint: String,
    request: TokenRequest,
    server: Server,
    retry: Retry,
    /// The sidecar keeps tokens, too: one that an API has refused must not come from there again.
    refused: Mutex<Option<AccessToken>>,
}

/// What the sidecar is asked, as JSON.
#[derive(Serialize)]
struct SidecarRequest<'a> {
    identity_provider: &'static str,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[&'a AuthorizationDetails; 1]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    skip_cache: bool,
}

impl NaisTokenProvider {
    /// Asks the sidecar that `NAIS_TOKEN_ENDPOINT` names.
    ///
    /// # Errors
    /// As [`NaisTokenProviderBuilder::build`]; [`AuthErrorKind::Configuration`] when the variable is not set.
    pub fn from_environment(request: TokenRequest) -> Result<Self, AuthError> {
        let endpoint = std::env::var(ENDPOINT_VARIABLE).unwrap_or_default();
        if endpoint.trim().is_empty() {
            return Err(configuration(
                "the variable NAIS_TOKEN_ENDPOINT is not set: NAIS sets it where Maskinporten is enabled in nais.yaml",
            ));
        }
        Self::builder(endpoint.trim(), request).build()
    }

    /// Asks the sidecar at this endpoint.
    pub fn builder(endpoint: impl Into<String>, request: TokenRequest) -> NaisTokenProviderBuilder {
        NaisTokenProviderBuilder {
            endpoint: endpoint.into(),
            request,
            attempts: None,
            http: HttpSettings::default(),
        }
    }
}

impl NaisTokenProviderBuilder {
    /// How many times the sidecar is asked before a failure is told, the first time included; three unless said.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Makes the provider. Nothing is sent before the first token is asked for.
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`] names the setting that cannot be right. The sidecar takes neither `consumer_org` nor
    /// `pid`.
    pub fn build(self) -> Result<NaisTokenProvider, AuthError> {
        secure_url("the URL of the sidecar", &self.endpoint)?;
        self.request.check()?;
        if self.request.consumer().is_some() || self.request.person().is_some() {
            return Err(configuration(
                "the sidecar of NAIS takes neither consumer_org nor pid: use a Maskinporten client with the key that NAIS \
                 gives in MASKINPORTEN_CLIENT_JWK",
            ));
        }
        let clock = Arc::new(SystemClock);
        let grant = Arc::new(SidecarGrant {
            endpoint: self.endpoint,
            request: self.request,
            server: Server::new("the sidecar of NAIS", &self.http, clock.clone())?,
            retry: Retry::new(self.attempts, clock),
            refused: Mutex::default(),
        });
        Ok(NaisTokenProvider {
            token: Arc::new(KeptToken::new(Arc::clone(&grant) as Arc<dyn TokenGrant>)),
            grant,
        })
    }
}

#[async_trait]
impl TokenGrant for SidecarGrant {
    fn longest(&self) -> Duration {
        self.retry.longest(self.server.timeout).saturating_mul(2)
    }

    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        let mut granted = self.retry.run(|| self.ask(self.refused().is_some())).await?;
        // It may have been refused while it was on its way here.
        if self.refused().as_ref() == Some(&granted.token) {
            granted = self.retry.run(|| self.ask(true)).await?;
        }
        *self.refused() = None;
        Ok(granted)
    }
}

impl SidecarGrant {
    fn refused(&self) -> MutexGuard<'_, Option<AccessToken>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, skip_cache: bool) -> Result<GrantedToken, AuthError> {
        let request = SidecarRequest {
            identity_provider: "maskinporten",
            target: self.request.scope(),
            resource: self.request.resource_uri(),
            authorization_details: self.request.details().map(|details| [details]),
            skip_cache,
        };
        self.server.send(self.server.http.post(&self.endpoint).json(&request)).await?.into_token()
    }
}

#[async_trait]
impl AccessTokenProvider for NaisTokenProvider {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        self.token.access_token().await
    }

    async fn invalidate(&self, refused: &AccessToken) {
        // Whoever reports another token has no say in what the sidecar keeps.
        if self.token.holds(refused) {
            *self.grant.refused() = Some(refused.clone());
            self.token.invalidate(refused);
        }
    }
}

impl fmt::Debug for NaisTokenProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NaisTokenProvider")
            .field("endpoint", &self.grant.endpoint)
            .field("request", &self.grant.request)
            .finish_non_exhaustive()
    }
}

fn configuration(message: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}
