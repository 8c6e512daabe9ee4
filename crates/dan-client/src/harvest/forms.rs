//! The forms in which harvested data is had.

use bytes::Bytes;
use dan_model::Evidence;
use dan_transport::Error;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::harvest::Harvest;
use crate::harvest::request::{HarvestRequest, HarvestTarget};

impl<T: HarvestTarget> HarvestRequest<'_, T> {
    /// Sends it, and gives the values in their envelope.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the answer is no envelope, as of a binary dataset.
    pub async fn evidence(self) -> Result<Evidence, Error> {
        self.enveloped().await?.evidence()
    }

    /// Sends it, and gives the values as a type of the caller's: members bear the names of the dataset's values. A dataset
    /// with one value only gives that value.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the answer does not fit the type, naming the place, or has a name
    /// twice, which [`fields`](Self::fields) gives.
    pub async fn typed<D: DeserializeOwned>(self) -> Result<D, Error> {
        self.unenveloped().await?.typed()
    }

    /// Sends it, and gives the value of one name as a type of the caller's; a JSON document is read also when it arrives
    /// as text.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when there is no value of the name, or several, or it does not fit.
    pub async fn field<D: DeserializeOwned>(self, name: &str) -> Result<D, Error> {
        self.enveloped().await?.field(name)
    }

    /// Sends it, and gives the one JSON document of the dataset as a type of the caller's, whatever its value is called.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when there is no document, or several, or it does not fit.
    pub async fn document<D: DeserializeOwned>(self) -> Result<D, Error> {
        self.enveloped().await?.document()
    }

    /// Sends it, and gives names and values in the order of the source. A name may come more than once.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the data is no JSON object.
    pub async fn fields(self) -> Result<Vec<(String, Value)>, Error> {
        self.unenveloped().await?.fields()
    }

    /// Sends it, and gives the data as JSON; null when there is none. Of a name that comes more than once, the last value
    /// remains.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the data is no JSON.
    pub async fn json(self) -> Result<Value, Error> {
        self.unenveloped().await?.json()
    }

    /// Sends it, and gives the data without envelope as it arrived: JSON, the content of an attachment, a binary dataset, or
    /// nothing.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped).
    pub async fn bytes(self) -> Result<Bytes, Error> {
        Ok(self.unenveloped().await?.into_bytes())
    }

    /// Sends it, and gives the answer with the envelope as it arrived.
    ///
    /// # Errors
    /// Of configuration, of the token server, of the network, of the gateway and of the service; each says what to do
    /// and whether the same call may succeed later.
    pub async fn enveloped(self) -> Result<Harvest, Error> {
        self.send(true).await
    }

    /// Sends it, and gives the answer without envelope as it arrived: a JSON object, a bare value, a document, bytes,
    /// or nothing, as the dataset has it.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped).
    pub async fn unenveloped(self) -> Result<Harvest, Error> {
        self.send(false).await
    }
}
