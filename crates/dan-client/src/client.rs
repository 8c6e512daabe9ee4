//! The client itself.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dan_auth::AccessTokenProvider;
use dan_model::PartyIdentifier;
use dan_transport::{Answer, Error, Operation, StreamedAnswer, Transport};

use crate::accreditation::{AccreditationHandle, AccreditationId, ConsentPolls};
use crate::accreditations::{AccreditationChanges, AccreditationList, Watermark};
use crate::authorization::{RecentAuthorizations, RequestAuthorization};
use crate::client_builder::DanClientBuilder;
use crate::clock::Clock;
use crate::configuration::Configuration;
use crate::dataset_name::NameCase;
use crate::direct_harvest::DirectHarvest;
use crate::end::End;
use crate::entity_register::EntityRegister;
use crate::metadata::{Metadata, MetadataCache};
use crate::once;
use crate::open_data::OpenData;
use crate::own_token::OwnToken;
use crate::proof::SignatureRule;
use crate::service_time::ServiceTime;
use crate::subscription_keys::SubscriptionKeys;

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
    /// How long a call may take, if somebody said so.
    pub(crate) said_deadline: Option<Duration>,
    pub(crate) metadata: MetadataCache,
    pub(crate) signature_rule: SignatureRule,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) service_time: ServiceTime,
    pub(crate) recent_authorizations: RecentAuthorizations,
    pub(crate) consent_polls: ConsentPolls,
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
    /// ```no_run
    /// use dan_client::DanClient;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = DanClient::from_environment()?;
    /// let datasets = client.metadata().evidence_codes().await?;
    /// # drop(datasets);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) names the variable that cannot be right.
    pub fn from_environment() -> Result<Self, Error> {
        Configuration::from_environment()?.client()
    }

    /// Settings from variables given as pairs of name and value; see [`Configuration`] for their names.
    ///
    /// ```
    /// use dan_client::DanClient;
    /// use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let client = DanClient::from_variables(sandbox.variables())?;
    /// # client.metadata().service_contexts().await?;
    /// # Ok(())
    /// # }
    /// ```
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

    /// Asks for a permission to harvest datasets about a subject, on behalf of a requestor (`POST /authorization`). The
    /// requestor has to be said also when it is the organization that the token was issued to.
    ///
    /// ```
    /// use dan_client::{DanClient, DatasetRequest};
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let authorization = client
    ///     .request_authorization("991825827", "998997801")
    ///     .service_context("eBevis")
    ///     .dataset(DatasetRequest::new("RestanserV2").request_consent())
    ///     .consent_reference("Tender 2026/17")
    ///     .await?;
    /// println!("whoever represents the subject answers at {:?}", authorization.consent_url());
    /// # Ok(())
    /// # }
    /// ```
    pub fn request_authorization(
        &self,
        requestor: impl Into<PartyIdentifier>,
        subject: impl Into<PartyIdentifier>,
    ) -> RequestAuthorization<'_> {
        RequestAuthorization::new(self, requestor.into(), subject.into())
    }

    /// The handle of an accreditation, by its id or by itself. Nothing is asked: whether it is there is told by the calls.
    ///
    /// ```
    /// use dan_client::{DanClient, ErrorKind};
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let accreditation = client.accreditation("5f1c1bb6-9d8e-4c1a-8a53-0f2b1c7d9e10").service_context("eBevis");
    /// match accreditation.status().await {
    ///     Ok(datasets) => println!("{} datasets", datasets.len()),
    ///     Err(error) if error.kind() == ErrorKind::NotFound => println!("it is gone"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn accreditation(&self, id: impl Into<AccreditationId>) -> AccreditationHandle {
        AccreditationHandle::new(self.clone(), id.into(), OwnToken::default())
    }

    /// The list of the accreditations of the caller's organization in one service context (`GET /accreditations`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// for accreditation in client.accreditations().service_context("eBevis").only_available().await? {
    ///     println!("{} until {}", accreditation.id, accreditation.valid_to);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn accreditations(&self) -> AccreditationList<'_> {
        AccreditationList::new(self)
    }

    /// A lasting feed of what changes in that list, from a watermark on; [`Watermark::default`] is the beginning.
    ///
    /// ```
    /// use dan_client::{DanClient, Watermark};
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let mut changes = client.accreditation_changes(Watermark::default()).service_context("eBevis");
    /// for change in changes.poll().await? {
    ///     println!("{} changed at {}", change.id(), change.last_changed());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn accreditation_changes(&self, watermark: Watermark) -> AccreditationChanges {
        AccreditationChanges::new(self.clone(), watermark)
    }

    /// Sends an operation, and notes what the answer says of the service's time.
    pub(crate) async fn send(&self, operation: &Operation) -> Result<Answer, Error> {
        let answer = self.0.transport.send(operation).await?;
        self.note_time(answer.date());
        Ok(answer)
    }

    /// The same, with an answer whose body is not yet read.
    pub(crate) async fn stream(&self, operation: &Operation) -> Result<StreamedAnswer, Error> {
        let answer = self.0.transport.stream(operation).await?;
        self.note_time(answer.date());
        Ok(answer)
    }

    fn note_time(&self, date: Option<SystemTime>) {
        if let Some(date) = date {
            self.0.service_time.note(date, self.0.clock.now());
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn service_time(&self) -> &ServiceTime {
        &self.0.service_time
    }

    pub(crate) fn recent_authorizations(&self) -> &RecentAuthorizations {
        &self.0.recent_authorizations
    }

    pub(crate) fn consent_polls(&self) -> &ConsentPolls {
        &self.0.consent_polls
    }

    /// How long a call may take, unless it says another time.
    pub(crate) fn deadline(&self) -> Duration {
        self.0.transport.deadline()
    }

    /// The end of a call that begins now and must not have its effect twice: by its own deadline, else within ten minutes
    /// and within the client's deadline where one was said.
    pub(crate) fn end_of_once(&self, said: Option<Duration>) -> End {
        let deadline =
            said.unwrap_or_else(|| self.0.said_deadline.unwrap_or(once::DEADLINE).min(once::DEADLINE));
        End::after(deadline, self.clock())
    }

    /// The time that a dataset's source may take, as far as the metadata is known already.
    pub(crate) fn known_timeout(&self, dataset: &str, case: NameCase) -> Option<Duration> {
        let known = self.0.metadata.known_evidence_codes()?;
        let dataset = case.spelling(dataset, &known);
        let seconds = known.iter().find(|code| code.evidence_code_name == dataset)?.timeout?;
        Some(Duration::from_secs(seconds.try_into().ok()?))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl fmt::Debug for DanClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DanClient").field("transport", &self.0.transport).finish_non_exhaustive()
    }
}
