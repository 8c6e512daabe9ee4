//! Why there is no code.

use thiserror::Error;

/// Why nothing was generated.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CodegenError {
    /// The document looks like JSON and is none.
    #[error("it is not valid JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// The document is no YAML.
    #[cfg(feature = "yaml")]
    #[error("it is not valid YAML: {0}")]
    Yaml(#[source] Box<serde_saphyr::Error>),
    /// The document is no JSON, and the feature `yaml` is off.
    #[cfg(not(feature = "yaml"))]
    #[error("it is not JSON, which is all that is read without the feature `yaml`")]
    NotJson,
    /// The document does not say which version of OpenAPI it is written in.
    #[error("it is no OpenAPI document: the member `openapi` with its version is missing")]
    NoVersion,
    /// The document is written in another version of OpenAPI.
    #[error("OpenAPI {0:?} is not supported: 3.0 and 3.1 are")]
    Version(String),
    /// The metadata of datasets holds something that is no dataset; with its position.
    #[error("it is no metadata of datasets: what stands at position {0} has no `evidenceCodeName`")]
    Metadata(usize),
    /// The metadata lacks a dataset.
    #[error("the metadata knows no dataset '{name}'. Dataset names are case-sensitive")]
    #[non_exhaustive]
    UnknownDataset {
        /// The name that was asked for.
        name: String,
        /// The names that the metadata holds.
        known: Vec<String>,
    },
    /// A fault of this crate.
    #[error("the generated code is no Rust, which is a fault of the generator: {0}")]
    Code(#[source] syn::Error),
}
