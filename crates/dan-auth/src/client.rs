//! A client of Maskinporten: asks for tokens with a key, and keeps them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use crate::assertion::AssertionRequest;
use crate::cache::{KeptToken, KeptTokens, TokenCacheKey, TokenGrant};
use crate::credential::ClientCredential;
use crate::endpoints::{Endpoints, MaskinportenEnvironment};
use crate::error::{AuthError, AuthErrorKind};
use crate::provider::AccessTokenProvider;
use crate::token::AccessToken;
use crate::token_server::{GrantedToken, TokenServer};

/// How long a connection may take, and how long an answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(30);

/// Gets access tokens from Maskinporten by the JWT-bearer grant (RFC 7523), and keeps each while it is good.
///
/// One client serves one set of scopes. Share it: all who ask while a grant is under way get that one's token.
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
pub struct MaskinportenClient {
    token: Arc<KeptToken>,
}

impl MaskinportenClient {
    /// A client with this id, as Maskinporten's self-service shows it, that signs with this credential.
    pub fn builder(client_id: impl Into<String>, credential: ClientCredential) -> MaskinportenClientBuilder {
        MaskinportenClientBuilder {
            request: AssertionRequest {
                client_id: client_id.into(),
                scope: String::new(),
                resource: None,
                consumer_org: None,
            },
            credential,
            server: ServerAddress::Endpoints(MaskinportenEnvironment::Production.into()),
            certificate_authorities: None,
        }
    }
}

#[async_trait]
impl AccessTokenProvider for MaskinportenClient {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        self.token.access_token().await
    }

    async fn invalidate(&self, refused: &AccessToken) {
        self.token.invalidate(refused).await;
    }
}

impl fmt::Debug for MaskinportenClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MaskinportenClient").finish_non_exhaustive()
    }
}

/// Settings of a [`MaskinportenClient`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct MaskinportenClientBuilder {
    request: AssertionRequest,
    credential: ClientCredential,
    server: ServerAddress,
    certificate_authorities: Option<Vec<u8>>,
}

#[derive(Debug, Clone)]
enum ServerAddress {
    Endpoints(Endpoints),
    WellKnown(String),
}

impl MaskinportenClientBuilder {
    /// The installation of Maskinporten; production unless said.
    pub fn environment(self, environment: MaskinportenEnvironment) -> Self {
        self.endpoints(environment.into())
    }

    /// Another token server, by its issuer and token endpoint.
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.server = ServerAddress::Endpoints(endpoints);
        self
    }

    /// Another token server, by the URL of its metadata document (RFC 8414). It is read at the first grant, and kept.
    pub fn well_known_url(mut self, url: impl Into<String>) -> Self {
        self.server = ServerAddress::WellKnown(url.into());
        self
    }

    /// The scopes to ask for, separated by blanks. Each must be registered on the client.
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.request.scope = scopes.into();
        self
    }

    /// The API that the token is meant for, an absolute URI (RFC 8707), when that API wants to be the audience.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.request.resource = Some(resource.into());
        self
    }

    /// The organization number of the customer on whose behalf a supplier asks, by a delegation in Altinn.
    pub fn consumer_org(mut self, organization_number: impl Into<String>) -> Self {
        self.request.consumer_org = Some(organization_number.into());
        self
    }

    /// Trusts these certificate authorities (PEM) instead of the platform's.
    pub fn certificate_authorities_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificate_authorities = Some(pem.into());
        self
    }

    /// Makes the client. Nothing is sent before the first token is asked for.
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`] names the setting that is missing or cannot be right; [`AuthErrorKind::Key`] says
    /// why Maskinporten could not take the key or the certificate.
    pub fn build(mut self) -> Result<MaskinportenClient, AuthError> {
        self.request.scope = self.request.scope.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.request.scope.is_empty() {
            return Err(configuration("no scope is asked for: name one that is registered on the client"));
        }
        if self.request.client_id.trim().is_empty() {
            return Err(configuration("the client id is empty: take it from Maskinporten's self-service"));
        }
        self.credential.check(SystemTime::now())?;
        let http = http_client(self.certificate_authorities.as_deref())?;
        let server = match self.server {
            ServerAddress::Endpoints(endpoints) => TokenServer::known(http, endpoints),
            ServerAddress::WellKnown(url) => TokenServer::well_known(http, url)?,
        };
        let grant = JwtBearerGrant { request: self.request, credential: self.credential, server };
        let key = grant.request.cache_key().build();
        Ok(MaskinportenClient { token: KeptTokens::default().token(key, || Arc::new(grant)) })
    }
}

/// Signs an assertion and exchanges it for a token.
struct JwtBearerGrant {
    request: AssertionRequest,
    credential: ClientCredential,
    server: TokenServer,
}

#[async_trait]
impl TokenGrant for JwtBearerGrant {
    async fn cache_key(&self) -> Result<TokenCacheKey, AuthError> {
        let key = self.credential.add_to(self.request.cache_key());
        Ok(self.server.add_to(key).build())
    }

    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        let endpoints = self.server.endpoints().await?;
        let assertion = self.request.sign(endpoints.issuer(), &self.credential, SystemTime::now())?;
        self.server.grant(endpoints, &assertion).await
    }
}

/// Assertions never follow a redirect, and are never sent twice.
fn http_client(certificate_authorities: Option<&[u8]>) -> Result<reqwest::Client, AuthError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("dan-auth/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT);
    if let Some(pem) = certificate_authorities {
        let roots = reqwest::Certificate::from_pem_bundle(pem).ok().filter(|roots| !roots.is_empty());
        builder =
            builder.tls_certs_only(roots.ok_or_else(|| {
                configuration("the trusted certificate authorities are no PEM certificates")
            })?);
    }
    builder.build().map_err(|_| configuration("TLS cannot be set up with these certificate authorities"))
}

fn configuration(message: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}
