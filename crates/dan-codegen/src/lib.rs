//! What Rust types a schema describes.
//!
//! [`generate`] writes a Rust module with the types of an OpenAPI document. Enums in it are open and unknown fields are
//! kept: the types stay true when the service adds to what it sends. The code stands on `dan-model`, `schemars`, `serde`
//! and `serde_json`. This crate reads no file and writes none.
//!
//! ```
//! use dan_codegen::{Document, Runtime, generate};
//!
//! let text = r#"{"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "components": {"schemas": {
//!     "Pet": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}}}}"#;
//! let generated = generate(&Document::parse(text, "pets.json")?, Runtime::Outside)?;
//! assert!(generated.code.contains("pub struct Pet {"));
//! assert!(generated.warnings.is_empty());
//! # Ok::<(), dan_codegen::CodegenError>(())
//! ```

mod bodies;
mod choices;
mod composition;
mod cycles;
mod datasets;
mod document;
mod emit;
mod error;
mod names;
mod node;
mod reader;
mod representation;
mod schema;
mod unions;

pub use document::{Document, Pointer};
pub use emit::Runtime;
pub use error::CodegenError;
pub use representation::Warning;

/// A module, and what it does not express.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Generated {
    /// The Rust code of the module.
    pub code: String,
    /// The places in the document that the code does not express faithfully.
    pub warnings: Vec<Warning>,
}

/// Writes the types of datasets, by their names, out of the service's metadata: the answer of
/// `/public/metadata/evidencecodes`, or one dataset of it. The code stands on `dan-client`, `serde` and `serde_json`; each
/// dataset's type implements `dan_client::Dataset`.
///
/// # Errors
///
/// When the metadata is none, or lacks one of the datasets.
pub fn generate_datasets(metadata: &str, names: &[&str]) -> Result<Generated, CodegenError> {
    let (model, datasets) = datasets::read(metadata, names)?;
    let code = emit::emit_datasets(&model, &datasets)?;
    Ok(Generated { code, warnings: model.warnings.0 })
}

/// Writes the types of a document. The same document gives the same code.
///
/// # Errors
///
/// When the result is no Rust, which would be a fault of this crate.
pub fn generate(document: &Document, runtime: Runtime) -> Result<Generated, CodegenError> {
    let model = reader::read(document);
    let code = emit::emit(&model, document, runtime)?;
    Ok(Generated { code, warnings: model.warnings.0 })
}
