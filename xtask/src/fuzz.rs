//! Random bytes against everything that reads what comes from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

/// The crates with fuzz targets.
const CRATES: [&str; 2] = ["crates/dan-model", "crates/dan-transport"];
/// The document whose examples the fuzzer starts from.
const DOCUMENT: &str = "docs/oas/v1.json";

/// How `cargo xtask fuzz` is called.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run only this target
    target: Option<String>,
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
}

/// Runs each fuzz target for a time, starting from the examples of the API's document.
///
/// # Errors
///
/// When a target crashes, or there is none of the name.
pub(crate) fn run(options: &Options, root: &Path) -> Result<()> {
    let seeds = write_seeds(root)?;
    let mut found = false;
    for package in CRATES.map(|package| root.join(package)) {
        for target in targets(&package)? {
            if options.target.as_ref().is_none_or(|wanted| *wanted == target) {
                found = true;
                fuzz(&package, &target, &seeds, options.seconds)?;
            }
        }
    }
    if !found {
        bail!("there is no fuzz target of that name");
    }
    Ok(())
}

/// No sanitizer, which needs a nightly toolchain: without `unsafe` there is nothing for it to find.
fn fuzz(package: &Path, target: &str, seeds: &Path, seconds: u32) -> Result<()> {
    eprintln!("== {target}, for {seconds} s");
    let corpus = package.join("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
    let status = Command::new("cargo")
        .args(["fuzz", "run", "--sanitizer", "none", target])
        .args([&corpus, seeds])
        .args(["--", "-verbosity=0", "-rss_limit_mb=2048", &format!("-max_total_time={seconds}")])
        .current_dir(package)
        .status()
        .context("cargo fuzz cannot be run; install it: cargo install --locked cargo-fuzz")?;
    if !status.success() {
        bail!(
            "the fuzz target {target} failed; what it failed on lies in {}/fuzz/artifacts",
            package.display()
        );
    }
    Ok(())
}

/// The targets of a crate, by the names of their files.
fn targets(package: &Path) -> Result<Vec<String>> {
    let folder = package.join("fuzz/fuzz_targets");
    let mut targets: Vec<String> = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    Ok(targets)
}

/// A file for each example in the document.
fn write_seeds(root: &Path) -> Result<PathBuf> {
    let text = fs::read(root.join(DOCUMENT)).with_context(|| format!("cannot read {DOCUMENT}"))?;
    let document: Value = serde_json::from_slice(&text).with_context(|| format!("{DOCUMENT} is no JSON"))?;
    let folder = root.join("target/fuzz-seeds");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut examples = Vec::new();
    collect_examples(&document, &mut examples);
    for (number, example) in examples.into_iter().enumerate() {
        fs::write(folder.join(format!("{number}.json")), example.to_string())
            .context("cannot write the examples")?;
    }
    Ok(folder)
}

fn collect_examples<'d>(node: &'d Value, found: &mut Vec<&'d Value>) {
    match node {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("example", example) => found.push(example),
                    ("examples", Value::Object(examples)) => {
                        found.extend(examples.values().filter_map(|example| example.get("value")));
                    }
                    _ => collect_examples(member, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect_examples(element, found)),
        _ => {}
    }
}
