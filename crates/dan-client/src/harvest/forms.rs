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
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let evidence = client.direct_harvest("TildaMetadatav1").evidence().await?;
    /// let value = &evidence.evidence_values[0];
    /// println!("{} from {}: {:?}", value.evidence_value_name, value.source, value.value);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the answer is no envelope, as of a binary dataset.
    pub async fn evidence(self) -> Result<Evidence, Error> {
        self.send(true).await?.evidence()
    }

    /// Sends it, and gives the values as a type of the caller's: members bear the names of the dataset's values. A dataset
    /// with one value only gives that value.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// #[derive(serde::Deserialize)]
    /// #[serde(rename_all = "PascalCase")]
    /// struct Unit {
    ///     organization_name: String,
    /// }
    ///
    /// let harvest = client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827");
    /// let unit: Unit = harvest.typed().await?;
    /// assert!(!unit.organization_name.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the answer does not fit the type, naming the place, or has a name of
    /// the type's twice, which [`fields`](Self::fields) gives.
    pub async fn typed<D: DeserializeOwned>(self) -> Result<D, Error> {
        self.send(false).await?.typed()
    }

    /// Sends it, and gives the value of one name as a type of the caller's; a JSON document is read also when it arrives
    /// as text.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let harvest = client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827");
    /// let number: u32 = harvest.field("OrganizationNumber").await?;
    /// assert_eq!(number, 991_825_827);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when there is no value of the name, or several, or it does not fit.
    pub async fn field<D: DeserializeOwned>(self, name: &str) -> Result<D, Error> {
        self.send(true).await?.field(name)
    }

    /// Sends it, and gives the one JSON document of the dataset as a type of the caller's, whatever its value is called.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// #[derive(serde::Deserialize)]
    /// struct Roles {
    ///     roller: Vec<Role>,
    /// }
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Role {
    ///     rolle: String,
    /// }
    ///
    /// let harvest = client.direct_harvest("Roller").service_context("eBevis").subject("991825827");
    /// let roles: Roles = harvest.document().await?;
    /// assert_eq!(roles.roller[0].rolle, "DAGL");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when there is no document, or several, or it does not fit.
    pub async fn document<D: DeserializeOwned>(self) -> Result<D, Error> {
        self.send(true).await?.document()
    }

    /// Sends it, and gives names and values in the order of the source. A name may come more than once.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let reports = client.direct_harvest("TildaTilsynsrapportv1").subject("998997801").fields().await?;
    /// assert!(reports.iter().filter(|(name, _)| name == "tilsynsrapporter").count() > 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the data is no JSON object.
    pub async fn fields(self) -> Result<Vec<(String, Value)>, Error> {
        self.send(false).await?.fields()
    }

    /// Sends it, and gives the data as JSON; null when there is none. Of a name that comes more than once, the last value
    /// remains.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let roles = client.direct_harvest("Roller").service_context("eBevis").subject("991825827").json().await?;
    /// assert_eq!(roles["roller"][0]["rolle"], "DAGL");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the data is no JSON.
    pub async fn json(self) -> Result<Value, Error> {
        self.send(false).await?.json()
    }

    /// Sends it, and gives the data without envelope as it arrived: JSON, the content of an attachment, a binary dataset, or
    /// nothing.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let report = client.direct_harvest("TildaTilsynsrapportpdfv1").parameter("internTilsynsId", "T-2026-0001");
    /// assert!(report.bytes().await?.starts_with(b"%PDF"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped).
    pub async fn bytes(self) -> Result<Bytes, Error> {
        Ok(self.send(false).await?.into_bytes())
    }

    /// Sends it, and gives the answer with the envelope as it arrived.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let harvest = client.direct_harvest("TildaMetadatav1").enveloped().await?;
    /// println!("request {:?}, signed: {}", harvest.request_id(), harvest.signature().is_some());
    /// let evidence = harvest.evidence()?;
    /// assert_eq!(evidence.evidence_status.evidence_code_name.as_deref(), Some("TildaMetadatav1"));
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let harvest = client.direct_harvest("TildaMetadatav1").unenveloped().await?;
    /// assert!(harvest.bytes().starts_with(b"{"));
    /// assert_eq!(harvest.fields()?.len(), 10);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped).
    pub async fn unenveloped(self) -> Result<Harvest, Error> {
        self.send(false).await
    }
}
