//! Values by what they mean, whatever JSON they arrive as.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use crate::decode::{self, DecodeError};
use crate::{Amount, EvidenceValue, Timestamp, ValueType, Withheld};

/// A value as its type says it is meant.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum TypedValue<'v> {
    /// The field has no value, which is neither zero nor an empty text.
    Missing,
    /// True or false; also sent as text.
    Boolean(bool),
    /// A number, whole or not; also sent as text.
    Number(Number),
    /// A text.
    Text(&'v str),
    /// A date, in most cases with a time.
    DateTime(Timestamp),
    /// An address, as it was sent. Registers hold some that lack the scheme.
    Uri(&'v str),
    /// An amount of money.
    Amount(Amount),
    /// A file.
    Attachment(Attachment<'v>),
    /// A JSON document.
    Json(JsonDocument<'v>),
    /// A value of a type that this version does not know, or of none, as it was sent.
    Other(&'v Value),
}

/// A file in an envelope.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment<'v> {
    /// The content in base64, as it was sent.
    pub base64: &'v str,
    /// The media type, which sources hardly ever give.
    pub media_type: Option<&'v str>,
}

/// A JSON document, which arrives as JSON or as text that holds it.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum JsonDocument<'v> {
    /// As text.
    Text(&'v str),
    /// As JSON.
    Value(&'v Value),
}

/// A value that is not what its type says. The other values of the envelope stand. Never holds the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueError {
    /// Name of the field.
    pub evidence_value_name: String,
    /// The type that the field has.
    pub expected: ValueType,
    /// What stands there: `a text`, `a number`, `an object` …
    pub found: &'static str,
}

impl EvidenceValue {
    /// The value as its type says it is meant.
    ///
    /// ```
    /// use dan_model::{EvidenceValue, TypedValue};
    ///
    /// let value: EvidenceValue = serde_json::from_str(
    ///     r#"{"evidenceValueName":"gebyr","source":"Skatteetaten","value":"12500 NOK","valueType":"amount"}"#,
    /// )?;
    /// let TypedValue::Amount(amount) = value.typed()? else { panic!("no amount") };
    /// assert_eq!((amount.number(), amount.currency()), ("12500", Some("NOK")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value cannot be what its type says.
    pub fn typed(&self) -> Result<TypedValue<'_>, ValueError> {
        let Some(value) = &self.value else { return Ok(TypedValue::Missing) };
        let Some(value_type) = &self.value_type else { return Ok(TypedValue::Other(value)) };
        let typed = match (value_type, value) {
            (ValueType::Boolean, Value::Bool(boolean)) => Some(TypedValue::Boolean(*boolean)),
            (ValueType::Boolean, Value::String(text)) => boolean(text).map(TypedValue::Boolean),
            (ValueType::Number, Value::Number(number)) => Some(TypedValue::Number(number.clone())),
            (ValueType::Number, Value::String(text)) => {
                serde_json::from_str(text.trim()).ok().map(TypedValue::Number)
            }
            (ValueType::String, Value::String(text)) => Some(TypedValue::Text(text)),
            (ValueType::Uri, Value::String(text)) => Some(TypedValue::Uri(text)),
            (ValueType::DateTime, Value::String(text)) => {
                let time = Timestamp::from(text.as_str());
                time.parse().is_ok().then_some(TypedValue::DateTime(time))
            }
            (ValueType::Amount, Value::String(text)) => text.parse().ok().map(TypedValue::Amount),
            (ValueType::Amount, Value::Number(number)) => {
                number.to_string().parse().ok().map(TypedValue::Amount)
            }
            (ValueType::Attachment | ValueType::Binary, Value::String(base64)) => {
                Some(TypedValue::Attachment(Attachment { base64, media_type: self.mime_type.as_deref() }))
            }
            (ValueType::JsonSchema, Value::String(text)) => Some(TypedValue::Json(JsonDocument::Text(text))),
            (ValueType::JsonSchema, value) => Some(TypedValue::Json(JsonDocument::Value(value))),
            (ValueType::Unknown(_), value) => Some(TypedValue::Other(value)),
            _ => None,
        };
        typed.ok_or_else(|| ValueError {
            evidence_value_name: self.evidence_value_name.clone(),
            expected: value_type.clone(),
            found: kind_of(value),
        })
    }
}

impl Attachment<'_> {
    /// The content of the file.
    ///
    /// # Errors
    ///
    /// When it is no base64, with the place.
    pub fn bytes(&self) -> Result<Vec<u8>, base64::DecodeError> {
        STANDARD.decode(self.base64)
    }
}

impl JsonDocument<'_> {
    /// The document as a type of the caller's.
    ///
    /// # Errors
    ///
    /// When it is no JSON, or does not fit the type, with the place.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        match self {
            Self::Text(text) => decode::from_text(text),
            Self::Value(value) => decode::from_value(value),
        }
    }
}

