//! Waiting until datasets can be harvested.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use dan_model::EvidenceStatus;
use dan_transport::Error;
use futures_util::{Stream, StreamExt as _, stream};

use super::available::Available;
use super::handle::AccreditationHandle;
use super::waiting::{Awaited, Waiting};

/// A wait for datasets of an accreditation, which is being put together; made by
/// [`AccreditationHandle::wait_until_available`]. Awaiting it waits; [`progress`](Self::progress) tells of every look.
#[derive(Debug, Clone)]
#[must_use = "nothing is waited for until this is awaited"]
pub struct WaitUntilAvailable {
    accreditation: AccreditationHandle,
    awaited: Awaited,
    deadline: Option<Duration>,
}

/// Where a wait stands after a look.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitProgress {
    /// It goes on.
    #[non_exhaustive]
    Waiting {
        /// Where each dataset stands, as the service says it.
        statuses: Vec<EvidenceStatus>,
        /// How long until the next look.
        next_look_in: Duration,
        /// Why the look failed, when it did; the wait goes on nevertheless, since this passes by itself.
        trouble: Option<Error>,
    },
    /// It is over.
    Available(Available),
}

impl AccreditationHandle {
    /// Waits until the datasets of the accreditation can be harvested: all of them, unless [`any`](WaitUntilAvailable::any) or
    /// [`dataset`](WaitUntilAvailable::dataset) says otherwise.
    ///
    /// Each kind of dataset has its pace. Where a person has to consent, looks are frequent in the first minutes and then
    /// become rare, and one call serves all waits of the client in a service context. As the service may miss that somebody
    /// has consented, a harvest finds out after an hour, and then more and more seldom. Where a source has to answer, only a
    /// harvest tells; it is made when the source says. What was harvested on the way is in what comes back.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
    /// # let accreditation = request.service_context("eBevis").await?.into_handle();
    /// let available = accreditation.wait_until_available().deadline(Duration::from_secs(3600)).await?;
    /// assert_eq!(available.datasets(), ["UnitBasicInformation"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_until_available(&self) -> WaitUntilAvailable {
        WaitUntilAvailable { accreditation: self.clone(), awaited: Awaited::All, deadline: None }
    }
}

impl WaitUntilAvailable {
    /// Waits for the first dataset that can be harvested.
    ///
    /// ```
    /// # use dan_client::DatasetRequest;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let authorization = client
    /// #     .request_authorization("991825827", "998997801")
    /// #     .dataset("UnitBasicInformation")
    /// #     .dataset(DatasetRequest::new("RestanserV2").request_consent())
    /// #     .consent_reference("Tender 2026/17")
    /// #     .service_context("eBevis")
    /// #     .await?;
    /// # let accreditation = authorization.into_handle();
    /// let available = accreditation.wait_until_available().any().await?;
    /// assert_eq!(available.datasets(), ["UnitBasicInformation"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn any(mut self) -> Self {
        self.awaited = Awaited::Any;
        self
    }

    /// Waits for one dataset, by its name in whatever case.
    ///
    /// ```
    /// # use dan_client::DatasetRequest;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let authorization = client
    /// #     .request_authorization("991825827", "998997801")
    /// #     .dataset("UnitBasicInformation")
    /// #     .dataset(DatasetRequest::new("RestanserV2").request_consent())
    /// #     .consent_reference("Tender 2026/17")
    /// #     .service_context("eBevis")
    /// #     .await?;
    /// # let accreditation = authorization.into_handle();
    /// accreditation.wait_until_available().dataset("UnitBasicInformation").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn dataset(mut self, name: impl Into<String>) -> Self {
        self.awaited = Awaited::One(name.into());
        self
    }

    /// How long to wait at most. Without it, the wait ends when the permission does.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dan_client::ErrorKind;
    /// # use dan_client::DatasetRequest;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let authorization = client
    /// #     .request_authorization("991825827", "998997801")
    /// #     .dataset("UnitBasicInformation")
    /// #     .dataset(DatasetRequest::new("RestanserV2").request_consent())
    /// #     .consent_reference("Tender 2026/17")
    /// #     .service_context("eBevis")
    /// #     .await?;
    /// # let accreditation = authorization.into_handle();
    /// let error = accreditation.wait_until_available().deadline(Duration::from_millis(100)).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::ConsentPending);
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Waits, as awaiting it does.
    ///
    /// # Errors
    /// At once, when waiting is of no use: [`ErrorKind::ConsentDenied`](crate::ErrorKind::ConsentDenied),
    /// [`ErrorKind::ConsentExpired`](crate::ErrorKind::ConsentExpired), or [`ErrorKind::NotFound`](crate::ErrorKind::NotFound)
    /// for a dataset that is no longer there, that the accreditation does not hold, or when there is no such accreditation. At
    /// the deadline, [`ErrorKind::ConsentPending`](crate::ErrorKind::ConsentPending) or
    /// [`ErrorKind::NotAvailableYet`](crate::ErrorKind::NotAvailableYet). Else those of any call that do not pass by themselves.
    pub async fn wait(self) -> Result<Available, Error> {
        let mut waiting = self.start();
        loop {
            if let WaitProgress::Available(available) = waiting.next().await? {
                return Ok(available);
            }
        }
    }

    /// Waits, and tells of every look. The last item is [`WaitProgress::Available`] or an error, as those of
    /// [`wait`](Self::wait).
    ///
    /// ```
    /// use dan_client::WaitProgress;
    /// use futures_util::StreamExt;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
    /// # let accreditation = request.service_context("eBevis").await?.into_handle();
    /// let mut progress = accreditation.wait_until_available().progress();
    /// while let Some(look) = progress.next().await {
    ///     match look? {
    ///         WaitProgress::Waiting { next_look_in, .. } => println!("not yet; next look in {next_look_in:?}"),
    ///         WaitProgress::Available(available) => println!("{:?} can be harvested", available.datasets()),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn progress(self) -> impl Stream<Item = Result<WaitProgress, Error>> + Send + Unpin {
        let looks = stream::try_unfold(Some(self.start()), |waiting| async {
            let Some(mut waiting) = waiting else { return Ok(None) };
            let progress = waiting.next().await?;
            let goes_on = matches!(progress, WaitProgress::Waiting { .. });
            Ok(Some((progress, goes_on.then_some(waiting))))
        });
        looks.boxed()
    }

    fn start(self) -> Waiting {
        Waiting::new(self.accreditation, self.awaited, self.deadline)
    }
}

impl IntoFuture for WaitUntilAvailable {
    type Output = Result<Available, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}
