//! `cargo xtask oas validate`: what a validator that is not ours says of the document.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::OWN_DOCUMENT;

/// The validator, below the folder that cargo builds into.
const VALIDATOR: &str = "tools/openapi-spec-validator/bin/openapi-spec-validator";

/// Validates the document that is kept here.
///
/// # Errors
///
/// When the document is not valid, or the validator is not installed.
pub(crate) fn run(root: &Path) -> Result<()> {
    let validator = target_folder(root).join(VALIDATOR);
    if !validator.exists() {
        bail!("openapi-spec-validator is not installed; install it: .ci/install");
    }
    let status = Command::new(&validator)
        .args(["--validation-errors", "all", OWN_DOCUMENT])
        .current_dir(root)
        .status()
        .with_context(|| format!("{} cannot be run; install it anew: .ci/install", validator.display()))?;
    if !status.success() {
        bail!("{OWN_DOCUMENT} is not a valid OpenAPI document");
    }
    Ok(())
}

fn target_folder(root: &Path) -> PathBuf {
    root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}
