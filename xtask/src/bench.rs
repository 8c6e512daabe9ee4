//! Benchmarks, side by side with what does the same without us.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

/// The names of the benchmarks that start the command.
const COMMAND_BENCHMARKS: &str = "command/version command/help";

/// How `cargo xtask bench` is called.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run only the benchmarks with this in their name; those of clean builds are run only by their whole names
    name: Option<String>,

    /// How much is streamed, in MiB
    #[arg(long, value_name = "NUMBER", default_value_t = 256)]
    stream_mib: u64,
}

/// Runs the benchmarks, which print a line each on standard output.
///
/// # Errors
///
/// When they do not compile, or none has the name.
pub(crate) fn run(options: &Options, root: &Path) -> Result<()> {
    build_command(options, root)?;
    let mut benchmarks = Command::new("cargo")
        .args(["bench", "--quiet", "--package", "xtask", "--bench", "ratios", "--bench", "allocations", "--"])
        .args(&options.name)
        .arg(format!("--stream-mib={}", options.stream_mib))
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo bench cannot be run")?;
    let mut printed = 0;
    for line in benchmarks.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines()) {
        println!("{}", line?);
        printed += 1;
    }
    if !benchmarks.wait()?.success() {
        bail!("the benchmarks failed");
    }
    match &options.name {
        Some(name) if printed == 0 => bail!("no benchmark with '{name}' in its name was run"),
        _ => Ok(()),
    }
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
