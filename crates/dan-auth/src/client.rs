//! A client of Maskinporten: asks for tokens with a key, and keeps them.

use std::fmt;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use async_trait::async_trait;

use crate::cache::{KeptToken, KeptTokens, TokenCache};
use crate::clock::{Clock, SystemClock};
use crate::credential::{ClientCredential, CredentialSource};
use crate::error::{AuthError, AuthErrorKind};
use crate::grant::{JwtBearerClient, JwtBearerGrant, Retry};
use crate::provider::AccessTokenProvider;
use crate::request::{AuthorizationDetails, TokenRequest};
use crate::secret::Secret;
use crate::server::{
    Endpoints, HttpSettings, Location, MaskinportenEnvironment, Server, TokenServer, WellKnown,
};
use crate::token::AccessToken;

/// Gets access tokens from Maskinporten by the JWT-bearer grant (RFC 7523), and keeps each while it is good.
///
/// A client is made for one [`TokenRequest`], and gives others by [`for_request`](Self::for_request). It is cheap to clone,
/// and clones share everything: all who ask for the same while a grant is under way get that one's token.
///
/// ```no_run
/// use dan_auth::{AccessTokenProvider, ClientCredential, MaskinportenClient, MaskinportenEnvironment, PrivateKey};
///
/// # async fn example() -> Result<(), dan_auth::AuthError> {
/// # let pem = b"";
/// let credential = ClientCredential::registered_key(PrivateKey::from_pem(pem)?, "my-key-2026");
/// let client = MaskinportenClient::builder("11111111-2222-3333-4444-555555555555", credential)
///     .environment(MaskinportenEnvironment::Test)
///     .scopes("altinn:dataaltinnno")
///     .build()?;
/// let token = client.access_token().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MaskinportenClient {
    grants: Arc<JwtBearerClient>,
    tokens: Arc<KeptTokens>,
    request: TokenRequest,
    token: Arc<KeptToken>,
}

impl MaskinportenClient {
    /// A client with this id, as Maskinporten's self-service shows it, that signs with this credential.
    pub fn builder(client_id: impl Into<String>, credential: ClientCredential) -> MaskinportenClientBuilder {
        MaskinportenClientBuilder::new(client_id.into(), Credential::Fixed(credential))
    }

    /// A client whose credential may change while it runs, such as a [`ReloadingCredential`](crate::ReloadingCredential).
    pub fn with_credential_source(
        client_id: impl Into<String>,
        source: impl CredentialSource + 'static,
    ) -> MaskinportenClientBuilder {
        MaskinportenClientBuilder::new(client_id.into(), Credential::Source(Arc::new(source)))
    }

    /// The same client, asking for something else: on behalf of another customer, for other scopes. It shares key,
    /// connections and kept tokens with this one, so that it can be made for a single call.
    ///
    /// ```no_run
    /// # use dan_auth::{AccessTokenProvider, AuthError, MaskinportenClient};
    /// # async fn example(client: MaskinportenClient) -> Result<(), AuthError> {
    /// let customer = client.for_request(client.request().clone().consumer_org("310123455"))?;
    /// let token = customer.access_token().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`] says what of the request the token server would refuse.
    pub fn for_request(&self, request: TokenRequest) -> Result<Self, AuthError> {
        Self::asking(Arc::clone(&self.grants), Arc::clone(&self.tokens), request)
    }

    /// What this client asks for.
    pub fn request(&self) -> &TokenRequest {
        &self.request
    }

    /// By how many seconds the token server's clock was ahead of this machine's at its last answer; less than zero when it
    /// was behind. A client whose clock is wrong gets tokens all the same, and a warning in the log.
    pub fn clock_offset_seconds(&self) -> i64 {
        self.grants.server.clock_offset_seconds()
    }

    fn asking(
        grants: Arc<JwtBearerClient>,
        tokens: Arc<KeptTokens>,
        request: TokenRequest,
    ) -> Result<Self, AuthError> {
        request.check()?;
        let token = tokens.token(request.cache_key().build(), || {
            Arc::new(JwtBearerGrant { client: Arc::clone(&grants), request: request.clone() })
        });
        Ok(Self { grants, tokens, request, token })
    }
}

#[async_trait]
impl AccessTokenProvider for MaskinportenClient {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        self.token.access_token().await
    }

    async fn invalidate(&self, refused: &AccessToken) {
        self.token.invalidate(refused);
    }
}

impl fmt::Debug for MaskinportenClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MaskinportenClient")
            .field("client_id", &self.grants.client_id)
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`MaskinportenClient`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct MaskinportenClientBuilder {
    client_id: String,
    credential: Credential,
    request: TokenRequest,
    server: ServerAddress,
    issuer: Option<String>,
    http: HttpSettings,
    attempts: Option<u32>,
    clock: Arc<dyn Clock>,
    token_cache: Option<Arc<dyn TokenCache>>,
}

#[derive(Clone)]
enum Credential {
    Fixed(ClientCredential),
    Source(Arc<dyn CredentialSource>),
}

#[derive(Debug, Clone)]
enum ServerAddress {
    Endpoints(Endpoints),
    WellKnown(String),
}

