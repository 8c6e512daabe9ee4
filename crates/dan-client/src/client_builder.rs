//! Settings of a client.

use std::sync::Arc;
use std::time::Duration;

use dan_auth::{AccessTokenProvider, ClientIdentity, Secret};
use dan_transport::{ApiVersion, Environment, Error, RetryPolicy, ServiceUrl, SubscriptionKey, Transport};

use crate::accreditation::ConsentPolls;
use crate::authorization::RecentAuthorizations;
use crate::client::{DanClient, Inner};
use crate::clock::{Clock, SystemClock};
use crate::metadata::MetadataCache;
use crate::proof::{SignatureKey, SignatureRule};
use crate::service_time::ServiceTime;
use crate::subscription_keys::SubscriptionKeys;

/// Settings of a [`DanClient`]. None is required but what the calls need: metadata needs neither key nor token.
///
/// ```
/// use std::time::Duration;
///
/// use dan_client::{AccessToken, DanClient, Environment, Secret, SubscriptionKey};
///
/// let client = DanClient::builder()
///     .environment(Environment::Production)
///     .subscription_key(SubscriptionKey::new(&Secret::from("from the portal"))?)
///     .access_token(AccessToken::new("from the token server"))
///     .timeout(Duration::from_secs(60))
///     .metadata_life(Duration::from_secs(600))
///     .build()?;
/// # Ok::<(), dan_client::Error>(())
/// ```
#[derive(Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct DanClientBuilder {
    environment: Environment,
    base_url: Option<String>,
    subscription_keys: SubscriptionKeys,
    service_context: Option<String>,
    access_token_provider: Option<Arc<dyn AccessTokenProvider>>,
    client_identity: Option<ClientIdentity>,
    certificate_authorities: Option<Vec<u8>>,
    application_id: Option<String>,
    product_id: Option<String>,
    retry_policy: Option<RetryPolicy>,
    timeout: Option<Duration>,
    deadline: Option<Duration>,
    read_timeout: Option<Duration>,
    body_limit: Option<usize>,
    metadata_life: Option<Duration>,
    signature_rule: SignatureRule,
    clock: Option<Arc<dyn Clock>>,
}

impl DanClientBuilder {
    /// The installation; [`Environment::Test`] unless said.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Another origin instead of the environment's, such as a proxy or a sandbox; the version is appended.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// The subscription key, when there is one only.
    pub fn subscription_key(mut self, key: SubscriptionKey) -> Self {
        self.subscription_keys.set_default(key);
        self
    }

    /// Subscription keys, one for a service context. They join those that were given before; of two for the same, the later
    /// one counts.
    pub fn subscription_keys(mut self, keys: SubscriptionKeys) -> Self {
        self.subscription_keys.join(keys);
        self
    }

    /// The service context of every call that does not say its own.
    pub fn service_context(mut self, name: impl Into<String>) -> Self {
        self.service_context = Some(name.into());
        self
    }

    /// Who gives access tokens, such as a [`dan_auth::MaskinportenClient`].
    pub fn access_token_provider(mut self, provider: Arc<dyn AccessTokenProvider>) -> Self {
        self.access_token_provider = Some(provider);
        self
    }

    /// A ready token. It is used until it expires, and nobody renews it.
    pub fn access_token(self, token: dan_auth::AccessToken) -> Self {
        self.access_token_provider(Arc::new(token))
    }

    /// Says who is asking by an enterprise certificate, in TLS itself. No token is needed then; when there is an access token
    /// provider as well, its tokens go along. Calls go to the environment's
    /// certificate endpoint ([`Environment::certificate_origin`]), or to the [`base_url`](Self::base_url) if one is given.
    ///
    /// The service's own documentation has not named these endpoints since it moved to tokens.
    pub fn client_identity(mut self, identity: ClientIdentity) -> Self {
        self.client_identity = Some(identity);
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

    /// The product under which a bare backend is asked, such as `ebevis-product`: for [`Environment::Local`], where no
    /// gateway finds it by a subscription key.
    pub fn product_id(mut self, product_id: impl Into<String>) -> Self {
        self.product_id = Some(product_id.into());
        self
    }

    /// How often a request is sent again, and after which pauses. Only what may be sent twice is.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry_policy = Some(policy);
        self
    }

