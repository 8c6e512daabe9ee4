//! An authorization request that is being put together.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use dan_auth::Secret;
use dan_model::{AuthorizationRequest, LegalBasis, LegalBasisKind, PartyIdentifier, Timestamp};
use dan_transport::{Error, ErrorKind};
use uuid::Uuid;

use super::check::problems;
use super::dataset_request::DatasetRequest;
use super::granted::Authorization;
use super::reconciliation::Attempt;
use crate::client::DanClient;
use crate::dataset_name::NameCase;
use crate::once::once;
use crate::own_token::OwnToken;

/// A request for a permission to harvest datasets about a subject (`POST /authorization`), which is being put together;
/// made by [`DanClient::request_authorization`]. Awaiting it sends it.
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
///     .dataset("UnitBasicInformation")
///     .dataset(DatasetRequest::new("RestanserV2").request_consent())
///     .consent_reference("Tender 2026/17")
///     .service_context("eBevis")
///     .await?;
/// assert!(authorization.consent_url().is_some());
/// assert!(authorization.not_granted().is_empty());
/// # Ok(())
/// # }
/// ```
///
/// # Sent once
///
/// Each request that arrives makes a permission and may send the subject a message. So it is not repeated blindly when
/// its answer gets lost. The client looks for a permission with the same external reference, requestor, subject and
/// datasets instead, and takes that for the answer. When there surely is none, which takes four minutes to know, it sends
/// the request again. When it cannot know within the [`deadline`](Self::deadline), the error says what is unknown and how to
/// find out, and its [`delivery`](Error::delivery) is [`Delivery::Unknown`](crate::Delivery::Unknown).
///
/// The external reference tells the requests apart. Without one, the client makes one. Of one client, requests with the same
/// external reference wait for each other, and what a request left that was dropped on its way is not taken for the answer to
/// a later one; of several processes they cannot be told apart when they are sent within seconds of each other.
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until it is awaited"]
pub struct RequestAuthorization<'a> {
    client: &'a DanClient,
    request: AuthorizationRequest,
    service_context: Option<String>,
    own_token: OwnToken,
    deadline: Option<Duration>,
}

impl<'a> RequestAuthorization<'a> {
    pub(crate) fn new(client: &'a DanClient, requestor: PartyIdentifier, subject: PartyIdentifier) -> Self {
        Self {
            client,
            request: AuthorizationRequest::new(requestor, subject, Vec::new()),
            service_context: None,
            own_token: OwnToken::default(),
            deadline: None,
        }
    }

    /// Asks for a dataset: by its name as the metadata spells it, or as a [`DatasetRequest`] with what goes with it.
    pub fn dataset(mut self, dataset: impl Into<DatasetRequest>) -> Self {
        self.request.evidence_requests.push(dataset.into().into_evidence_request());
        self
    }