impl MaskinportenClientBuilder {
    fn new(client_id: String, credential: Credential) -> Self {
        Self {
            client_id,
            credential,
            request: TokenRequest::new(""),
            server: ServerAddress::Endpoints(MaskinportenEnvironment::default().into()),
            issuer: None,
            http: HttpSettings::default(),
            attempts: None,
            clock: Arc::new(SystemClock),
            token_cache: None,
        }
    }

    /// The installation of Maskinporten; [`MaskinportenEnvironment::Test`] unless said.
    pub fn environment(self, environment: MaskinportenEnvironment) -> Self {
        self.endpoints(environment.into())
    }

    /// Another token server, by its issuer and token endpoint.
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.server = ServerAddress::Endpoints(endpoints);
        self
    }

    /// Another token server, by the URL of its metadata document (RFC 8414). It is read at the first grant, and kept.
    ///
    /// The document must lie where that of its issuer does, unless [`expected_issuer`](Self::expected_issuer) names the
    /// issuer.
    pub fn well_known_url(mut self, url: impl Into<String>) -> Self {
        self.server = ServerAddress::WellKnown(url.into());
        self
    }

    /// The issuer that the token server must have, to the letter: the one that its metadata document names, or the one of
    /// the environment or the endpoints.
    pub fn expected_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Everything that is asked for.
    pub fn request(mut self, request: TokenRequest) -> Self {
        self.request = request;
        self
    }

    /// The scopes to ask for, separated by blanks. Each must be registered on the client.
    pub fn scopes(mut self, scopes: impl AsRef<str>) -> Self {
        self.request = self.request.with_scopes(scopes);
        self
    }

    /// As [`TokenRequest::resource`].
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.request = self.request.resource(resource);
        self
    }

    /// As [`TokenRequest::consumer_org`].
    pub fn consumer_org(mut self, organization_number: impl Into<String>) -> Self {
        self.request = self.request.consumer_org(organization_number);
        self
    }

    /// As [`TokenRequest::pid`].
    pub fn pid(mut self, national_identity_number: impl Into<Secret>) -> Self {
        self.request = self.request.pid(national_identity_number);
        self
    }

    /// As [`TokenRequest::authorization_details`].
    pub fn authorization_details(mut self, details: AuthorizationDetails) -> Self {
        self.request = self.request.authorization_details(details);
        self
    }

    /// How long one request to the token server may take; ten seconds unless said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.http.timeout = Some(timeout);
        self
    }

    /// How many times the token server is asked before a failure is told, the first time included; three unless said. Only
    /// what may succeed later is asked again, each time with an assertion of its own.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Another clock than this machine's, for assertions and for the pauses between attempts.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Trusts these certificate authorities (PEM) instead of the platform's.
    pub fn certificate_authorities_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.certificate_authorities = Some(pem.into());
        self
    }

    /// Where tokens lie that others may use too: other clients, processes or machines. The client keeps its tokens in its
    /// own memory in any case.
    pub fn token_cache(mut self, cache: Arc<dyn TokenCache>) -> Self {
        self.token_cache = Some(cache);
        self
    }

    /// Makes the client. Nothing is sent before the first token is asked for.
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`] names the setting that is missing or cannot be right; [`AuthErrorKind::Key`] says
    /// why Maskinporten could not take the key or the certificate.
    pub fn build(self) -> Result<MaskinportenClient, AuthError> {
        let client_id = self.client_id.trim();
        if client_id.is_empty() {
            return Err(configuration("the client id is empty: take it from Maskinporten's self-service"));
        }
        self.request.check()?;
        let now = self.clock.now();
        let credential: Arc<dyn CredentialSource> = match self.credential {
            Credential::Fixed(credential) => {
                credential.check(now)?;
                Arc::new(credential)
            }
            Credential::Source(source) => source,
        };
        let location = match self.server {
            ServerAddress::Endpoints(endpoints) => {
                require_issuer(&endpoints, self.issuer.as_deref())?;
                Location::Known(endpoints)
            }
            ServerAddress::WellKnown(url) => Location::WellKnown(WellKnown::new(url, self.issuer)?),
        };
        let server = Server::new("the token server", &self.http, Arc::clone(&self.clock))?;
        let grants = JwtBearerClient {
            client_id: client_id.to_owned(),
            credential,
            server: TokenServer::new(server, location),
            retry: Retry::new(self.attempts, self.clock),
            environment_check: Once::new(),
            reminded: Mutex::new(now),
        };
        let tokens = KeptTokens::new(self.token_cache);
        MaskinportenClient::asking(Arc::new(grants), Arc::new(tokens), self.request)
    }
}

impl fmt::Debug for MaskinportenClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MaskinportenClientBuilder")
            .field("client_id", &self.client_id)
            .field("request", &self.request)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

fn require_issuer(endpoints: &Endpoints, expected: Option<&str>) -> Result<(), AuthError> {
    match expected {
        Some(expected) if expected != endpoints.issuer() => Err(configuration(&format!(
            "the token server is that of the issuer '{}', not of '{expected}': give the environment or the endpoints of the \
             one that is meant",
            endpoints.issuer()
        ))),
        _ => Ok(()),
    }
}

fn configuration(message: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}
