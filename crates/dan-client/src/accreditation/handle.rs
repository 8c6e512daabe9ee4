//! The handle of an accreditation.

use std::fmt;
use std::time::Duration;

use dan_auth::Secret;
use dan_transport::{Error, Operation, SubscriptionKey};

use super::id::AccreditationId;
use super::listed::Listed;
use crate::client::DanClient;
use crate::own_token::OwnToken;
use crate::times::Times;

/// A handle of an accreditation: what can be done with a permission once it is stored. It holds a client and an id, nothing
/// that gets old; clone it, keep it, or make it again from the id ([`DanClient::accreditation`]).
///
/// ```
/// # use dan_client::DanClient;
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// # let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
/// # let id = request.service_context("eBevis").await?.accreditation().id.clone();
/// let accreditation = client.accreditation(id);
/// accreditation.wait_until_available().await?;
/// let unit = accreditation.harvest("UnitBasicInformation").evidence().await?;
/// # assert!(!unit.evidence_values.is_empty());
/// accreditation.delete().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AccreditationHandle {
    client: DanClient,
    listed: Listed,
    service_context: Option<String>,
    own_token: OwnToken,
    times: Times,
}

impl AccreditationHandle {
    pub(crate) fn new(client: DanClient, id: AccreditationId, own_token: OwnToken) -> Self {
        let AccreditationId { id, service_context } = id;
        Self { client, listed: Listed::new(id), service_context, own_token, times: Times::default() }
    }

    /// The accreditation's id.
    pub fn id(&self) -> &str {
        self.listed.id()
    }

    /// The service context, when it is known.
    pub fn known_service_context(&self) -> Option<&str> {
        self.service_context.as_deref()
    }

    /// The service context of the accreditation, whose subscription key is used.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
    /// # let id = request.service_context("eBevis").await?.accreditation().id.clone();
    /// let accreditation = client.accreditation(id).service_context("eBevis");
    /// accreditation.harvest("UnitBasicInformation").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn service_context(mut self, name: impl Into<String>) -> Self {
        self.service_context = Some(name.into());
        self
    }

    /// Lets the service use the caller's own token towards data sources, in all harvests through this handle (`reuseToken`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let request = client.request_authorization("991825827", "15867010022").dataset("FregPerson");
    /// let id = request.reuse_token().await?.accreditation().id.clone();
    /// // Another process makes the handle again, and has to say so again.
    /// let accreditation = client.accreditation(id).reuse_token();
    /// accreditation.harvest("FregPerson").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reuse_token(mut self) -> Self {
        self.own_token.reuse_token = true;
        self
    }

    /// Lets the service get a token of its own towards data sources, on behalf of the caller's organization, in all harvests
    /// through this handle (`tokenOnBehalfOfOwner`).
    #[must_use]
    pub fn token_on_behalf_of_owner(mut self) -> Self {
        self.own_token.token_on_behalf_of_owner = true;
        self
    }

    /// Gives a token for data sources in all harvests through this handle (`X-Forward-Access-Token`).
    #[must_use]
    pub fn forward_access_token(mut self, token: Secret) -> Self {
        self.own_token.forwarded = Some(token);
        self
    }

    /// How long one attempt may take in all calls through this handle, instead of the client's own limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.times.timeout = Some(timeout);
        self
    }

    /// How long each call through this handle may take with all its attempts, instead of the client's own limit. A
    /// [wait](Self::wait_until_available) has a deadline of its own.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.times.deadline = Some(deadline);
        self
    }

    pub(super) fn client(&self) -> &DanClient {
        &self.client
    }

    pub(super) fn listed(&self) -> &Listed {
        &self.listed
    }

    pub(super) fn times(&self) -> Times {
        self.times
    }

    pub(super) fn own_token(&self) -> &OwnToken {
        &self.own_token
    }

    /// Any subscription key of the caller's sees an accreditation by its id.
    pub(super) fn any_key(&self) -> Result<SubscriptionKey, Error> {
        self.client.any_subscription_key(self.known_service_context())
    }

    /// An operation on this accreditation, whose id is the first value of its template.
    pub(super) fn operation(&self, operation: Operation) -> Operation {
        self.times.apply(operation.path_value(self.id()))
    }
}

impl fmt::Debug for AccreditationHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccreditationHandle")
            .field("id", &self.id())
            .field("service_context", &self.service_context)
            .finish_non_exhaustive()
    }
}