    /// Gives a lawful ground: an ESPD document as XML, or CPV codes with commas, blanks or line ends between them. A dataset
    /// refers to it by `id` ([`DatasetRequest::legal_basis_id`]), and at least one has to.
    ///
    /// ```
    /// use dan_client::DatasetRequest;
    /// use dan_client::model::LegalBasisKind;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let request = client
    ///     .request_authorization("991825827", "998997801")
    ///     .dataset(DatasetRequest::new("MvaMeldingsOpplysning").request_consent().legal_basis_id("tender"))
    ///     .legal_basis("tender", LegalBasisKind::Cpv, "45000000-7");
    /// let authorization = request.consent_reference("Tender 2026/17").await?;
    /// assert!(authorization.not_granted().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn legal_basis(
        mut self,
        id: impl Into<String>,
        kind: LegalBasisKind,
        content: impl Into<String>,
    ) -> Self {
        let content = match kind {
            // The service takes a line end for part of a code.
            LegalBasisKind::Cpv => content.into().split_whitespace().collect::<Vec<_>>().join(" "),
            _ => content.into(),
        };
        self.request.legal_basis_list.get_or_insert_default().push(LegalBasis::new(id, kind, content));
        self
    }

    /// What whoever consents reads as the reason. Needed as soon as a dataset asks for consent.
    pub fn consent_reference(mut self, reference: impl Into<String>) -> Self {
        self.request.consent_reference = Some(reference.into());
        self
    }

    /// A reference of the caller's own, best within 50 characters and unique. It comes back in the accreditation. A UUID is
    /// made without one.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
    /// let authorization = request.external_reference("case-4711").await?;
    /// assert_eq!(authorization.accreditation().external_reference.as_deref(), Some("case-4711"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn external_reference(mut self, reference: impl Into<String>) -> Self {
        self.request.external_reference = Some(reference.into());
        self
    }

    /// When the permission ends: a time with its offset from UTC, as text or as a
    /// [`SystemTime`](std::time::SystemTime). The service decides without one, mostly on 90 days, and refuses what is too near
    /// or too far ahead (1018).
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
    /// request.valid_to(SystemTime::now() + Duration::from_secs(30 * 24 * 60 * 60)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn valid_to(mut self, end: impl Into<Timestamp>) -> Self {
        self.request.valid_to = Some(end.into());
        self
    }

    /// The language of what the subject gets to read, as the service writes it: `no-nb`, or `no-nn` in some service contexts.
    pub fn language_code(mut self, code: impl Into<String>) -> Self {
        self.request.language_code = Some(code.into());
        self
    }

    /// Where whoever has consented goes on to. The service adds `?status=…&id=…`, so leave out a query.
    pub fn consent_receipt_redirect_url(mut self, url: impl Into<String>) -> Self {
        self.request.consent_receipt_redirect_url = Some(url.into());
        self
    }

    /// Lets the service send the subject no message. The caller has to hand on the [`Authorization::consent_url`].
    ///
    /// ```
    /// use dan_client::DatasetRequest;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let authorization = client
    ///     .request_authorization("991825827", "998997801")
    ///     .dataset(DatasetRequest::new("RestanserV2").request_consent())
    ///     .consent_reference("Tender 2026/17")
    ///     .language_code("no-nb")
    ///     .consent_receipt_redirect_url("https://example.no/done")
    ///     .skip_altinn_notification()
    ///     .await?;
    /// assert!(authorization.consent_url().is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn skip_altinn_notification(mut self) -> Self {
        self.request.skip_altinn_notification = Some(true);
        self
    }

    /// The service context whose subscription key is used.
    pub fn service_context(mut self, name: impl Into<String>) -> Self {
        self.service_context = Some(name.into());
        self
    }

    /// Lets the service use the caller's own token towards data sources (`reuseToken`). A dataset that needs an own token
    /// needs it here already; harvests through the handle that comes of this do the same.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let request = client.request_authorization("991825827", "15867010022").dataset("FregPerson");
    /// let accreditation = request.reuse_token().await?.into_handle();
    /// accreditation.harvest("FregPerson").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn reuse_token(mut self) -> Self {
        self.own_token.reuse_token = true;
        self
    }

    /// Lets the service get a token of its own towards data sources, on behalf of the caller's organization
    /// (`tokenOnBehalfOfOwner`); see [`reuse_token`](Self::reuse_token).
    pub fn token_on_behalf_of_owner(mut self) -> Self {
        self.own_token.token_on_behalf_of_owner = true;
        self
    }

    /// Gives a token for data sources (`X-Forward-Access-Token`); see [`reuse_token`](Self::reuse_token).
    pub fn forward_access_token(mut self, token: Secret) -> Self {
        self.own_token.forwarded = Some(token);
        self
    }

    /// How long it may take in all, finding out about a lost answer included. Unless said, it is 10 minutes, or the client's
    /// own [deadline](crate::DanClientBuilder::deadline) where that was said and is shorter. With less than four minutes, a
    /// request whose answer is lost is never sent again.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends it, as awaiting it does.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] names everything that is wrong with it, before anything is sent. The service refuses
    /// with a code: [`ErrorKind::Forbidden`] when requirements are not met (1019), which
    /// [`ErrorModel::denials`](dan_model::ErrorModel::denials) tells apart. See above for a lost answer.
    pub async fn send(mut self) -> Result<Authorization, Error> {
        let (clock, end) = (self.client.clock(), self.client.end_of_once(self.deadline));
        let is_own_reference = self.take_external_reference()?;
        let problems = problems(&self.request, clock.now());
        if !problems.is_empty() {
            let problems = problems.join("; ");
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("the request cannot be sent: {problems}"),
            ));
        }
        let datasets: Vec<&str> = self
            .request
            .evidence_requests
            .iter()
            .map(|dataset| dataset.evidence_code_name.as_str())
            .collect();
        let context = self.service_context.as_deref();
        let key = self.client.subscription_key(context, &datasets, NameCase::Counts, end).await?;
        let turn = match self.request.external_reference.as_deref() {
            Some(own) if is_own_reference => {
                let turn = self.client.recent_authorizations().turn(own, clock.elapsed());
                let what = "the request before with the same external reference";
                Some(end.bound(clock, what, async { Ok(turn.await) }).await?)
            }
            _ => None,
        };
        let mut attempt = Attempt::new(self.client, &self.request, key, &self.own_token, turn)?;
        attempt.begin(end.left(clock)).await;
        let result = once(&attempt, clock, end).await;
        attempt.end(&result);
        let accreditation = match result {
            Ok(accreditation) => accreditation,
            Err(error) => {
                return Err(self.client.suggest_datasets(error, &datasets, NameCase::Counts, end).await);
            }
        };
        Ok(Authorization::new(self.client, self.request, accreditation, self.own_token, end).await)
    }

    /// Makes an external reference when the caller gave none; true when the caller did.
    fn take_external_reference(&mut self) -> Result<bool, Error> {
        match self.request.external_reference.as_deref() {
            None => {
                self.request.external_reference = Some(Uuid::new_v4().to_string());
                Ok(false)
            }
            Some(reference) if reference.trim().is_empty() => Err(Error::new(
                ErrorKind::InvalidRequest,
                "externalReference is empty; leave it out, or say one",
            )),
            Some(_) => Ok(true),
        }
    }
}

impl<'a> IntoFuture for RequestAuthorization<'a> {
    type Output = Result<Authorization, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
