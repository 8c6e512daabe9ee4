//! The exchange with a token server over HTTP.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use tokio::sync::OnceCell;

use crate::cache::TokenCacheKeyBuilder;
use crate::endpoints::{Endpoints, require_secure};
use crate::error::{AuthError, AuthErrorKind};
use crate::refusal::Refusal;
use crate::token::AccessToken;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// A token, and how long the server says it lives.
#[derive(Debug, Clone)]
pub(crate) struct GrantedToken {
    pub(crate) token: AccessToken,
    /// `None` when the server does not say: the token then serves the callers who wait, and nobody after them.
    pub(crate) lifetime: Option<Duration>,
}

#[derive(Debug)]
pub(crate) struct TokenServer {
    http: reqwest::Client,
    location: Location,
}

#[derive(Debug)]
enum Location {
    Known(Endpoints),
    /// The metadata document (RFC 8414), read once and kept.
    WellKnown {
        url: String,
        endpoints: OnceCell<Endpoints>,
    },
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    token_endpoint: String,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: AccessToken,
    expires_in: Option<Seconds>,
}

/// A number of seconds; some servers write it as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl TokenServer {
    pub(crate) fn known(http: reqwest::Client, endpoints: Endpoints) -> Self {
        Self { http, location: Location::Known(endpoints) }
    }

    pub(crate) fn well_known(http: reqwest::Client, url: String) -> Result<Self, AuthError> {
        require_secure(&url)?;
        Ok(Self { http, location: Location::WellKnown { url, endpoints: OnceCell::new() } })
    }

    /// Which server it is, known without asking it.
    pub(crate) fn add_to(&self, key: TokenCacheKeyBuilder) -> TokenCacheKeyBuilder {
        match &self.location {
            Location::Known(endpoints) => {
                key.with("issuer", endpoints.issuer()).with("token_endpoint", endpoints.token_endpoint())
            }
            Location::WellKnown { url, .. } => key.with("well_known", url),
        }
    }

    pub(crate) async fn endpoints(&self) -> Result<&Endpoints, AuthError> {
        match &self.location {
            Location::Known(known) => Ok(known),
            Location::WellKnown { url, endpoints } => endpoints.get_or_try_init(|| self.discover(url)).await,
        }
    }

    /// Hands in an assertion (RFC 7523 section 2.1). There is no client authentication but the assertion itself.
    pub(crate) async fn grant(
        &self,
        endpoints: &Endpoints,
        assertion: &str,
    ) -> Result<GrantedToken, AuthError> {
        let form = [("grant_type", GRANT_TYPE), ("assertion", assertion)];
        let (status, body) = exchange(self.http.post(endpoints.token_endpoint()).form(&form)).await?;
        if status != StatusCode::OK {
            return Err(refusal(status, &body, endpoints.token_endpoint()));
        }
        let answer: TokenAnswer =
            serde_json::from_slice(&body).map_err(|_| unexpected(status, endpoints.token_endpoint()))?;
        let lifetime = answer.expires_in.and_then(Seconds::duration);
        Ok(GrantedToken { token: answer.access_token, lifetime })
    }

    async fn discover(&self, url: &str) -> Result<Endpoints, AuthError> {
        let (status, body) = exchange(self.http.get(url)).await?;
        if status.is_server_error() {
            return Err(refusal(status, &body, url));
        }
        let metadata: Metadata = serde_json::from_slice(&body)
            .ok()
            .filter(|_| status == StatusCode::OK)
            .ok_or_else(|| unexpected(status, url))?;
        Endpoints::new(&metadata.issuer, &metadata.token_endpoint)
    }
}

impl Seconds {
    fn duration(self) -> Option<Duration> {
        match self {
            Self::Number(seconds) => Some(Duration::from_secs(seconds)),
            Self::Text(text) => text.trim().parse().ok().map(Duration::from_secs),
        }
    }
}

/// Sends the request, and tells the log what went over the wire: never the form, never the answer.
async fn exchange(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), AuthError> {
    let started = Instant::now();
    let (http, request) = request.header(ACCEPT, HeaderValue::from_static("application/json")).build_split();
    let request = request
        .map_err(|error| AuthError::network("the request to the token server cannot be made", error))?;
    let (method, url) = (request.method().clone(), request.url().clone());
    let answer = async { read(http.execute(request).await?).await }.await;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    let address = url.host_str().unwrap_or_default();
    match answer {
        Ok((status, body)) => {
            tracing::debug!(
                http.request.method = %method,
                server.address = address,
                url.path = url.path(),
                http.response.status_code = status.as_u16(),
                elapsed_ms,
                "the token server answered"
            );
            Ok((status, body))
        }
        Err(error) => {
            tracing::debug!(
                http.request.method = %method,
                server.address = address,
                url.path = url.path(),
                elapsed_ms,
                "the token server did not answer"
            );
            Err(AuthError::network(no_answer(&error, address), error))
        }
    }
}

async fn read(response: Response) -> Result<(StatusCode, Vec<u8>), reqwest::Error> {
    Ok((response.status(), response.bytes().await?.to_vec()))
}

fn no_answer(error: &reqwest::Error, address: &str) -> String {
    if error.is_timeout() {
        format!("the token server at {address} did not answer in time; try again")
    } else if error.is_connect() {
        format!(
            "the token server at {address} cannot be reached; check the address, the network and trusted certificates"
        )
    } else {
        format!("the connection to the token server at {address} broke; try again")
    }
}

fn refusal(status: StatusCode, body: &[u8], url: &str) -> AuthError {
    let kind = if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        AuthErrorKind::Unavailable
    } else {
        AuthErrorKind::Refused
    };
    match Refusal::read(status.as_u16(), body) {
        Some(refusal) => AuthError::refused(kind, refusal),
        None if kind == AuthErrorKind::Unavailable => AuthError::new(
            kind,
            format!("the token server cannot serve now (HTTP {}); try again later", status.as_u16()),
        ),
        None => unexpected(status, url),
    }
}

fn unexpected(status: StatusCode, url: &str) -> AuthError {
    AuthError::new(
        AuthErrorKind::UnexpectedAnswer,
        format!("what answered at {url} (HTTP {}) is no token server; check the address", status.as_u16()),
    )
}
