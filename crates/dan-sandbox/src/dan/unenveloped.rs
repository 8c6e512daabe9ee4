//! Harvested values without their envelope: an object, a bare value, a document, bytes, or nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use super::answer::octets_answer;
use super::error::DanError;
use super::error_code::ErrorCode;
use crate::body::GeneratedBody;
use crate::catalogue::{EvidenceValue, ValueType};

/// What stands in the body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Json(String),
    Bytes(Vec<u8>),
    /// No body and no content type.
    Nothing,
}

/// Writes values as the service does when the envelope is dropped.
pub(super) fn content(values: &[EvidenceValue]) -> Result<Content, DanError> {
    match values {
        [] => Ok(Content::Nothing),
        [only] => match only.value_type {
            ValueType::Attachment | ValueType::Binary => decoded(only).map(Content::Bytes),
            ValueType::JsonSchema => Ok(Content::Json(document(only.value.as_ref())?)),
            _ => Ok(Content::Json(serde_json::to_string(&only.value)?)),
        },
        several => Ok(Content::Json(serde_json::to_string(&Members(several))?)),
    }
}

/// The answer that is a file: the bytes that the value holds, or as many as it says.
pub(super) fn binary(value: &EvidenceValue) -> Result<Response<Bytes>, DanError> {
    match value.value.as_ref().and_then(Value::as_f64) {
        Some(length) => {
            let mut response = octets_answer(Vec::new());
            response.extensions_mut().insert(GeneratedBody::of_length(length));
            Ok(response)
        }
        None => Ok(octets_answer(decoded(value)?)),
    }
}

/// The bytes that a value holds as Base64.
fn decoded(value: &EvidenceValue) -> Result<Vec<u8>, DanError> {
    let text = value.value.as_ref().and_then(Value::as_str).unwrap_or_default();
    Ok(STANDARD.decode(text).map_err(|_| ErrorCode::Internal)?)
}

/// A document that the source wrote goes out as it stands; one that the service has to write is indented.
fn document(value: Option<&Value>) -> Result<String, serde_json::Error> {
    match value {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(value) => serde_json::to_string_pretty(value),
    }
}

/// One object: names to values in the order of the source, a name as often as it comes.
struct Members<'a>(&'a [EvidenceValue]);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(self.0.len()))?;
        for value in self.0 {
            members.serialize_entry(&value.name, &value.value)?;
        }
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(name: &str, value_type: ValueType, value: Value) -> EvidenceValue {
        EvidenceValue {
            mime_type: None,
            name: name.to_owned(),
            source: "S".to_owned(),
            timestamp: "2026-09-24T11:02:10Z".to_owned(),
            value: Some(value).filter(|value| !value.is_null()),
            value_type,
        }
    }

    fn json_of(values: &[EvidenceValue]) -> String {
        match content(values).unwrap() {
            Content::Json(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn several_values_become_one_object_with_repeated_names() {
        let values = [
            value("a", ValueType::JsonSchema, json!(r#"{"x":1}"#)),
            value("b", ValueType::Amount, Value::Null),
            value("a", ValueType::Attachment, json!("AAEC")),
        ];
        assert_eq!(json_of(&values), r#"{"a":"{\"x\":1}","b":null,"a":"AAEC"}"#);
    }

    #[test]
    fn one_value_stands_bare() {
        assert_eq!(
            json_of(&[value("a", ValueType::Uri, json!("https://example.no/å"))]),
            r#""https://example.no/å""#
        );
        assert_eq!(json_of(&[value("a", ValueType::Number, json!(1.5))]), "1.5");
        assert_eq!(json_of(&[value("a", ValueType::Boolean, Value::Null)]), "null");
    }

    #[test]
    fn one_document_is_the_answer() {
        let document = |content| json_of(&[value("a", ValueType::JsonSchema, content)]);
        assert_eq!(document(json!("{ \"x\" : 1 }")), "{ \"x\" : 1 }");
        assert_eq!(document(json!({ "x": [1] })), "{\n  \"x\": [\n    1\n  ]\n}");
        assert_eq!(document(Value::Null), "");
    }

    #[test]
    fn one_attachment_is_decoded() {
        let attachment = |text| content(&[value("a", ValueType::Attachment, text)]).ok();
        assert_eq!(attachment(json!("AAEC")), Some(Content::Bytes(vec![0, 1, 2])));
        assert_eq!(attachment(json!("?")), None);
    }

    #[test]
    fn no_values_are_no_body() {
        assert_eq!(content(&[]).unwrap(), Content::Nothing);
    }
}
