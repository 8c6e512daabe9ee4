//! The body of an authorization request, read as leniently as the service reads it.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::{Map, Value};

use super::error::DanError;
use super::error_code::ErrorCode;
use crate::catalogue::EvidenceParameter;
use crate::clock;

/// What is asked for, on whose behalf, and about whom.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) struct AuthorizationRequest {
    #[serde(default, deserialize_with = "text")]
    pub(super) requestor: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) subject: Option<String>,
    #[serde(default, rename = "evidencerequests")]
    pub(super) evidence_requests: Vec<EvidenceRequest>,
    #[serde(default, rename = "legalbasislist")]
    pub(super) legal_bases: Option<Vec<LegalBasis>>,
    #[serde(default, rename = "validto", deserialize_with = "text")]
    pub(super) valid_to: Option<String>,
    #[serde(default, rename = "consentreference", deserialize_with = "text")]
    pub(super) consent_reference: Option<String>,
    #[serde(default, rename = "externalreference", deserialize_with = "text")]
    pub(super) external_reference: Option<String>,
    #[serde(default, rename = "languagecode", deserialize_with = "text")]
    pub(super) language_code: Option<String>,
    #[serde(default, rename = "consentreceiptredirecturl", deserialize_with = "text")]
    pub(super) consent_receipt_redirect_url: Option<String>,
}

/// One dataset that is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) struct EvidenceRequest {
    #[serde(default, rename = "evidencecodename", deserialize_with = "text")]
    pub(super) evidence_code_name: Option<String>,
    #[serde(default)]
    pub(super) parameters: Option<Vec<Parameter>>,
    #[serde(default, rename = "legalbasisid", deserialize_with = "text")]
    pub(super) legal_basis_id: Option<String>,
    #[serde(default, rename = "requestconsent", deserialize_with = "flag")]
    pub(super) request_consent: bool,
}

/// A parameter with its value, which may be any JSON.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Parameter {
    #[serde(rename = "evidenceparamname")]
    pub(super) name: String,
    #[serde(default)]
    pub(super) value: Value,
}

/// A lawful ground for the request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LegalBasis {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: Option<String>,
    #[serde(default, rename = "type")]
    pub(super) kind: Option<LegalBasisKind>,
    #[serde(default, deserialize_with = "text")]
    pub(super) content: Option<String>,
}

/// The kinds of legal basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LegalBasisKind {
    Espd,
    Cpv,
}

impl AuthorizationRequest {
    /// Reads a body. None at all is 1014; what is no JSON, or has a wrong type, makes the service stumble: 1015.
    pub(super) fn read(body: &[u8]) -> Result<Self, DanError> {
        let missing = || DanError::new(ErrorCode::AuthorizationRequest, "The request has no body");
        if body.is_empty() {
            return Err(missing());
        }
        match serde_json::from_slice(body)? {
            Value::Null => Err(missing()),
            body @ Value::Object(_) => Ok(serde_json::from_value(fold_names(body))?),
            _ => Err(ErrorCode::Internal.into()),
        }
    }
}

impl Parameter {
    /// As an accreditation shows it: what was sent, times spelled anew.
    pub(super) fn on_the_wire(&self) -> EvidenceParameter {
        let value = match &self.value {
            Value::Null => None,
            Value::String(text) => Some(clock::respelled(text).unwrap_or_else(|| text.clone()).into()),
            value => Some(value.clone()),
        };
        EvidenceParameter { name: self.name.clone(), param_type: None, required: None, value }
    }

    /// The value as the text that it is judged by.
    pub(super) fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            value => value.to_string(),
        }
    }
}

impl<'de> Deserialize<'de> for LegalBasisKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.to_ascii_lowercase().as_str() {
            "espd" => Ok(Self::Espd),
            "cpv" => Ok(Self::Cpv),
            _ => Err(D::Error::custom("no kind of legal basis")),
        }
    }
}

/// Property names count without regard to case. What a parameter's value holds is left alone.
fn fold_names(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let name = name.to_lowercase();
                let value = if name == "value" { value } else { fold_names(value) };
                (name, value)
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(elements) => elements.into_iter().map(fold_names).collect(),
        value => value,
    }
}

/// Numbers do for texts.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(D::Error::custom("no text")),
    }
}

/// Texts do for booleans.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Ok(flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(D::Error::custom("no boolean")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(body: &str) -> ErrorCode {
        AuthorizationRequest::read(body.as_bytes()).unwrap_err().code
    }

    #[test]
    fn names_and_types_are_read_leniently() {
        let body = json!({
            "Requestor": 991_825_827, "SUBJECT": "998997801",
            "evidencerequests": [{
                "EvidenceCodeName": "A", "requestConsent": "True",
                "parameters": [{ "EvidenceParamName": "Aar", "value": { "Kept": 1 } }]
            }],
            "legalBasisList": [{ "Id": 1, "Type": "ESPD", "Content": "…" }],
            "unknown": {}
        });
        let request = AuthorizationRequest::read(body.to_string().as_bytes()).unwrap();
        assert_eq!(request.requestor.as_deref(), Some("991825827"));
        let asked = &request.evidence_requests[0];
        assert!(asked.request_consent);
        assert_eq!(asked.parameters.as_ref().unwrap()[0].value, json!({ "Kept": 1 }));
        let legal_basis = &request.legal_bases.unwrap()[0];
        assert_eq!((legal_basis.id.as_deref(), legal_basis.kind), (Some("1"), Some(LegalBasisKind::Espd)));
    }

    #[test]
    fn no_body_and_a_broken_one_differ() {
        assert_eq!(refusal(""), ErrorCode::AuthorizationRequest);
        assert_eq!(refusal("null"), ErrorCode::AuthorizationRequest);
        for broken in [
            "{",
            "[]",
            r#"{"evidenceRequests":null}"#,
            r#"{"legalBasisList":[{"id":"1","type":"other","content":"…"}]}"#,
            r#"{"evidenceRequests":[{"evidenceCodeName":"A","requestConsent":"maybe"}]}"#,
        ] {
            assert_eq!(refusal(broken), ErrorCode::Internal, "{broken}");
        }
    }
}