    /// How long one attempt may take; 100 seconds unless said. The service itself waits 35 seconds for a source, and longer
    /// where a dataset says so.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long a call may take, all attempts and pauses together; 300 seconds unless said.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How long the next part of an answer may take to come; 60 seconds unless said.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = Some(timeout);
        self
    }

    /// The largest answer that is held in memory, in bytes, after decompression; 256 MiB unless said. What may be larger is
    /// to be [streamed](crate::HarvestRequest::stream).
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// How old metadata may be when it is asked for. Without it, it is asked for each time; the client itself, when it chooses
    /// a key by it, takes what is at most an hour old. A time limit follows from what is known already, however old.
    pub fn metadata_life(mut self, life: Duration) -> Self {
        self.metadata_life = Some(life);
        self
    }

    /// Gives no harvested data but what the service signed with `key`, unless a call
    /// [accepts unsigned answers](crate::HarvestRequest::accept_unsigned).
    pub fn require_signature(mut self, key: SignatureKey) -> Self {
        self.signature_rule = SignatureRule::Required(key);
        self
    }

    /// Checks the signature of harvested data that is signed, and takes what is not, such as binary datasets.
    pub fn check_signatures(mut self, key: SignatureKey) -> Self {
        self.signature_rule = SignatureRule::IfSigned(key);
        self
    }

    /// The clock that waits and long deadlines go by; the machine's unless said.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) names the setting that cannot be right.
    pub fn build(mut self) -> Result<DanClient, Error> {
        let service = self.service_url()?;
        if self.base_url.is_none()
            && self.environment == Environment::Local
            && self.subscription_keys.is_empty()
        {
            // A backend without gateway takes no keys, and none is sent to it.
            self.subscription_keys.set_default(SubscriptionKey::new(&Secret::from("none"))?);
        }
        Ok(DanClient::of(Inner {
            transport: self.transport(service)?,
            subscription_keys: self.subscription_keys,
            service_context: self.service_context,
            access_token_provider: self.access_token_provider,
            said_deadline: self.deadline,
            metadata: MetadataCache::new(self.metadata_life),
            signature_rule: self.signature_rule,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock::default())),
            service_time: ServiceTime::default(),
            recent_authorizations: RecentAuthorizations::default(),
            consent_polls: ConsentPolls::default(),
        }))
    }

    fn service_url(&self) -> Result<ServiceUrl, Error> {
        match &self.base_url {
            Some(base_url) => ServiceUrl::custom(base_url, ApiVersion::V1),
            None if self.client_identity.is_some() => {
                ServiceUrl::of_certificate_endpoint(self.environment, ApiVersion::V1)
            }
            None => ServiceUrl::of_environment(self.environment, ApiVersion::V1),
        }
    }

    fn transport(&self, service: ServiceUrl) -> Result<Transport, Error> {
        let mut transport = Transport::builder(service);
        if let Some(provider) = &self.access_token_provider {
            transport = transport.access_token_provider(provider.clone());
        }
        if let Some(identity) = &self.client_identity {
            transport = transport.client_identity(identity);
        }
        if let Some(pem) = &self.certificate_authorities {
            transport = transport.certificate_authorities_pem(pem.clone());
        }
        if let Some(application_id) = &self.application_id {
            transport = transport.application_id(application_id);
        }
        if let Some(product_id) = &self.product_id {
            transport = transport.product_id(product_id);
        }
        if let Some(policy) = &self.retry_policy {
            transport = transport.retry_policy(policy.clone());
        }
        if let Some(timeout) = self.timeout {
            transport = transport.timeout(timeout);
        }
        if let Some(deadline) = self.deadline {
            transport = transport.deadline(deadline);
        }
        if let Some(timeout) = self.read_timeout {
            transport = transport.read_timeout(timeout);
        }
        if let Some(bytes) = self.body_limit {
            transport = transport.body_limit(bytes);
        }
        transport.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_given_one_after_the_other_join() {
        let key = |text| SubscriptionKey::new(&Secret::from(text)).unwrap();
        let mut keys = SubscriptionKeys::new();
        keys.set("Tilda", key("of Tilda"));
        let builder = DanClient::builder().subscription_key(key("by default")).subscription_keys(keys);
        let keys = builder.build().unwrap().inner().subscription_keys.clone();
        assert!(keys.has_default());
        assert_eq!(keys.service_contexts().collect::<Vec<_>>(), ["TILDA"]);
    }

    #[test]
    fn a_backend_without_gateway_takes_no_keys() {
        let local = DanClient::builder().environment(Environment::Local).product_id("ebevis-product");
        assert!(local.build().unwrap().sole_subscription_key(None).is_some());
        let behind_a_gateway = DanClient::builder().build().unwrap();
        assert!(behind_a_gateway.sole_subscription_key(None).is_none());
    }
}
