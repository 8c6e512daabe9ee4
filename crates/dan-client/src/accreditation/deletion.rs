//! Deleting an accreditation.

use dan_model::ErrorCode;
use dan_transport::{Delivery, Error, ErrorKind, ErrorOrigin, Operation};

use super::handle::AccreditationHandle;

impl AccreditationHandle {
    /// Deletes the accreditation (`DELETE /accreditations/{accreditationId}`). Whoever was asked for consent still is: the
    /// service does not take the request back.
    ///
    /// It may be sent twice when an answer gets lost; the second time finds nothing, and then counts as success.
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
    /// accreditation.delete().await?;
    /// assert!(accreditation.status().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such accreditation, or it is another organization's. Else those of any call.
    pub async fn delete(&self) -> Result<(), Error> {
        let operation =
            self.operation(Operation::delete("/accreditations/{accreditationId}", self.any_key()?));
        match self.client().send(&operation).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() != ErrorKind::NotFound || error.origin() != ErrorOrigin::Dan => {
                Err(error)
            }
            // An attempt whose fate is unknown came before.
            Err(error) if error.delivery() == Delivery::Unknown => Ok(()),
            Err(error) => Err(error.with_advice(ErrorCode::UnknownAccreditation.advice())),
        }
    }
}
