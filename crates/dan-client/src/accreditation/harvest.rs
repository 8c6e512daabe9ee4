//! Harvesting a dataset of an accreditation.

use dan_model::{ErrorCode, ErrorModel};
use dan_transport::{Error, Operation, SubscriptionKey};

use super::handle::AccreditationHandle;
use super::listed::Listed;
use crate::dataset_name::NameCase;
use crate::harvest::{HarvestRequest, Target};

/// A harvest through an accreditation (`GET /evidence/{accreditationId}/{evidenceCode}`) that is being put together; made by
/// [`AccreditationHandle::harvest`].
///
/// Its parameters are those of the authorization request. The service validates the whole accreditation again first, and
/// asks about a consent live. A dataset that is not there yet is [`NotAvailableYet`](crate::ErrorKind::NotAvailableYet), one
/// whose consent is open [`ConsentPending`](crate::ErrorKind::ConsentPending).
pub type EvidenceHarvest<'a> = HarvestRequest<'a, Held>;

/// What an [`EvidenceHarvest`] harvests: a dataset that an accreditation holds.
#[derive(Debug, Clone)]
pub struct Held {
    accreditation: Listed,
    dataset: String,
    is_probe: bool,
}

impl AccreditationHandle {
    /// Harvests a dataset by its name, in whatever form: see [`HarvestRequest`].
    ///
    /// ```
    /// # use dan_client::{DanClient, ErrorKind};
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
    /// # let accreditation = request.service_context("eBevis").await?.into_handle();
    /// let name = accreditation.harvest("UnitBasicInformation").query("OrganizationName").json().await?;
    /// # assert!(name.is_string());
    /// # Ok(())
    /// # }
    /// ```
    pub fn harvest(&self, dataset: impl Into<String>) -> EvidenceHarvest<'_> {
        self.harvest_of(dataset.into(), false)
    }

    /// A harvest that finds out whether there is anything, signed or not, and does not insist.
    pub(super) fn probe(&self, dataset: &str) -> EvidenceHarvest<'_> {
        self.harvest_of(dataset.to_owned(), true).accept_unsigned()
    }

    fn harvest_of(&self, dataset: String, is_probe: bool) -> EvidenceHarvest<'_> {
        let held = Held { accreditation: self.listed().clone(), dataset, is_probe };
        let mut harvest = HarvestRequest::new(self.client(), held);
        harvest.options.own_token = self.own_token().clone();
        harvest.options.times = self.times();
        if let Some(service_context) = self.known_service_context() {
            harvest = harvest.service_context(service_context);
        }
        harvest
    }
}

impl Target for Held {
    fn dataset(&self) -> &str {
        &self.dataset
    }

    fn name_case(&self) -> NameCase {
        NameCase::Ignored
    }

    fn operation(&self, key: SubscriptionKey) -> Result<Operation, Error> {
        let operation = Operation::get("/evidence/{accreditationId}/{evidenceCode}", key)
            .path_value(self.accreditation.id())
            .path_value(&self.dataset);
        Ok(if self.is_probe { operation.once() } else { operation })
    }

    fn accreditation(&self) -> Option<&Listed> {
        Some(&self.accreditation)
    }

    /// A consent that was withdrawn surfaces in this form, too.
    fn explain(&self, error: Error) -> Error {
        let is_upstream = |said: &ErrorModel| said.code == ErrorCode::UpstreamUnavailable;
        if error.service_error().is_some_and(is_upstream) {
            return error.with_advice("If it needs a consent, that may have been withdrawn.");
        }
        error
    }
}
