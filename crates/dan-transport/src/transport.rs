//! The way of a request: URL, key, token, wire, answer.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use dan_auth::AccessTokenProvider;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest::RequestBuilder;

use crate::answer::Answer;
use crate::classification::classify;
use crate::error::{Error, ErrorKind, ErrorOrigin};
use crate::operation::{Access, Operation};
use crate::service_url::ServiceUrl;

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The service itself waits up to 35 seconds for a source, and longer where a dataset says so.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(100);

/// Carries operations to the service and its answers back.
///
/// Each operation goes the same way: its URL is built; a protected one gets its subscription key and a token from the
/// provider; it is sent; and the answer is classified. Clones share connections.
#[derive(Clone)]
pub struct Transport {
    http: reqwest::Client,
    service: ServiceUrl,
    access_token_provider: Option<Arc<dyn AccessTokenProvider>>,
}

impl Transport {
    /// A transport to the API that stands at `service`.
    pub fn builder(service: ServiceUrl) -> TransportBuilder {
        TransportBuilder {
            service,
            access_token_provider: None,
            certificate_authorities: None,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Sends an operation once, and gives the answer when it is a success.
    ///
    /// # Errors
    /// Every [`ErrorKind`]; each says whether the same operation may succeed later.
    pub async fn send(&self, operation: &Operation) -> Result<Answer, Error> {
        let url = self.service.url(operation)?;
        let request = self.http.request(operation.method.clone(), url).header(ACCEPT, JSON);
        let request = match &operation.body {
            Some(body) => request.header(CONTENT_TYPE, JSON).body(body.clone()),
            None => request,
        };
        let request = match &operation.access {
            Access::Public => request,
            Access::Protected(key) => {
                self.authorize(request.header(SUBSCRIPTION_KEY, key.header_value())).await?
            }
        };
        let (status, headers, body) = exchange(request, operation.template).await?;
        classify(status, headers, body, SystemTime::now())
    }

    async fn authorize(&self, request: RequestBuilder) -> Result<RequestBuilder, Error> {
        let provider = self.access_token_provider.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "this needs an access token; configure a Maskinporten client or a token",
            )
        })?;
        let token = provider.access_token().await?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| {
            Error::new(ErrorKind::Configuration, "the access token holds odd characters; get a new one")
        })?;
        bearer.set_sensitive(true);
        Ok(request.header(AUTHORIZATION, bearer))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transport").field("service", &self.service).finish_non_exhaustive()
    }
}

/// Settings of a [`Transport`].
#[must_use = "a builder does nothing until `build`"]
pub struct TransportBuilder {
    service: ServiceUrl,
    access_token_provider: Option<Arc<dyn AccessTokenProvider>>,
    certificate_authorities: Option<Vec<u8>>,
    timeout: Duration,
}

impl TransportBuilder {
    /// Who gives access tokens. Without one, only public operations can be sent.
    pub fn access_token_provider(mut self, provider: Arc<dyn AccessTokenProvider>) -> Self {
        self.access_token_provider = Some(provider);
        self
    }

    /// Trusts these certificate authorities (PEM) instead of the platform's.
    pub fn certificate_authorities_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificate_authorities = Some(pem.into());
        self
    }

    /// How long an exchange may take, from the first byte sent to the last received; 100 seconds unless said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes the transport. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the certificate authorities cannot be used.
    pub fn build(self) -> Result<Transport, Error> {
        // Redirects are not followed: keys and tokens must not go to another place.
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("dan-rust/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(self.timeout);
        if let Some(pem) = self.certificate_authorities {
            let roots = reqwest::Certificate::from_pem_bundle(&pem).ok().filter(|roots| !roots.is_empty());
            builder = builder.tls_certs_only(roots.ok_or_else(|| {
                configuration("the trusted certificate authorities are no PEM certificates")
            })?);
        }
        let http = builder
            .build()
            .map_err(|_| configuration("TLS cannot be set up with these certificate authorities"))?;
        Ok(Transport { http, service: self.service, access_token_provider: self.access_token_provider })
    }
}

/// One exchange over the wire, told to the log without query, headers and bodies.
async fn exchange(
    request: RequestBuilder,
    template: &'static str,
) -> Result<(StatusCode, HeaderMap, Bytes), Error> {
    let (http, request) = request.build_split();
    let request = request
        .map_err(|error| configuration("the request cannot be made").with_cause(error.without_url()))?;
    let (method, url) = (request.method().clone(), request.url().clone());
    let started = Instant::now();
    let answer = async {
        let response = http.execute(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok((status, headers, response.bytes().await?))
    }
    .await;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    let address = url.host_str().unwrap_or_default();
    match answer {
        Ok((status, headers, body)) => {
            tracing::debug!(
                http.request.method = %method,
                server.address = address,
                url.template = template,
                url.path = url.path(),
                http.response.status_code = status.as_u16(),
                elapsed_ms,
                "the service answered"
            );
            Ok((status, headers, body))
        }
        Err(error) => {
            tracing::debug!(
                http.request.method = %method,
                server.address = address,
                url.template = template,
                url.path = url.path(),
                elapsed_ms,
                "the service did not answer"
            );
            Err(network_error(error, address))
        }
    }
}

fn network_error(error: reqwest::Error, address: &str) -> Error {
    let message = if error.is_timeout() {
        format!("{address} did not answer in time. Try again, or allow more time.")
    } else if error.is_connect() {
        format!(
            "{address} cannot be reached. Check the address, the network and the trusted certificate authorities."
        )
    } else {
        format!("the connection to {address} broke. Try again.")
    };
    Error::from_origin(ErrorKind::Network, ErrorOrigin::Network, message)
        .with_retry(true, None)
        .with_cause(error.without_url())
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
