//! Harvesting all datasets of an accreditation.

use dan_model::EvidenceStatus;
use dan_transport::Error;
use futures_util::{StreamExt as _, stream};

use super::handle::AccreditationHandle;
use super::outcome::{HarvestOutcome, HarvestOutcomes};
use super::status::{ended, name_of};

/// How many sources are asked at a time.
const AT_A_TIME: usize = 4;

impl AccreditationHandle {
    /// Harvests every dataset of the accreditation in its envelope, and keeps what could be had: one that fails does not
    /// cost the others.
    ///
    /// ```
    /// # use dan_client::{DanClient, DatasetRequest, HarvestOutcome};
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
    /// # let accreditation = authorization.handle();
    /// let outcomes = accreditation.harvest_all().await?;
    /// assert!(matches!(outcomes.of("UnitBasicInformation"), HarvestOutcome::Harvested(_)));
    /// assert!(matches!(outcomes.of("RestanserV2"), HarvestOutcome::NotAvailableYet(_)));
    /// assert!(matches!(outcomes.of("Roller"), HarvestOutcome::NotHeld));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`status`](Self::status), which tells what there is to harvest. What becomes of the harvests is among the
    /// outcomes.
    pub async fn harvest_all(&self) -> Result<HarvestOutcomes, Error> {
        let statuses = self.status().await?;
        let harvests = statuses.into_iter().map(|status| self.harvested(status));
        Ok(HarvestOutcomes::new(stream::iter(harvests).buffered(AT_A_TIME).collect().await))
    }

    async fn harvested(&self, status: EvidenceStatus) -> (String, HarvestOutcome) {
        let name = name_of(&status).to_owned();
        let outcome = match ended(&status) {
            Some(error) => HarvestOutcome::Ended(error),
            None => HarvestOutcome::of(self.harvest(&name).enveloped().await),
        };
        (name, outcome)
    }
}
