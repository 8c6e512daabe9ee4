//! Settings of a transport.

use std::sync::Arc;
use std::time::Duration;

use dan_auth::{AccessTokenProvider, ClientIdentity, Secret};
use http::HeaderValue;

use crate::authorization::Authorization;
use crate::error::{Error, ErrorKind};
use crate::operation::product_header;
use crate::retry::RetryPolicy;
use crate::server::Server;
use crate::service_url::ServiceUrl;
use crate::transport::{Inner, Limits, Transport};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Proxies and firewalls forget a quiet connection after a minute, as a rule. It is also the shortest of the times that
/// stand by default, so that the runtime need not be woken to hear of a call's own.
const IDLE_TIMEOUT: Duration = Duration::from_secs(55);
/// The service itself waits up to 35 seconds for a source, and longer where a dataset says so.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(100);
const DEFAULT_DEADLINE: Duration = Duration::from_secs(300);
const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(60);
/// 256 MiB.
const DEFAULT_BODY_LIMIT: usize = 256 << 20;

/// Who asks, beside what an application calls itself.
const USER_AGENT: &str = concat!("dan-rust/", env!("CARGO_PKG_VERSION"));
/// The longest name of an application.
const APPLICATION_ID_LENGTH: usize = 60;

/// Settings of a [`Transport`].
#[must_use = "a builder does nothing until `build`"]
pub struct TransportBuilder {
    service: ServiceUrl,
    access_token_provider: Option<Arc<dyn AccessTokenProvider>>,
    client_identity: Option<Secret>,
    certificate_authorities: Option<Vec<u8>>,
    application_id: Option<String>,
    product_id: Option<String>,
    retry_policy: RetryPolicy,
    limits: Limits,
}

impl TransportBuilder {
    pub(crate) fn new(service: ServiceUrl) -> Self {
        Self {
            service,
            access_token_provider: None,
            client_identity: None,
            certificate_authorities: None,
            application_id: None,
            product_id: None,
            retry_policy: RetryPolicy::default(),
            limits: Limits {
                timeout: DEFAULT_TIMEOUT,
                deadline: DEFAULT_DEADLINE,
                read_timeout: DEFAULT_READ_TIMEOUT,
                body: DEFAULT_BODY_LIMIT,
            },
        }
    }

    /// Who gives access tokens. Without one, and without a client identity, only public operations can be sent.
    pub fn access_token_provider(mut self, provider: Arc<dyn AccessTokenProvider>) -> Self {
        self.access_token_provider = Some(provider);
        self
    }

    /// Says who is asking by a certificate, in TLS itself: to the addresses of [`ServiceUrl::of_certificate_endpoint`], or to
    /// a gateway of one's own. No token is needed then; when there is an access token provider as well, its tokens go along.
    pub fn client_identity(mut self, identity: &ClientIdentity) -> Self {
        self.client_identity = Some(identity.to_pem());
        self
    }

    /// Trusts these certificate authorities (PEM) instead of the platform's.
    pub fn certificate_authorities_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificate_authorities = Some(pem.into());
        self
    }

    /// What the application calls itself, such as `my-service/2.1`; it stands before this library in `User-Agent`.
    pub fn application_id(mut self, application_id: impl Into<String>) -> Self {
        self.application_id = Some(application_id.into());
        self
    }

    /// The product under which a bare backend is asked, unless [an operation](crate::Operation::product_id) says its own.
    pub fn product_id(mut self, product_id: impl Into<String>) -> Self {
        self.product_id = Some(product_id.into());
        self
    }

    /// How often a request is sent again, and after which pauses.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry_policy = policy;
        self
    }

    /// How long one attempt may take, from asking for a token to the last byte received; 100 seconds unless said. The
    /// service itself waits 35 seconds for a source, and longer where a dataset says so.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long a call may take, all attempts and pauses together; 300 seconds unless said.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// How long the next part of a body may take to come; 60 seconds unless said.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.limits.read_timeout = timeout;
        self
    }

    /// The largest body that is held in memory, in bytes, after decompression; 256 MiB unless said. What may be larger is
    /// to be [streamed](Transport::stream).
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Makes the transport. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the certificate authorities, the client identity, the application's name or the
    /// product id cannot be used.
    pub fn build(self) -> Result<Transport, Error> {
        let product_id = self.product_id.as_deref().map(product_header).transpose()?;
        let http = self.http_client()?;
        Ok(Transport::new(Inner {
            http,
            server: Server::of(self.service.base()),
            authorization: Authorization::new(self.access_token_provider, self.client_identity.is_some()),
            service: self.service,
            product_id,
            retry_budget: self.retry_policy.budget_of_calls(),
            retry_policy: self.retry_policy,
            limits: self.limits,
        }))
    }

    fn http_client(&self) -> Result<reqwest::Client, Error> {
        // Redirects are not followed: keys and tokens must not go to another place.
        let mut builder = reqwest::Client::builder()
            .user_agent(user_agent(self.application_id.as_deref())?)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT);
        if self.service.base().scheme() == "http" {
            // Plain HTTP stays on this machine; through a proxy it would carry keys and tokens in the clear.
            builder = builder.no_proxy();
        }
        if let Some(pem) = &self.certificate_authorities {
            let roots = reqwest::Certificate::from_pem_bundle(pem).ok().filter(|roots| !roots.is_empty());
            builder = builder.tls_certs_only(roots.ok_or_else(|| {
                configuration("the trusted certificate authorities are no PEM certificates")
            })?);
        }
        if let Some(pem) = &self.client_identity {
            let identity = reqwest::Identity::from_pem(pem.expose().as_bytes()).map_err(|error| {
                configuration("the client certificate cannot be used for TLS").with_cause(error)
            })?;
            // HTTP/2 may lose what TLS says of a certificate that the server does not take.
            builder = builder.identity(identity).http1_only();
        }
        builder.build().map_err(|error| {
            configuration(
                "TLS cannot be set up with these certificate authorities and this client certificate",
            )
            .with_cause(error)
        })
    }
}

/// The application first, then this library (RFC 9110 section 10.1.5).
fn user_agent(application_id: Option<&str>) -> Result<HeaderValue, Error> {
    let Some(application_id) = application_id else { return Ok(HeaderValue::from_static(USER_AGENT)) };
    let is_product = |sign: char| sign.is_ascii_alphanumeric() || "-_./+".contains(sign);
    let fits = !application_id.is_empty()
        && application_id.len() <= APPLICATION_ID_LENGTH
        && application_id.chars().all(is_product);
    let refused = || {
        configuration(&format!(
            "the application's name must have 1 to {APPLICATION_ID_LENGTH} letters, digits and '-_./+', as in 'my-service/2.1'"
        ))
    };
    if !fits {
        return Err(refused());
    }
    HeaderValue::try_from(format!("{application_id} {USER_AGENT}")).map_err(|_| refused())
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
