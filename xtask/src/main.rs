//! How this repository is kept: code generation and checks.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "this is a command for the terminal")]

mod bench;
mod ci;
mod codegen;
mod fuzz;
mod oas;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

/// How this repository is kept
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Arguments {
    /// Generate the models from the OpenAPI document
    Codegen(codegen::Options),
    /// Keep the OpenAPI document
    #[command(subcommand)]
    Oas(oas::Command),
    /// Compare our speed with what does the same without us
    Bench(bench::Options),
    /// Throw random bytes at everything that reads what comes from outside
    Fuzz(fuzz::Options),
    /// Run everything that CI runs
    Ci,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in no workspace")?;
    match arguments {
        Arguments::Codegen(options) => codegen::run(options, root),
        Arguments::Oas(command) => oas::run(command, root),
        Arguments::Bench(options) => bench::run(options, root),
        Arguments::Fuzz(options) => fuzz::run(options, root),
        Arguments::Ci => ci::run(root),
    }
}
