//! The list of accreditations.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use dan_model::{Accreditation, OrganizationNumber, PartyIdentifier, Timestamp};
use dan_transport::{Answer, Error, ErrorKind, Operation, SubscriptionKey};
use serde_json::Value;

use crate::client::DanClient;
use crate::times::Times;

/// The list of the accreditations of the caller's organization in one service context (`GET /accreditations`), which is
/// being put together; made by [`DanClient::accreditations`]. Awaiting it reads it.
///
/// There are no pages, and no order. Accreditations that have expired are in it until they are deleted. Unlike in the answer to
/// a request, the aggregate status is determined: the first dataset that is not available decides.
///
/// ```
/// # use dan_client::DanClient;
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// # client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation").service_context("eBevis").await?;
/// let available = client.accreditations().service_context("eBevis").only_available().await?;
/// assert_eq!(available.len(), 1);
///
/// let subjects = client.accreditations().service_context("eBevis").query("[].subject").await?;
/// assert_eq!(subjects, serde_json::json!(["998997801"]));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a list is not read until it is awaited"]
pub struct AccreditationList<'a> {
    client: &'a DanClient,
    requestor: Option<PartyIdentifier>,
    changed_after: Option<Timestamp>,
    only_available: bool,
    service_context: Option<String>,
    times: Times,
}

impl<'a> AccreditationList<'a> {
    pub(crate) fn new(client: &'a DanClient) -> Self {
        Self {
            client,
            requestor: None,
            changed_after: None,
            only_available: false,
            service_context: None,
            times: Times::default(),
        }
    }

    /// Those of one requestor, a Norwegian organization.
    pub fn requestor(mut self, requestor: impl Into<PartyIdentifier>) -> Self {
        self.requestor = Some(requestor.into());
        self
    }

    /// Those that changed later than this: a time with its offset from UTC, as text or as a
    /// [`SystemTime`](std::time::SystemTime). They change when they are made and when a consent is answered. For a lasting
    /// feed, see [`DanClient::accreditation_changes`].
    pub fn changed_after(mut self, time: impl Into<Timestamp>) -> Self {
        self.changed_after = Some(time.into());
        self
    }

    /// Those that can be harvested as a whole.
    pub fn only_available(mut self) -> Self {
        self.only_available = true;
        self
    }

    /// The service context whose accreditations are listed. Each has a list of its own.
    pub fn service_context(mut self, name: impl Into<String>) -> Self {
        self.service_context = Some(name.into());
        self
    }

    /// How long one attempt may take, instead of the client's own limit: a list has no pages, and may be long.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.times.timeout = Some(timeout);
        self
    }

    /// How long the call may take with all its attempts, instead of the client's own limit.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.times.deadline = Some(deadline);
        self
    }

    /// Reads it, as awaiting it does.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] lists the service contexts when there are several and none was said;
    /// [`ErrorKind::InvalidRequest`] names the filter that cannot be right. Else those of any call.
    pub async fn read(self) -> Result<Vec<Accreditation>, Error> {
        self.send(None).await?.json()
    }

    /// Reads what a JMESPath expression makes of it, such as `[].{id: id, status: aggregateStatus.code}`.
    ///
    /// # Errors
    /// As [`read`](Self::read); [`ErrorKind::InvalidRequest`] when the service does not take the expression (1027).
    pub async fn query(self, expression: &str) -> Result<Value, Error> {
        self.send(Some(expression)).await?.json()
    }

    async fn send(self, query: Option<&str>) -> Result<Answer, Error> {
        let filter = Filter {
            requestor: self.requestor.as_ref().map(organization).transpose()?,
            changed_after: self.changed_after,
            only_available: self.only_available,
        };
        let key = self.client.context_subscription_key(self.service_context.as_deref())?;
        let mut operation = filter.operation(key)?;
        if let Some(expression) = query {
            operation = operation.query("query", expression);
        }
        self.client.send(&self.times.apply(operation)).await
    }
}

impl<'a> IntoFuture for AccreditationList<'a> {
    type Output = Result<Vec<Accreditation>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.read())
    }
}

/// What is listed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) requestor: Option<OrganizationNumber>,
    pub(crate) changed_after: Option<Timestamp>,
    pub(crate) only_available: bool,
}

impl Filter {
    pub(crate) fn operation(&self, key: SubscriptionKey) -> Result<Operation, Error> {
        let mut operation = Operation::get("/accreditations", key);
        if let Some(requestor) = &self.requestor {
            operation = operation.query("requestor", requestor.as_str());
        }
        if let Some(time) = &self.changed_after {
            operation = operation.query("changedafter", in_utc(time)?.as_str());
        }
        if self.only_available {
            operation = operation.query("onlyavailable", "true");
        }
        Ok(operation)
    }
}

fn organization(requestor: &PartyIdentifier) -> Result<OrganizationNumber, Error> {
    requestor.as_organization().cloned().ok_or_else(|| {
        Error::new(ErrorKind::InvalidRequest, "the requestor is no Norwegian organization number; check it")
    })
}

/// The service compares times as texts, and lists everything when it cannot read one.
fn in_utc(time: &Timestamp) -> Result<Timestamp, Error> {
    let instant = time.parse().and_then(|parts| parts.system_time());
    instant.map(Timestamp::from).map_err(|error| {
        Error::new(ErrorKind::InvalidRequest, format!("changedafter cannot be used: {error}"))
    })
}
