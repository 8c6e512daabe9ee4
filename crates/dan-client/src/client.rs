//! The client itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dan_auth::AccessTokenProvider;
use dan_transport::{ApiVersion, Environment, Error, ServiceUrl, SubscriptionKey, Transport};

use crate::configuration::Configuration;
use crate::direct_harvest::DirectHarvest;
use crate::metadata::Metadata;
use crate::subscription_keys::{Choice, SubscriptionKeys};

/// A client of data.altinn.no.
///
/// It is one pointer: clone it freely, and share it, since clones share connections and tokens.
#[derive(Clone)]
pub struct DanClient(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) transport: Transport,
    pub(crate) subscription_keys: SubscriptionKeys,
    pub(crate) service_context: Option<String>,
}

impl DanClient {
    /// Settings in code. Nothing is required but what the calls need: metadata needs neither key nor token.
    pub fn builder() -> DanClientBuilder {
        DanClientBuilder::default()
    }

    /// Settings from the process's environment variables; see [`Configuration`] for their names.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) names the variable that cannot be right.
    pub fn from_environment() -> Result<Self, Error> {
        Configuration::from_environment()?.client()
    }

    /// Settings from variables given as pairs of name and value; see [`Configuration`] for their names.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) names the variable that cannot be right.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        Configuration::from_variables(variables)?.client()
    }

    /// Harvests a dataset with one call (`/directharvest/{dataset}`): its name as the metadata spells it.
    pub fn direct_harvest(&self, dataset: impl Into<String>) -> DirectHarvest<'_> {
        DirectHarvest::of(self, dataset.into())
    }

    /// What can be harvested, and the codes of the service. Public: needs neither key nor token.
    pub fn metadata(&self) -> Metadata<'_> {
        Metadata::new(self)
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// The key of the service context that is named, or of the client's, or of the one that has all these datasets.
    pub(crate) async fn subscription_key(
        &self,
        service_context: Option<&str>,
        datasets: &[&str],
    ) -> Result<SubscriptionKey, Error> {
        let keys = &self.0.subscription_keys;
        match keys.choose(service_context.or(self.0.service_context.as_deref()))? {
            Choice::Key(key) => Ok(key.clone()),
            Choice::ByMetadata => {
                let evidence_codes = self.metadata().evidence_codes().await?;
                keys.choose_by_metadata(datasets, &evidence_codes).cloned()
            }
        }
    }
}

impl fmt::Debug for DanClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DanClient").field("transport", &self.0.transport).finish_non_exhaustive()
    }
}

/// Settings of a [`DanClient`].
#[derive(Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct DanClientBuilder {
    environment: Environment,
    base_url: Option<String>,
    subscription_keys: SubscriptionKeys,
    service_context: Option<String>,
    access_token_provider: Option<Arc<dyn AccessTokenProvider>>,
    certificate_authorities: Option<Vec<u8>>,
    timeout: Option<Duration>,
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

    /// All subscription keys, one for a service context.
    pub fn subscription_keys(mut self, keys: SubscriptionKeys) -> Self {
        self.subscription_keys = keys;
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

    /// Trusts these certificate authorities (PEM) instead of the platform's.
    pub fn certificate_authorities_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificate_authorities = Some(pem.into());
        self
    }

    /// How long a call may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) names the setting that cannot be right.
    pub fn build(self) -> Result<DanClient, Error> {
        let service = match &self.base_url {
            Some(base_url) => ServiceUrl::custom(base_url, ApiVersion::V1)?,
            None => ServiceUrl::of_environment(self.environment, ApiVersion::V1)?,
        };
        let mut transport = Transport::builder(service);
        if let Some(provider) = self.access_token_provider {
            transport = transport.access_token_provider(provider);
        }
        if let Some(pem) = self.certificate_authorities {
            transport = transport.certificate_authorities_pem(pem);
        }
        if let Some(timeout) = self.timeout {
            transport = transport.timeout(timeout);
        }
        Ok(DanClient(Arc::new(Inner {
            transport: transport.build()?,
            subscription_keys: self.subscription_keys,
            service_context: self.service_context,
        })))
    }
}
