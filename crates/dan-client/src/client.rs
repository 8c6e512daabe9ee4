//! The client itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dan_auth::AccessTokenProvider;
use dan_transport::{Error, SubscriptionKey, Transport};

use crate::client_builder::{DanClientBuilder, Limits};
use crate::configuration::Configuration;
use crate::direct_harvest::DirectHarvest;
use crate::entity_register::EntityRegister;
use crate::metadata::{Metadata, MetadataCache};
use crate::open_data::OpenData;
use crate::proof::SignatureRule;
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
    pub(crate) access_token_provider: Option<Arc<dyn AccessTokenProvider>>,
    pub(crate) limits: Limits,
    pub(crate) metadata: MetadataCache,
    pub(crate) signature_rule: SignatureRule,
}

impl DanClient {
    pub(crate) fn of(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Settings in code. Nothing is required but what the calls need: metadata needs neither key nor token.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let client = DanClient::builder()
    ///     .base_url(sandbox.base_url())
    ///     .certificate_authorities_pem(sandbox.ca_pem().unwrap_or_default())
    ///     .build()?;
    /// client.metadata().service_contexts().await?;
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let evidence = client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827").await?;
    /// assert_eq!(evidence.evidence_values[0].evidence_value_name, "OrganizationNumber");
    /// # Ok(())
    /// # }
    /// ```
    pub fn direct_harvest(&self, dataset: impl Into<String>) -> DirectHarvest<'_> {
        DirectHarvest::of(self, dataset.into())
    }

    /// Asks for open data (`/opendata/{dataset}`): by its name, whatever the case.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let unit = client.open_data("UnitBasicInformation").identifier("991825827").json().await?;
    /// assert_eq!(unit["OrganizationNumber"], 991_825_827);
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_data(&self, dataset: impl Into<String>) -> OpenData<'_> {
        OpenData::new(self, dataset.into())
    }

    /// Looks up units in the register of legal entities. Public: needs neither key nor token.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let unit = client.entity_register().unit(&"991825827".parse()?).await?;
    /// println!("{:?}", unit.map(|unit| unit.navn));
    /// # Ok(())
    /// # }
    /// ```
    pub fn entity_register(&self) -> EntityRegister<'_> {
        EntityRegister::new(self)
    }

    /// What can be harvested, and the codes of the service. Public: needs neither key nor token.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// for dataset in client.metadata().evidence_codes().await?.iter() {
    ///     println!("{}: {}", dataset.evidence_code_name, dataset.description.as_deref().unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn metadata(&self) -> Metadata<'_> {
        Metadata::new(self)
    }

    /// The time that a dataset's source may take, as far as the metadata is known already.
    pub(crate) fn known_timeout(&self, dataset: &str) -> Option<Duration> {
        let known = self.0.metadata.known_evidence_codes()?;
        let seconds = known.iter().find(|code| code.evidence_code_name == dataset)?.timeout?;
        Some(Duration::from_secs(seconds.try_into().ok()?))
    }

    /// The key of the service context that is named, or the only one; `None` when there are several to choose from.
    pub(crate) fn sole_subscription_key(&self, service_context: Option<&str>) -> Option<SubscriptionKey> {
        match self.0.subscription_keys.choose(service_context.or(self.0.service_context.as_deref())) {
            Ok(Choice::Key(key)) => Some(key.clone()),
            _ => None,
        }
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
                let evidence_codes = Box::pin(self.metadata().evidence_codes_with(datasets)).await?;
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
