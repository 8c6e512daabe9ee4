//! Datasets that a Rust type describes.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use dan_model::{Evidence, PartyIdentifier};
use dan_transport::Error;
use serde::de::DeserializeOwned;

use crate::client::DanClient;
use crate::direct_harvest::DirectHarvest;
use crate::harvest::{Harvest, HarvestRequest, HarvestTarget};

/// A dataset that a Rust type describes. `dan datasets codegen` writes such types out of the metadata.
pub trait Dataset: Sized {
    /// The dataset's name, as the metadata spells it.
    const NAME: &'static str;

    /// What the dataset takes besides the subject; `()` when it takes nothing. It has a [`Default`] when nothing of it is
    /// required.
    type Parameters: DatasetParameters;

    /// Reads the data out of what a harvest gave.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) names the place that does not fit the type.
    fn read(harvest: &Harvest) -> Result<Self, Error>;
}

/// The parameters of a dataset.
pub trait DatasetParameters {
    /// Names and values, as they are sent.
    fn into_pairs(self) -> Vec<(&'static str, String)>;
}

impl DatasetParameters for () {
    fn into_pairs(self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A direct harvest of a dataset that a type describes. Awaiting it sends it.
#[must_use = "a harvest does nothing until it is awaited"]
pub struct DatasetHarvest<'a, D> {
    request: DirectHarvest<'a>,
    dataset: PhantomData<fn() -> D>,
}

impl DanClient {
    /// Harvests a dataset that a type describes, and that needs no more than a subject.
    ///
    /// A dataset with required parameters does not compile here: [`harvest_with`](Self::harvest_with) takes them.
    ///
    /// ```
    /// # use dan_client::{Dataset, Error, Harvest};
    /// # #[derive(serde::Deserialize)]
    /// # struct UnitBasicInformation { #[serde(rename = "OrganizationName")] organization_name: Option<String> }
    /// # impl Dataset for UnitBasicInformation {
    /// #     const NAME: &'static str = "UnitBasicInformation";
    /// #     type Parameters = ();
    /// #     fn read(harvest: &Harvest) -> Result<Self, Error> { harvest.values() }
    /// # }
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = dan_sandbox::Sandbox::start().await?;
    /// # let client = dan_client::DanClient::from_variables(sandbox.variables())?;
    /// let unit = client.harvest::<UnitBasicInformation>("991825827").await?;
    /// assert!(unit.organization_name.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn harvest<D: Dataset>(&self, subject: impl Into<PartyIdentifier>) -> DatasetHarvest<'_, D>
    where
        D::Parameters: Default,
    {
        self.harvest_with(subject, D::Parameters::default())
    }

    /// Harvests a dataset that a type describes, with parameters.
    ///
    /// ```
    /// # use dan_client::{Dataset, DatasetParameters, Error, Harvest};
    /// # use serde_json::Value;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # struct Reports(Vec<(String, Value)>);
    /// # struct ReportParameters { startdato: Option<String> }
    /// # impl Dataset for Reports {
    /// #     const NAME: &'static str = "TildaTilsynsrapportv1";
    /// #     type Parameters = ReportParameters;
    /// #     fn read(harvest: &Harvest) -> Result<Self, Error> { harvest.fields().map(Self) }
    /// # }
    /// # impl DatasetParameters for ReportParameters {
    /// #     fn into_pairs(self) -> Vec<(&'static str, String)> {
    /// #         self.startdato.map(|value| ("startdato", value)).into_iter().collect()
    /// #     }
    /// # }
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let parameters = ReportParameters { startdato: Some("2026-01-01".to_owned()) };
    /// let reports = client.harvest_with::<Reports>("998997801", parameters).await?;
    /// assert!(!reports.0.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn harvest_with<D: Dataset>(
        &self,
        subject: impl Into<PartyIdentifier>,
        parameters: D::Parameters,
    ) -> DatasetHarvest<'_, D> {
        let mut request = self.direct_harvest(D::NAME).subject(subject);
        for (name, value) in parameters.into_pairs() {
            request = request.parameter(name, value);
        }
        DatasetHarvest { request, dataset: PhantomData }
    }
}

impl<'a, D: Dataset> DatasetHarvest<'a, D> {
    /// Sets options of the request, which are those of every direct harvest: the requestor, tokens, limits of time …
    pub fn options(mut self, set: impl FnOnce(DirectHarvest<'a>) -> DirectHarvest<'a>) -> Self {
        self.request = set(self.request);
        self
    }
}

impl<'a, D: Dataset + 'a> IntoFuture for DatasetHarvest<'a, D> {
    type Output = Result<D, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.request.dataset())
    }
}

impl<T: HarvestTarget> HarvestRequest<'_, T> {
    /// Sends it, and gives the data as the type that describes the dataset.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the answer does not fit the type.
    pub async fn dataset<D: Dataset>(self) -> Result<D, Error> {
        D::read(&self.send(true).await?)
    }
}

impl Harvest {
    /// The values as members of a type, each as its value type says: see [`Evidence::dataset`].
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) names the place that does not fit the type; also
    /// when the data has no envelope.
    pub fn values<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.of_evidence(Evidence::dataset)
    }
}
