//! The products that a subscription key can belong to.

use serde::Deserialize;

use super::requirement::Requirement;

/// A service context: a product of the gateway with rules of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServiceContext {
    /// The name on the wire, such as `eBevis`.
    pub(crate) name: String,
    /// What the gateway and the service call it between them, such as `ebevis-product`.
    pub(crate) product_id: String,
    /// The languages that a subject can be written to in.
    #[serde(default = "bokmaal")]
    pub(crate) languages: Vec<String>,
    /// Whether there are texts for requests for consent; without them none can be sent.
    #[serde(default)]
    pub(crate) has_consent_texts: bool,
    /// What every dataset of the context requires.
    pub(crate) requirements: Vec<Requirement>,
}

fn bokmaal() -> Vec<String> {
    vec!["no-nb".to_owned()]
}
