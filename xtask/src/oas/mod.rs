//! The OpenAPI document: how the one that is kept here compares with the published one, and whether it is valid.

mod difference;
mod document;
mod download;
mod fact;
mod fetch;
mod interface;
mod layout;
mod members;
mod normal_form;
mod patch;
mod schema;
mod source;
mod validation;

use std::path::Path;

use anyhow::Result;
use clap::Subcommand;

/// The document that is kept by hand.
const OWN_DOCUMENT: &str = "docs/oas/v1.json";

/// What `cargo xtask oas` does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare the published document with the one that is kept here
    Fetch(fetch::Options),
    /// Validate the document that is kept here, with a validator that is not ours
    Validate,
}

/// Does it.
///
/// # Errors
///
/// When a document cannot be had or used, or breaks what was asked of it.
pub(crate) fn run(command: &Command, root: &Path) -> Result<()> {
    match command {
        Command::Fetch(options) => fetch::run(options, root),
        Command::Validate => validation::run(root),
    }
}
