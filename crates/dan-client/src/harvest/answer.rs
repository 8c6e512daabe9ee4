//! What a harvest gave.

use std::time::SystemTime;

use bytes::Bytes;
use dan_model::{DecodeError, Evidence, mask_personal_numbers};
use dan_transport::{Answer, Error};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::near_name::did_you_mean;
use crate::proof::{self, RequestRecord, SignatureError, SignatureKey};

/// What a harvest gave: the bytes as they arrived, the service's signature over them, and the id of the request. It is
/// decoded when the caller says into what, and stays as it is.
///
/// The data stands in its envelope ([`Evidence`]) or without one, as it was asked for; the methods that decode take both,
/// except where they say otherwise. A binary dataset never has an envelope.
///
/// ```
/// # use dan_client::DanClient;
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// let harvest = client.direct_harvest("Roller").service_context("eBevis").subject("991825827").enveloped().await?;
/// let evidence = harvest.evidence()?;
/// let document: serde_json::Value = harvest.document()?;
/// assert_eq!(document, harvest.field::<serde_json::Value>("default")?);
/// println!("{} bytes, request {:?}", harvest.bytes().len(), harvest.request_id());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Harvest {
    answer: Answer,
    dataset: String,
    request: RequestRecord,
    received: SystemTime,
    enveloped: bool,
}

impl Harvest {
    pub(crate) fn new(answer: Answer, dataset: String, request: RequestRecord, enveloped: bool) -> Self {
        let enveloped = enveloped && answer.is_json();
        Self { answer, dataset, request, received: SystemTime::now(), enveloped }
    }

    /// The values in their envelope, with their status, source, time and type.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) when the data has no envelope, because none was
    /// asked for or because the dataset is binary, and when the envelope is none.
    pub fn evidence(&self) -> Result<Evidence, Error> {
        if self.enveloped {
            return self.answer.json();
        }
        let reason = if self.answer.is_json() { "none was asked for" } else { "the dataset is binary" };
        Err(self
            .answer
            .unexpected(format!("the answer has no envelope: {reason}. Take it as it is instead.")))
    }

    /// The values as a type of the caller's, whose members bear the names of the values. A JSON document or a bare value
    /// alone becomes the type itself when there is no envelope.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) names the place that does not fit the type, and
    /// no value. So does a name of the type's that comes twice, which it cannot hold: [`fields`](Self::fields) gives both.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if self.enveloped { self.of_evidence(Evidence::members) } else { self.decoded(dan_model::decode) }
    }

    /// The value of a name as a type of the caller's; a JSON document is read also when it arrives as text.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) when there is no value of the name, or several, or
    /// when it does not fit the type; and when there is no envelope.
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        let evidence = self.evidence()?;
        let is_there = evidence.value(name).is_some();
        evidence.field(name).map_err(|error| {
            if is_there { self.answer.misfit(&error) } else { self.no_value(name, &evidence) }
        })
    }

    /// The one JSON document of the dataset as a type of the caller's, whatever the name of its value.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) when there is no document, or several, or when it
    /// does not fit the type.
    pub fn document<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if self.enveloped { self.of_evidence(Evidence::document) } else { self.decoded(dan_model::decode) }
    }

    /// The names and values in the order of the source; a name may come more than once. A value that is missing is null.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) when the answer without envelope is no JSON object.
    pub fn fields(&self) -> Result<Vec<(String, Value)>, Error> {
        if !self.enveloped {
            return self.decoded(dan_model::fields);
        }
        let values = self.evidence()?.evidence_values.into_iter();
        Ok(values.map(|value| (value.evidence_value_name, value.value.unwrap_or_default())).collect())
    }

    /// The answer as JSON, as it stands: the envelope with all that is in it, or the data alone. Of a name that comes more
    /// than once, the last value remains. No body at all is null.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) when it is no JSON.
    pub fn json(&self) -> Result<Value, Error> {
        if self.bytes().is_empty() { Ok(Value::Null) } else { self.answer.json() }
    }

    /// The bytes as they arrived: what the signature is made over.
    pub fn bytes(&self) -> &Bytes {
        self.answer.body()
    }

    /// The bytes alone.
    pub fn into_bytes(self) -> Bytes {
        self.answer.into_body()
    }

    /// Whether the data stands in its envelope.
    pub fn is_enveloped(&self) -> bool {
        self.enveloped
    }

    /// Whether there is JSON. What is not is bytes: a binary dataset, or an attachment without envelope.
    pub fn is_json(&self) -> bool {
        self.answer.is_json()
    }

    /// Whether the dataset has no value at all. That is an answer, not a failure: the source was asked and had nothing.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) when the envelope is none.
    pub fn is_empty(&self) -> Result<bool, Error> {
        if self.enveloped {
            Ok(self.evidence()?.evidence_values.is_empty())
        } else {
            Ok(self.bytes().is_empty())
        }
    }

    /// The service's signature of the bytes, a compact JWS; none on bytes of binary datasets and attachments, and on
    /// empty answers.
    pub fn signature(&self) -> Option<&str> {
        self.answer.signature()
    }

    /// The service's id of the request, to be quoted to its support.
    pub fn request_id(&self) -> Option<&str> {
        self.answer.request_id()
    }

    /// Proves that the bytes are what the service signed with `key`.
    ///
    /// # Errors
    /// [`SignatureError`] tells an answer that is not signed from one that was changed, and both from a signature by another
    /// key.
    pub fn verify(&self, key: &SignatureKey) -> Result<(), SignatureError> {
        proof::verify(self.bytes(), self.signature(), key)
    }

    /// The dataset, by the name that was asked for.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// What was asked, without keys, tokens and body.
    pub fn request(&self) -> &RequestRecord {
        &self.request
    }

    /// When the answer had arrived.
    pub fn received(&self) -> SystemTime {
        self.received
    }

    /// The answer with its status and headers.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    pub(crate) fn of_evidence<T>(
        &self,
        read: impl FnOnce(&Evidence) -> Result<T, DecodeError>,
    ) -> Result<T, Error> {
        read(&self.evidence()?).map_err(|error| self.answer.misfit(&error))
    }

    fn no_value(&self, name: &str, evidence: &Evidence) -> Error {
        let names: Vec<&str> =
            evidence.evidence_values.iter().map(|value| value.evidence_value_name.as_str()).collect();
        let hint = match did_you_mean(name, names.iter().copied()) {
            meant if meant.is_empty() && !names.is_empty() => format!(" It has {}.", names.join(", ")),
            meant => meant,
        };
        let message = format!("the answer has no value '{name}'.{hint}");
        self.answer.unexpected(mask_personal_numbers(&message))
    }

    fn decoded<T>(&self, read: impl FnOnce(&[u8]) -> Result<T, DecodeError>) -> Result<T, Error> {
        read(self.bytes()).map_err(|error| self.answer.misfit(&error))
    }
}