/// Values may be personal: only their kind is shown.
impl fmt::Debug for TypedValue<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Missing => return formatter.write_str("Missing"),
            Self::Boolean(_) => "Boolean",
            Self::Number(_) => "Number",
            Self::Text(_) => "Text",
            Self::DateTime(_) => "DateTime",
            Self::Uri(_) => "Uri",
            Self::Amount(_) => "Amount",
            Self::Attachment(_) => "Attachment",
            Self::Json(_) => "Json",
            Self::Other(_) => "Other",
        };
        formatter.debug_tuple(kind).field(&Withheld).finish()
    }
}

impl fmt::Debug for Attachment<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attachment")
            .field("base64", &Withheld)
            .field("media_type", &self.media_type)
            .finish()
    }
}

impl fmt::Debug for JsonDocument<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("JsonDocument").field(&Withheld).finish()
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { evidence_value_name, expected, found } = self;
        write!(
            formatter,
            "the value '{evidence_value_name}' is of the type {expected}, and {found} that is none stands there"
        )
    }
}

impl std::error::Error for ValueError {}

fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(value_type: &str, value: Value) -> EvidenceValue {
        let value = EvidenceValue::new("field", "source").with_value(value);
        value.with_value_type(ValueType::from(value_type))
    }

    #[test]
    fn values_are_read_by_their_type() {
        assert_eq!(value("boolean", json!("True")).typed(), Ok(TypedValue::Boolean(true)));
        assert_eq!(
            value("number", json!("12.5")).typed(),
            Ok(TypedValue::Number(Number::from_f64(12.5).unwrap()))
        );
        assert_eq!(value("number", json!(7)).typed(), Ok(TypedValue::Number(7.into())));
        assert_eq!(value("amount", json!(7)).typed(), Ok(TypedValue::Amount("7".parse().unwrap())));
        assert_eq!(
            value("dateTime", json!("2012-10-23T00:00:00")).typed(),
            Ok(TypedValue::DateTime("2012-10-23T00:00:00".into()))
        );
        assert_eq!(value("uri", json!("www.example.no")).typed(), Ok(TypedValue::Uri("www.example.no")));
        assert_eq!(value("tomorrow", json!([1])).typed(), Ok(TypedValue::Other(&json!([1]))));
        assert_eq!(EvidenceValue::new("field", "source").typed(), Ok(TypedValue::Missing));
    }

    #[test]
    fn documents_arrive_as_text_or_as_json() {
        for document in [json!("{\"a\":[1]}"), json!({ "a": [1] })] {
            let value = value("jsonSchema", document);
            let Ok(TypedValue::Json(document)) = value.typed() else { panic!("no document") };
            assert_eq!(document.decode::<Value>().unwrap(), json!({ "a": [1] }));
        }
    }

    #[test]
    fn files_are_decoded_on_demand() {
        let file = value("attachment", json!("aGVp")).with_mime_type("text/plain");
        let Ok(TypedValue::Attachment(attachment)) = file.typed() else { panic!("no file") };
        assert_eq!(
            (attachment.bytes().unwrap(), attachment.media_type),
            (b"hei".to_vec(), Some("text/plain"))
        );
        let broken = value("attachment", json!("#"));
        let Ok(TypedValue::Attachment(attachment)) = broken.typed() else { panic!("no file") };
        assert!(attachment.bytes().is_err());
    }

    #[test]
    fn what_does_not_fit_is_told_without_the_value() {
        for (value_type, wrong) in [
            ("boolean", json!("15867010022")),
            ("number", json!("15867010022x")),
            ("amount", json!({})),
            ("dateTime", json!("yesterday")),
            ("string", json!(15_867_010_022_i64)),
        ] {
            let value = value(value_type, wrong);
            let error = value.typed().unwrap_err();
            assert_eq!(error.expected.as_str(), value_type);
            assert!(!format!("{error} {error:?}").contains("15867010022"), "{error}");
        }
    }
}
