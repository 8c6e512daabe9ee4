//! What can be harvested, and the codes of the service.

mod cache;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use dan_model::{
    ErrorModel, EvidenceCode, EvidenceStatusCode, MonthlyUsageStatistics, VersionInfo, YearlyUsageStatistics,
};
use dan_transport::{Error, Operation};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::DanClient;
use crate::times::Times;

pub(crate) use self::cache::MetadataCache;

/// Reads the public metadata; made by [`DanClient::metadata`].
///
/// What the service says now is what is had, unless the client was made with
/// [`metadata_life`](crate::DanClientBuilder::metadata_life): then the lists of datasets, service contexts, status codes and
/// error codes may be that old. Callers who ask for one of them at the same time share one answer.
///
/// ```
/// # use dan_client::DanClient;
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// let client = DanClient::builder()
///     .base_url(sandbox.base_url())
///     .certificate_authorities_pem(sandbox.ca_pem().unwrap_or_default())
///     .build()?;
///
/// let datasets = client.metadata().evidence_codes().await?;
/// let unit = datasets.iter().find(|dataset| dataset.evidence_code_name == "UnitBasicInformation");
/// assert!(unit.is_some_and(|dataset| !dataset.is_asynchronous));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Metadata<'a> {
    client: &'a DanClient,
    times: Times,
}

impl<'a> Metadata<'a> {
    pub(crate) fn new(client: &'a DanClient) -> Self {
        Self { client, times: Times::default() }
    }

