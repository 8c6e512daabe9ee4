//! Datasets that are open to anybody.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use dan_model::mask_personal_numbers;
use dan_transport::{Error, Operation};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::DanClient;
use crate::dataset_name::NameCase;
use crate::end::End;
use crate::harvest::Harvest;
use crate::proof::{RequestRecord, SignatureKey, SignatureRule};
use crate::times::Times;

/// A request for open data (`/opendata/{dataset}`) that is being put together; made by [`DanClient::open_data`]. Awaited, it
/// gives the [`Harvest`].
///
/// It needs no token, and no subscription key: one goes along where there is one that needs no choosing. The data has no
/// envelope, and is signed.
///
/// ```
/// # use dan_client::DanClient;
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// let unit = client.open_data("UnitBasicInformation").identifier("991825827").json().await?;
/// assert_eq!(unit["OrganizationNumber"], 991825827);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct OpenData<'a> {
    client: &'a DanClient,
    dataset: String,
    identifier: Option<String>,
    query: Option<String>,
    times: Times,
    signature_rule: Option<SignatureRule>,
}

impl<'a> OpenData<'a> {
    pub(crate) fn new(client: &'a DanClient, dataset: String) -> Self {
        Self { client, dataset, identifier: None, query: None, times: Times::default(), signature_rule: None }
    }

    /// Whom or what the data is about. It stands in the URL, where no person's number may.
    pub fn identifier(mut self, identifier: impl Into<String>) -> Self {
        self.identifier = Some(identifier.into());
        self
    }

    /// Lets the service transform the data by a [JMESPath](https://jmespath.org) expression.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let name = client.open_data("UnitBasicInformation").identifier("991825827").query("OrganizationName");
    /// assert!(name.json().await?.is_string());
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(mut self, expression: impl Into<String>) -> Self {
        self.query = Some(expression.into());
        self
    }

    /// How long one attempt may take, instead of the client's own limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.times.timeout = Some(timeout);
        self
    }

    /// How long the call may take with all its attempts, instead of the client's own limit.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.times.deadline = Some(deadline);
        self
    }

    /// Gives no answer but one that the service signed with `key`, whatever the client's own rule.
    ///
    /// ```
    /// # use dan_client::{DanClient, SignatureKey};
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let key = SignatureKey::from_pem(std::fs::read(sandbox.signing_key_file())?)?;
    /// client.open_data("UnitBasicInformation").identifier("991825827").require_signature(key).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn require_signature(mut self, key: SignatureKey) -> Self {
        self.signature_rule = Some(SignatureRule::Required(key));
        self
    }

    /// Takes answers that are not signed, too, where a signature is required. One that is there must be right all the same.
    ///
    /// ```
    /// # use dan_client::{DanClient, SignatureKey};
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let key = SignatureKey::from_pem(std::fs::read(sandbox.signing_key_file())?)?;
    /// # let unsigned = r#"{"path":"/v1/opendata/*","times":2,"fault":{"status":200,"body":{}}}"#;
    /// # sandbox.inject_fault(unsigned)?;
    /// let unit = client.open_data("UnitBasicInformation").identifier("991825827").require_signature(key);
    /// assert!(unit.clone().json().await.is_err());
    /// unit.accept_unsigned().json().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn accept_unsigned(mut self) -> Self {
        let inherited = &self.client.inner().signature_rule;
        self.signature_rule =
            Some(self.signature_rule.as_ref().unwrap_or(inherited).clone().accepting_unsigned());
        self
    }

    /// Sends it, and gives the data as a type of the caller's.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// #[derive(serde::Deserialize)]
    /// struct Unit {
    ///     #[serde(rename = "OrganizationName")]
    ///     name: String,
    /// }
    ///
    /// let unit: Unit = client.open_data("UnitBasicInformation").identifier("991825827").typed().await?;
    /// assert!(!unit.name.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Of the network, of the gateway and of the service, which knows no open dataset of the name (1006); also when the data
    /// does not fit the type.
    pub async fn typed<D: DeserializeOwned>(self) -> Result<D, Error> {
        self.send().await?.typed()
    }

    /// Sends it, and gives the data as JSON; null when there is none.
    ///
    /// # Errors
    /// As [`typed`](Self::typed).
    pub async fn json(self) -> Result<Value, Error> {
        self.send().await?.json()
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
    /// let fields = client.open_data("UnitBasicInformation").identifier("991825827").fields().await?;
    /// assert_eq!(fields[0].0, "OrganizationNumber");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`typed`](Self::typed).
    pub async fn fields(self) -> Result<Vec<(String, Value)>, Error> {
        self.send().await?.fields()
    }

    /// Sends it, and gives the answer as it arrived.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let harvest = client.open_data("UnitBasicInformation").identifier("991825827").send().await?;
    /// assert!(harvest.signature().is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`typed`](Self::typed).
    pub async fn send(self) -> Result<Harvest, Error> {
        let key = self.client.sole_subscription_key(None);
        let mut operation = match self.identifier {
            None => Operation::open_get("/opendata/{dataset}", key).path_value(&self.dataset),
            Some(identifier) => Operation::open_get("/opendata/{dataset}/{identifier}", key)
                .path_value(&self.dataset)
                .path_value(identifier),
        };
        if let Some(expression) = self.query {
            operation = operation.query("query", expression);
        }
        let inner = self.client.inner();
        let end =
            End::after(self.times.deadline.unwrap_or_else(|| self.client.deadline()), self.client.clock());
        operation = self.times.apply(operation);
        let answer = match inner.transport.send(&operation).await {
            Ok(answer) => answer,
            Err(error) => {
                return Err(self
                    .client
                    .suggest_datasets(error, &[&self.dataset], NameCase::Ignored, end)
                    .await);
            }
        };
        self.signature_rule.as_ref().unwrap_or(&inner.signature_rule).check(&answer)?;
        Ok(Harvest::new(answer, self.dataset, RequestRecord::of(operation), false))
    }
}

/// Whom it is about may be personal, even where the service will refuse it.
impl fmt::Debug for OpenData<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OpenData")
            .field("dataset", &mask_personal_numbers(&self.dataset))
            .finish_non_exhaustive()
    }
}

impl<'a> IntoFuture for OpenData<'a> {
    type Output = Result<Harvest, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
