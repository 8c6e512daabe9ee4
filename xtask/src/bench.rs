//! Benchmarks, side by side with what does the same without us.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

/// How `cargo xtask bench` is called.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run only the benchmarks with this in their name
    name: Option<String>,
}

/// Runs the benchmarks, which print a line each on standard output.
///
/// # Errors
///
/// When they do not compile, or none has the name.
pub(crate) fn run(options: &Options, root: &Path) -> Result<()> {
    let status = Command::new("cargo")
        .args(["bench", "--quiet", "--package", "xtask", "--bench", "ratios", "--"])
        .args(&options.name)
        .current_dir(root)
        .status()
        .context("cargo bench cannot be run")?;
    if !status.success() {
        bail!("the benchmarks failed");
    }
    Ok(())
}
