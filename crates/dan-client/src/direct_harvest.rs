//! Harvesting a dataset with one call.

use dan_model::{Evidence, PartyIdentifier, Subject};
use dan_transport::{Error, ErrorKind, Operation, SubscriptionKey};
use serde::de::DeserializeOwned;

use crate::client::DanClient;
use crate::harvest::Harvest;
use crate::subscription_keys::Choice;

/// Query names with a meaning of their own, whatever their case. A dataset's parameter cannot bear one.
const RESERVED: [&str; 7] =
    ["subject", "requestor", "envelope", "query", "reuseToken", "tokenOnBehalfOfOwner", "code"];

const TEMPLATE: &str = "/directharvest/{evidenceCode}";

/// A direct harvest (`/directharvest/{evidenceCode}`) that is being put together; made by
/// [`DanClient::direct_harvest`] and sent by one of [`evidence`](Self::evidence), [`typed`](Self::typed),
/// [`enveloped`](Self::enveloped) and [`unenveloped`](Self::unenveloped).
///
/// It is for datasets that need no consent and are not asynchronous. Nothing is stored by the service, so it is safe to
/// send again.
#[derive(Debug, Clone)]
#[must_use = "a harvest does nothing until it is sent"]
pub struct DirectHarvest<'a> {
    client: &'a DanClient,
    dataset: String,
    subject: Option<PartyIdentifier>,
    requestor: Option<PartyIdentifier>,
    parameters: Vec<(String, String)>,
    service_context: Option<String>,
    reuse_token: bool,
    token_on_behalf_of_owner: bool,
}

impl<'a> DirectHarvest<'a> {
    pub(crate) fn new(client: &'a DanClient, dataset: String) -> Self {
        Self {
            client,
            dataset,
            subject: None,
            requestor: None,
            parameters: Vec::new(),
            service_context: None,
            reuse_token: false,
            token_on_behalf_of_owner: false,
        }
    }

    /// Whom the dataset is about. Some datasets need none.
    ///
    /// Only a Norwegian organization number travels in the URL. Everything else goes in the body of a POST, so that no
    /// person's number ends in a log along the way.
    pub fn subject(mut self, subject: impl Into<PartyIdentifier>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// The organization on whose behalf is asked, when it is not the one that the token was issued to.
    pub fn requestor(mut self, requestor: impl Into<PartyIdentifier>) -> Self {
        self.requestor = Some(requestor.into());
        self
    }

    /// A parameter of the dataset, by its name in the metadata; numbers and dates are written as text.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// The service context whose subscription key is used.
    pub fn service_context(mut self, name: impl Into<String>) -> Self {
        self.service_context = Some(name.into());
        self
    }

    /// Lets the service use the caller's own token towards the data source.
    pub fn reuse_token(mut self) -> Self {
        self.reuse_token = true;
        self
    }

    /// Lets the service get a token of its own towards the data source, on behalf of the caller's organization.
    pub fn token_on_behalf_of_owner(mut self) -> Self {
        self.token_on_behalf_of_owner = true;
        self
    }

    /// Sends it, and gives the values in their envelope.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the answer is no envelope.
    pub async fn evidence(self) -> Result<Evidence, Error> {
        self.enveloped().await?.evidence()
    }

    /// Sends it, and gives the values without their envelope as a type of the caller's: members bear the names of the
    /// dataset's values.
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped); also when the answer does not fit the type, naming the place.
    pub async fn typed<T: DeserializeOwned>(self) -> Result<T, Error> {
        self.unenveloped().await?.typed()
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

    async fn send(self, envelope: bool) -> Result<Harvest, Error> {
        let key = self.subscription_key().await?;
        let transport = &self.client.inner().transport;
        let answer = transport.send(&self.operation(key, envelope)?).await?;
        Ok(Harvest::new(answer, envelope))
    }

    async fn subscription_key(&self) -> Result<SubscriptionKey, Error> {
        let inner = self.client.inner();
        let service_context = self.service_context.as_deref().or(inner.service_context.as_deref());
        match inner.subscription_keys.choose(service_context)? {
            Choice::Key(key) => Ok(key.clone()),
            Choice::ByMetadata => {
                let evidence_codes = self.client.metadata().evidence_codes().await?;
                inner.subscription_keys.choose_by_metadata(&self.dataset, &evidence_codes).cloned()
            }
        }
    }

    fn operation(self, key: SubscriptionKey, envelope: bool) -> Result<Operation, Error> {
        let mut operation = match self.subject {
            None => Operation::get(TEMPLATE, key),
            Some(PartyIdentifier::Organization(number)) => {
                Operation::get(TEMPLATE, key).query("subject", number.as_str())
            }
            Some(subject) => Operation::post(TEMPLATE, key, json(&Subject::new(subject))?),
        };
        operation = operation.path_value(self.dataset);
        if let Some(requestor) = self.requestor {
            let number = requestor.as_organization().ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidRequest,
                    "the requestor is no Norwegian organization number; check it",
                )
            })?;
            operation = operation.query("requestor", number.as_str());
        }
        if !envelope {
            operation = operation.query("envelope", "false");
        }
        if self.reuse_token {
            operation = operation.query("reuseToken", "true");
        }
        if self.token_on_behalf_of_owner {
            operation = operation.query("tokenOnBehalfOfOwner", "true");
        }
        for (name, value) in self.parameters {
            refuse_reserved(&name)?;
            operation = operation.query(name, value);
        }
        Ok(operation)
    }
}

fn refuse_reserved(name: &str) -> Result<(), Error> {
    if name.is_empty() || RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
        return Err(Error::new(
            ErrorKind::InvalidRequest,
            format!("'{name}' is no parameter of a dataset: the service gives that name another meaning"),
        ));
    }
    Ok(())
}

fn json(subject: &Subject) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(subject).map_err(|error| {
        Error::new(ErrorKind::InvalidRequest, format!("the subject cannot be written: {error}"))
    })
}
