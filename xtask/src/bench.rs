//! Benchmarks, side by side with what does the same without us.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

/// The names of the benchmarks that start the command.
const COMMAND_BENCHMARKS: &str = "command/version command/help";

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
    build_command(options, root)?;
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

/// The command `dan`, whose start is timed, is no part of what `cargo bench` builds here.
fn build_command(options: &Options, root: &Path) -> Result<()> {
    if options.name.as_ref().is_some_and(|name| !COMMAND_BENCHMARKS.contains(name.as_str())) {
        return Ok(());
    }
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package", "dan-cli"])
        .current_dir(root)
        .status()
        .context("cargo build cannot be run")?;
    if built.success() { Ok(()) } else { bail!("the command dan cannot be built") }
}