    /// How long one attempt may take, instead of the client's own limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.times.timeout = Some(timeout);
        self
    }

    /// How long the call may take with all its attempts, instead of the client's own limit.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.times.deadline = Some(deadline);
        self
    }

    /// Every dataset of every service context (`/public/metadata/evidencecodes`).
    ///
    /// # Errors
    /// Of the network, of the gateway, or of an answer that is not the service's.
    pub async fn evidence_codes(self) -> Result<Arc<[EvidenceCode]>, Error> {
        let cache = self.cache();
        let fetch = self.read(Operation::public_get("/metadata/evidencecodes"));
        cache.evidence_codes.get(cache.life(), Instant::now, fetch).await
    }

    /// The datasets of one service context (`/public/metadata/evidencecodes/{serviceContext}`); none when the service
    /// does not know the context. They are always asked for.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let datasets = client.metadata().evidence_codes_of("Tilda").await?;
    /// assert!(datasets.iter().any(|dataset| dataset.evidence_code_name == "TildaMetadatav1"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn evidence_codes_of(self, service_context: &str) -> Result<Arc<[EvidenceCode]>, Error> {
        let operation = Operation::public_get("/metadata/evidencecodes/{serviceContext}");
        Ok(self.read::<Vec<_>>(operation.path_value(service_context)).await?.into())
    }

    /// The names of the service contexts (`/public/metadata/servicecontexts`). Datasets may name others.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// assert!(client.metadata().service_contexts().await?.contains(&"eBevis".to_owned()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn service_contexts(self) -> Result<Arc<[String]>, Error> {
        let cache = self.cache();
        let fetch = self.read(Operation::public_get("/metadata/servicecontexts"));
        cache.service_contexts.get(cache.life(), Instant::now, fetch).await
    }

    /// The status codes with their texts (`/public/metadata/statuscodes`). Others occur, too: see
    /// [`StatusCode`](crate::model::StatusCode).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let statuses = client.metadata().status_codes().await?;
    /// assert_eq!(statuses[0].code, dan_client::model::StatusCode::Available);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn status_codes(self) -> Result<Arc<[EvidenceStatusCode]>, Error> {
        let cache = self.cache();
        let fetch = self.read(Operation::public_get("/metadata/statuscodes"));
        cache.status_codes.get(cache.life(), Instant::now, fetch).await
    }

    /// The error codes with their texts (`/public/metadata/errorcodes`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let errors = client.metadata().error_codes().await?;
    /// assert!(errors.iter().any(|error| error.code.value() == 1007));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn error_codes(self) -> Result<Arc<[ErrorModel]>, Error> {
        let cache = self.cache();
        let fetch = self.read(Operation::public_get("/metadata/errorcodes"));
        cache.error_codes.get(cache.life(), Instant::now, fetch).await
    }

    /// How much each service context was used in the last thirty days (`/public/metadata/usage/month`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # client.direct_harvest("TildaMetadatav1").await?;
    /// let usage = client.metadata().usage_of_month().await?;
    /// assert!(usage.iter().any(|usage| usage.service_context == "Tilda" && usage.count == Some(1)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn usage_of_month(self) -> Result<Vec<MonthlyUsageStatistics>, Error> {
        self.read(Operation::public_get("/metadata/usage/month")).await
    }

    /// How much each service context was used in each month of the last calendar year
    /// (`/public/metadata/usage/lastYear`): a list for each month, in the service's order, which is not the calendar's.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// for month in client.metadata().usage_of_last_year().await? {
    ///     for usage in month {
    ///         println!("{} {}: {:?}", usage.time, usage.service_context, usage.count);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn usage_of_last_year(self) -> Result<Vec<Vec<YearlyUsageStatistics>>, Error> {
        self.read(Operation::public_get("/metadata/usage/lastYear")).await
    }

    /// The same for all months there have been (`/public/metadata/usage/all`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # client.direct_harvest("TildaMetadatav1").await?;
    /// assert_eq!(client.metadata().usage_of_all_time().await?.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn usage_of_all_time(self) -> Result<Vec<Vec<YearlyUsageStatistics>>, Error> {
        self.read(Operation::public_get("/metadata/usage/all")).await
    }

    /// The usage as Digdir reports it (`/public/metadata/usage/digdir`): the bytes of a Parquet file.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # // The sandbox keeps no such statistics.
    /// # sandbox.inject_fault(
    /// #     r#"{"path":"/v1/public/metadata/usage/digdir","fault":{"status":200,"body":"PAR1",
    /// #     "headers":{"content-type":"application/octet-stream"}}}"#,
    /// # )?;
    /// assert!(client.metadata().usage_for_digdir().await?.starts_with(b"PAR1"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn usage_for_digdir(self) -> Result<Bytes, Error> {
        let operation = Operation::public_get("/metadata/usage/digdir");
        Ok(self.client.inner().transport.send(&self.times.apply(operation)).await?.into_body())
    }

    /// The OpenAPI document that the gateway publishes (`/public/metadata/oas/json`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let document = client.metadata().open_api_document().await?;
    /// assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn open_api_document(self) -> Result<Value, Error> {
        self.read(Operation::public_get("/metadata/oas/json")).await
    }

    /// Which version of the service answers (`/version`). Not every gateway lets it through.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// assert_eq!(client.metadata().version().await?.name, "dan-sandbox");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes); [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when the gateway does
    /// not let it through.
    pub async fn version(self) -> Result<VersionInfo, Error> {
        self.read(Operation::open_get("/version", self.client.sole_subscription_key(None))).await
    }

    /// The datasets by which the client itself decides, such as which key a call uses. They may be as old as was said of
    /// metadata. When nothing was said, they may be an hour old, unless `datasets`, in whatever case, are not all among them.
    pub(crate) async fn evidence_codes_with(self, datasets: &[&str]) -> Result<Arc<[EvidenceCode]>, Error> {
        let cache = self.cache();
        let fetch = self.read(Operation::public_get("/metadata/evidencecodes"));
        let has_all = |kept: &[EvidenceCode]| {
            let is_there = |name: &&str| {
                kept.iter().any(|dataset| dataset.evidence_code_name.eq_ignore_ascii_case(name))
            };
            cache.has_stated_life() || datasets.iter().all(is_there)
        };
        cache.evidence_codes.get_when(has_all, cache.own_life(), Instant::now, fetch).await
    }

    fn cache(self) -> &'a MetadataCache {
        &self.client.inner().metadata
    }

    fn read<T: DeserializeOwned>(self, operation: Operation) -> impl Future<Output = Result<T, Error>> + 'a {
        // Outside of what is awaited, which would keep room for the operation as it was before.
        let operation = self.times.apply(operation);
        async move { self.client.inner().transport.send(&operation).await?.json() }
    }
}
