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
