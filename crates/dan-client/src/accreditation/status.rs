//! Where the datasets of an accreditation stand.

use dan_model::{Availability, EvidenceStatus, StatusCode};
use dan_transport::{Error, ErrorKind, Operation};

use super::handle::AccreditationHandle;

impl AccreditationHandle {
    /// Where each dataset stands, in the order of the accreditation (`GET /evidence/{accreditationId}`).
    ///
    /// It is what the service knows by itself. It asks no source, and not whether a consent was withdrawn; and it does not
    /// learn of a consent whose receipt got lost. [`StatusCode::availability`](dan_model::StatusCode::availability) says what
    /// a code means for whoever waits.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
    /// # let accreditation = request.service_context("eBevis").await?.into_handle();
    /// for dataset in accreditation.status().await? {
    ///     println!("{:?}: {}", dataset.evidence_code_name, dataset.status.code.meaning());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such accreditation, or it is another organization's. Else those of any call.
    pub async fn status(&self) -> Result<Vec<EvidenceStatus>, Error> {
        let operation = self.operation(Operation::get("/evidence/{accreditationId}", self.any_key()?));
        self.client().send(&operation).await?.json()
    }

    /// Where one dataset stands, by its name in whatever case.
    ///
    /// ```
    /// use dan_client::model::StatusCode;
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
    /// let status = accreditation.status_of("RestanserV2").await?;
    /// assert_eq!(status.status.code, StatusCode::PendingConsent);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`status`](Self::status); [`ErrorKind::NotFound`] also when the accreditation does not hold the dataset.
    pub async fn status_of(&self, dataset: &str) -> Result<EvidenceStatus, Error> {
        let mut statuses = self.status().await?;
        match statuses.iter().position(|status| is_called(status, dataset)) {
            Some(position) => Ok(statuses.swap_remove(position)),
            None => Err(not_held(dataset, &statuses)),
        }
    }
}

pub(super) fn is_called(status: &EvidenceStatus, dataset: &str) -> bool {
    status.evidence_code_name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(dataset))
}

pub(super) fn name_of(status: &EvidenceStatus) -> &str {
    status.evidence_code_name.as_deref().unwrap_or_default()
}

/// The accreditation does not hold the dataset.
pub(super) fn not_held(dataset: &str, statuses: &[EvidenceStatus]) -> Error {
    let held = statuses.iter().map(name_of).collect::<Vec<_>>().join(", ");
    Error::new(ErrorKind::NotFound, format!("the accreditation does not hold '{dataset}', only {held}"))
}

/// Why waiting for a dataset, or harvesting it, is of no use; `None` as long as it may be.
pub(super) fn ended(status: &EvidenceStatus) -> Option<Error> {
    let code = status.status.code;
    if code.availability() != Availability::Ended {
        return None;
    }
    let kind = match code {
        StatusCode::Denied => ErrorKind::ConsentDenied,
        StatusCode::Expired => ErrorKind::ConsentExpired,
        _ => ErrorKind::NotFound,
    };
    Some(Error::new(kind, format!("{}: {}", name_of(status), code.meaning())))
}
