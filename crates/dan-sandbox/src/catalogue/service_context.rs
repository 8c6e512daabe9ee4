//! The products that a subscription key can belong to.

use serde::Deserialize;

use super::requirement::Requirement;

/// A service context: a product of the gateway with rules of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServiceContext {
    /// The name on the wire, such as `eBevis`.
    pub(crate) name: String,
    /// What every dataset of the context requires.
    pub(crate) requirements: Vec<Requirement>,
}
