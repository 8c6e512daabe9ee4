//! Harvesting a dataset with one call.

use dan_model::{PartyIdentifier, Subject};
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

/// What a [`DirectHarvest`] harvests.
#[derive(Debug, Clone)]
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
    pub fn subject(mut self, subject: impl Into<PartyIdentifier>) -> Self {
        self.target.subject = Some(subject.into());
        self
    }

    /// The organization on whose behalf is asked, when it is not the one that the token was issued to.
    pub fn requestor(mut self, requestor: impl Into<PartyIdentifier>) -> Self {
        self.target.requestor = Some(requestor.into());
        self
    }

    /// A parameter of the dataset, by its name in the metadata; numbers and dates are written as text.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.target.parameters.push((name.into(), value.into()));
        self
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
