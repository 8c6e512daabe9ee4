//! What a dataset is: its evidence code, as the service publishes it.
//!
//! The documents are written down here once more instead of taken from `dan-model`: a name that the model got wrong
//! would otherwise be wrong on both sides and nobody would notice.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::requirement::Requirement;
use crate::clock;

/// The definition of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EvidenceCode {
    #[serde(rename = "evidenceCodeName")]
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<Vec<EvidenceParameter>>,
    pub(crate) is_asynchronous: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_valid_days: Option<u32>,
    pub(crate) values: Vec<ValueDefinition>,
    pub(crate) authorization_requirements: Vec<Requirement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service_context: Option<String>,
    pub(crate) belongs_to_service_contexts: Vec<String>,
    pub(crate) is_public: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deprecation_warning: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) license: Option<String>,
    /// Never on the wire: the service publishes a copy for each alias instead.
    #[serde(default, skip_serializing)]
    pub(crate) dataset_aliases: Vec<DatasetAlias>,
}

/// A name that a dataset goes by in a service context.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct DatasetAlias {
    pub(crate) service_context: String,
    pub(crate) dataset_alias_name: String,
}

/// A parameter that a dataset takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EvidenceParameter {
    #[serde(rename = "evidenceParamName")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) param_type: Option<ParameterType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) required: Option<bool>,
    /// What a request gives; a definition has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ParameterType {
    Boolean,
    Number,
    String,
    DateTime,
    Attachment,
    Uri,
}

/// A value that a dataset has.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ValueDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mime_type: Option<String>,
    #[serde(rename = "evidenceValueName")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) source: String,
    pub(crate) value_type: ValueType,
    /// Misspelt on the wire.
    #[serde(rename = "jsonSchemaDefintion", skip_serializing_if = "Option::is_none")]
    pub(crate) json_schema_definition: Option<String>,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ValueType {
    Boolean,
    Number,
    String,
    DateTime,
    Attachment,
    Uri,
    Amount,
    JsonSchema,
    Binary,
}

/// A value of a harvest.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvidenceValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mime_type: Option<String>,
    #[serde(rename = "evidenceValueName")]
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
    pub(crate) value_type: ValueType,
}

impl EvidenceCode {
    /// Whether the dataset is in force. Times without a zone are the service's own: UTC.
    pub(crate) fn is_active(&self, now: Timestamp) -> bool {
        let time = |text: &Option<String>| text.as_deref().and_then(clock::read);
        time(&self.valid_from).is_none_or(|from| from <= now)
            && time(&self.valid_to).is_none_or(|to| now < to)
    }

    /// The parameters, none if the definition has no list.
    pub(crate) fn parameters(&self) -> &[EvidenceParameter] {
        self.parameters.as_deref().unwrap_or_default()
    }

    /// Whether a service context may use the dataset.
    pub(crate) fn belongs_to(&self, service_context: &str) -> bool {
        self.belongs_to_service_contexts.iter().any(|context| context == service_context)
    }
}

impl EvidenceParameter {
    /// Whether the parameter must be given; a definition that doesn't say so means no.
    pub(crate) fn is_required(&self) -> bool {
        self.required == Some(true)
    }
}
