//! Everything that CI runs.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// What is run, in this order: what fails fast comes first.
const STEPS: [Step; 11] = [
    Step::new("formatting", "fmt --all --check"),
    Step::new("lints", "clippy --workspace --all-targets -- --deny warnings"),
    Step::new("the models alone", "check --package dan-model --no-default-features"),
    Step::new("the client without features", "check --package dan-client --no-default-features"),
    Step::new("OpenAPI document", "xtask oas validate"),
    Step::new("generated code", "xtask codegen --check"),
    Step::new("documentation", "doc --workspace --no-deps"),
    Step::new("dependency policy", "deny check bans licenses sources"),
    Step::new("tests", "test --workspace"),
    // In the workspace, others switch its features on.
    Step::new("keys without features", "test --package dan-auth --test keys"),
    Step::new("fuzzing", "xtask fuzz --seconds 15"),
];

struct Step {
    name: &'static str,
    arguments: &'static str,
}

impl Step {
    const fn new(name: &'static str, arguments: &'static str) -> Self {
        Self { name, arguments }
    }
}

/// Runs the steps until one fails.
///
/// # Errors
///
/// Names the step that failed.
pub(crate) fn run(root: &Path) -> Result<()> {
    for Step { name, arguments } in STEPS {
        eprintln!("\n== {name}: cargo {arguments}");
        let started = Instant::now();
        let status = Command::new("cargo")
            .args(arguments.split(' '))
            .env("RUSTDOCFLAGS", "--deny warnings")
            // What a test needs and does not find is a failure here.
            .env("CI", "true")
            .current_dir(root)
            .status()
            .with_context(|| format!("cargo {arguments} cannot be run"))?;
        if !status.success() {
            bail!("{name} failed: cargo {arguments}");
        }
        eprintln!("== {name}: passed in {} s", started.elapsed().as_secs());
    }
    Ok(())
}
