//! Harvesting a dataset with one call.

use std::fmt;

use dan_model::{PartyIdentifier, Subject, mask_personal_numbers};
use dan_transport::{Error, ErrorKind, Operation, SubscriptionKey};

use crate::client::DanClient;
use crate::harvest::{HarvestRequest, Target};
use crate::preflight::Question;

/// Query names with a meaning of their own, whatever their case. A dataset's parameter cannot bear one.
const RESERVED: [&str; 7] =
    ["subject", "requestor", "envelope", "query", "reuseToken", "tokenOnBehalfOfOwner", "code"];

const TEMPLATE: &str = "/directharvest/{evidenceCode}";

/// A direct harvest (`/directharvest/{evidenceCode}`) that is being put together; made by
/// [`DanClient::direct_harvest`].
///
/// It is for datasets that need no consent and are not asynchronous. Nothing is stored by the service, so it is safe to
/// send again.
pub type DirectHarvest<'a> = HarvestRequest<'a, Direct>;

/// What a [`DirectHarvest`] harvests. `Debug` leaves out the values of parameters, which may be personal.
#[derive(Clone)]
pub struct Direct {
    dataset: String,
    subject: Option<PartyIdentifier>,
    requestor: Option<PartyIdentifier>,
    parameters: Vec<(String, String)>,
}

impl<'a> DirectHarvest<'a> {
    pub(crate) fn of(client: &'a DanClient, dataset: String) -> Self {
        let parameters = Vec::new();
        Self::new(client, Direct { dataset, subject: None, requestor: None, parameters })
    }

    /// Whom the dataset is about. Some datasets need none.
    ///
    /// Only a Norwegian organization number travels in the URL. Everything else goes in the body of a POST, so that no
    /// person's number ends in a log along the way.
    ///
    /// ```
    /// # use dan_client::{DanClient, NationalIdentityNumber};
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827").await?;
    ///
    /// let person: NationalIdentityNumber = "15867010022".parse()?;
    /// client.direct_harvest("FregPerson").subject(person).reuse_token().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn subject(mut self, subject: impl Into<PartyIdentifier>) -> Self {
        self.target.subject = Some(subject.into());
        self
    }

    /// The organization on whose behalf is asked, when it is not the one that the token was issued to.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let harvest = client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("998997801");
    /// harvest.requestor("974760673").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn requestor(mut self, requestor: impl Into<PartyIdentifier>) -> Self {
        self.target.requestor = Some(requestor.into());
        self
    }

    /// A parameter of the dataset, by its name in the metadata; numbers and dates are written as text.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let reports = client.direct_harvest("TildaTilsynsrapportv1").subject("998997801");
    /// reports.parameter("startdato", "2026-01-01").parameter("inkluderUnderenheter", "true").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.target.parameters.push((name.into(), value.into()));
        self
    }
}

impl fmt::Debug for Direct {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Direct")
            .field("dataset", &mask_personal_numbers(&self.dataset))
            .field("subject", &self.subject)
            .field("requestor", &self.requestor)
            .finish_non_exhaustive()
    }
}

impl Target for Direct {
    fn dataset(&self) -> &str {
        &self.dataset
    }

    fn operation(&self, key: SubscriptionKey) -> Result<Operation, Error> {
        let mut operation = match &self.subject {
            None => Operation::get(TEMPLATE, key),
            Some(PartyIdentifier::Organization(number)) => {
                Operation::get(TEMPLATE, key).query("subject", number.as_str())
            }
            Some(subject) => {
                Operation::post(TEMPLATE, key, json(&Subject::new(subject.clone()))?).repeatable()
            }
        };
        operation = operation.path_value(&self.dataset);
        if let Some(requestor) = &self.requestor {
            let number = requestor.as_organization().ok_or_else(|| {
                invalid("the requestor is no Norwegian organization number; check it".to_owned())
            })?;
            operation = operation.query("requestor", number.as_str());
        }
        for (name, value) in &self.parameters {
            refuse_reserved(name)?;
            operation = operation.query(name, value);
        }
        Ok(operation)
    }

    fn question(&self) -> Question<'_> {
        Question {
            is_direct: true,
            parameters: &self.parameters,
            subject: self.subject.as_ref(),
            requestor: self.requestor.as_ref(),
            ..Question::about(&self.dataset)
        }
    }
}

fn refuse_reserved(name: &str) -> Result<(), Error> {
    if name.is_empty() || RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
        return Err(invalid(format!(
            "'{name}' is no parameter of a dataset: the service gives that name another meaning"
        )));
    }
    Ok(())
}

fn json(subject: &Subject) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(subject).map_err(|error| invalid(format!("the subject cannot be written: {error}")))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}
