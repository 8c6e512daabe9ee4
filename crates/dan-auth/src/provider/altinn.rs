//! Altinn tokens, for which Maskinporten tokens are exchanged.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::StatusCode;

use crate::cache::{KeptToken, TokenGrant};
use crate::clock::SystemClock;
use crate::error::{AuthError, AuthErrorKind};
use crate::grant::Retry;
use crate::provider::AccessTokenProvider;
use crate::server::{Answer, HttpSettings, Server, secure_url};
use crate::token::{AccessToken, GrantedToken};

const EXCHANGE_PATH: &str = "/authentication/api/v1/exchange/maskinporten";

/// More than it takes to get a Maskinporten token, as a rule.
const MASKINPORTEN: Duration = Duration::from_secs(30);

/// The installations of Altinn's platform that customers meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AltinnPlatform {
    /// `https://platform.altinn.no`, which takes tokens of Maskinporten's production.
    Production,
    /// `https://platform.tt02.altinn.no`, which takes tokens of Maskinporten's test environment.
    Test,
}

impl AltinnPlatform {
    /// The address, without a slash at its end.
    pub fn url(self) -> &'static str {
        match self {
            Self::Production => "https://platform.altinn.no",
            Self::Test => "https://platform.tt02.altinn.no",
        }
    }
}

impl FromStr for AltinnPlatform {
    type Err = AuthError;

    /// Reads `production` or `test`.
    fn from_str(name: &str) -> Result<Self, AuthError> {
        match name {
            "production" | "prod" => Ok(Self::Production),
            "test" | "tt02" => Ok(Self::Test),
            _ => Err(configuration(format!(
                "there is no Altinn platform '{}': choose 'production' or 'test'",
                name.escape_debug()
            ))),
        }
    }
}

/// Gets an Altinn token for each Maskinporten token, and keeps it while it is good: thirty minutes as a rule.
///
/// Altinn's APIs want such tokens. Data.altinn.no takes them as well as Maskinporten's own, and never needs them.
///
/// ```no_run
/// use std::sync::Arc;
/// use dan_auth::{AccessTokenProvider, AltinnPlatform, AltinnTokenExchange, MaskinportenClient};
///
/// # async fn example(maskinporten: MaskinportenClient) -> Result<(), dan_auth::AuthError> {
/// let altinn = AltinnTokenExchange::builder(AltinnPlatform::Test, Arc::new(maskinporten)).build()?;
/// let token = altinn.access_token().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AltinnTokenExchange {
    token: Arc<KeptToken>,
}

/// Settings of an [`AltinnTokenExchange`].
#[must_use = "a builder does nothing until `build`"]
pub struct AltinnTokenExchangeBuilder {
    url: String,
    maskinporten: Arc<dyn AccessTokenProvider>,
    test_organization: bool,
    attempts: Option<u32>,
    http: HttpSettings,
}

struct ExchangeGrant {
    url: String,
    maskinporten: Arc<dyn AccessTokenProvider>,
    server: Server,
    retry: Retry,
}

impl AltinnTokenExchange {
    /// Exchanges the tokens that `maskinporten` gives, at this platform.
    pub fn builder(
        platform: AltinnPlatform,
        maskinporten: Arc<dyn AccessTokenProvider>,
    ) -> AltinnTokenExchangeBuilder {
        AltinnTokenExchangeBuilder {
            url: platform.url().to_owned(),
            maskinporten,
            test_organization: false,
            attempts: None,
            http: HttpSettings::default(),
        }
    }
}

impl AltinnTokenExchangeBuilder {
    /// Another installation of the platform, by its address.
    pub fn platform_url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Asks for a token of the service owner `ttd` for tests, which Altinn gives to Digdir alone.
    pub fn test_organization(mut self) -> Self {
        self.test_organization = true;
        self
    }

    /// How many times Altinn is asked before a failure is told, the first time included; three unless said.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Trusts these certificate authorities (PEM) instead of the platform's.
    pub fn certificate_authorities_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.certificate_authorities = Some(pem.into());
        self
    }

    /// Makes the provider. Nothing is sent before the first token is asked for.
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`] names the setting that cannot be right.
    pub fn build(self) -> Result<AltinnTokenExchange, AuthError> {
        secure_url("the URL of Altinn's platform", &self.url)?;
        let query = if self.test_organization { "?test=true" } else { "" };
        let clock = Arc::new(SystemClock);
        let grant = ExchangeGrant {
            url: format!("{}{EXCHANGE_PATH}{query}", self.url.trim_end_matches('/')),
            maskinporten: self.maskinporten,
            server: Server::new("Altinn", &self.http, clock.clone())?,
            retry: Retry::new(self.attempts, clock),
        };
        Ok(AltinnTokenExchange { token: Arc::new(KeptToken::new(Arc::new(grant))) })
    }
}

#[async_trait]
impl TokenGrant for ExchangeGrant {
    fn longest(&self) -> Duration {
        // An attempt may ask twice.
        let attempt = MASKINPORTEN.saturating_add(self.server.timeout.saturating_mul(2));
        self.retry.longest(attempt)
    }

    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        self.retry.run(|| self.attempt()).await
    }
}

impl ExchangeGrant {
    /// Asks once, and once more with another Maskinporten token when Altinn refuses the first.
    async fn attempt(&self) -> Result<GrantedToken, AuthError> {
        let maskinporten = self.maskinporten.access_token().await?;
        let mut answer = self.ask(&maskinporten).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            self.maskinporten.invalidate(&maskinporten).await;
            let another = self.maskinporten.access_token().await?;
            if another != maskinporten {
                answer = self.ask(&another).await?;
            }
        }
        read(&answer)
    }

    async fn ask(&self, maskinporten: &AccessToken) -> Result<Answer, AuthError> {
        self.server.send(self.server.http.get(&self.url).bearer_auth(maskinporten.expose())).await
    }
}

/// The token is a JSON text, or stands in the body as it is. Its own claims tell how long it lives.
fn read(answer: &Answer) -> Result<GrantedToken, AuthError> {
    match answer.status {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => {
            return Err(AuthError::new(
                AuthErrorKind::Refused,
                "Altinn does not take the Maskinporten token; check that both are of the same environment, and the clock \
                 of this machine",
            ));
        }
        StatusCode::FORBIDDEN => {
            return Err(AuthError::new(
                AuthErrorKind::Refused,
                "Altinn gives no token for this Maskinporten token; check its scopes",
            ));
        }
        _ => return Err(answer.refusal()),
    }
    let text = str::from_utf8(&answer.body).map_err(|_| answer.unexpected())?.trim();
    let token = if text.starts_with('"') { answer.json()? } else { AccessToken::new(text) };
    let lifetime = token.lifetime();
    if lifetime.is_none() { Err(answer.unexpected()) } else { Ok(GrantedToken::new(token, lifetime)) }
}

#[async_trait]
impl AccessTokenProvider for AltinnTokenExchange {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        self.token.access_token().await
    }

    async fn invalidate(&self, refused: &AccessToken) {
        self.token.invalidate(refused);
    }
}

impl fmt::Debug for AltinnTokenExchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AltinnTokenExchange").finish_non_exhaustive()
    }
}

impl fmt::Debug for AltinnTokenExchangeBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AltinnTokenExchangeBuilder").field("url", &self.url).finish_non_exhaustive()
    }
}

fn configuration(message: impl Into<String>) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}
