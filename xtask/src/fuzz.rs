//! Random bytes against everything that reads what comes from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

/// The crates with fuzz targets.
const CRATES: [&str; 3] = ["crates/dan-auth", "crates/dan-model", "crates/dan-transport"];
/// The document whose examples the fuzzer starts from.
const DOCUMENT: &str = "docs/oas/v1.json";
/// What OpenSSL makes of a new key for the fuzzer to start from: each line is a call.
const KEYS: &str = "\
    ecparam -name prime256v1 -genkey -noout -out ec.key
    req -new -x509 -key ec.key -days 365 -subj /CN=TEST/serialNumber=310123455 -out certificate.pem
    pkcs8 -topk8 -nocrypt -in ec.key -outform DER -out pkcs8.der
    pkcs8 -topk8 -in ec.key -iter 1 -passout pass:test -outform DER -out encrypted.der
    genrsa -traditional -out rsa.key 2048
    pkcs12 -export -inkey ec.key -in certificate.pem -iter 1 -passout pass:test -out modern.p12
    pkcs12 -export -legacy -nomac -inkey ec.key -in certificate.pem -iter 1 -passout pass:test -out legacy.p12";

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
    let seeds = [write_examples(root)?, write_keys(root)?];
    let mut found = false;
    for package in CRATES.map(|package| root.join(package)) {
        for target in targets(&package)? {
            if options.target.as_ref().is_none_or(|wanted| *wanted == target) {
                found = true;
                fuzz(root, &package, &target, &seeds, options.seconds)?;
            }
        }
    }
    if !found {
        bail!("there is no fuzz target of that name");
    }
    Ok(())
}

/// No sanitizer, which needs a nightly toolchain: without `unsafe` there is nothing for it to find. All crates build into one
/// folder, so that what they share is instrumented once.
fn fuzz(root: &Path, package: &Path, target: &str, seeds: &[PathBuf], seconds: u32) -> Result<()> {
    eprintln!("== {target}, for {seconds} s");
    let corpus = package.join("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
    let status = Command::new("cargo")
        .args(["fuzz", "run", "--sanitizer", "none", "--target-dir"])
        .arg(root.join("target/fuzz"))
        .arg(target)
        .arg(&corpus)
        .args(seeds)
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
fn write_examples(root: &Path) -> Result<PathBuf> {
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

/// Keys and certificates in the forms that people have them.
fn write_keys(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/fuzz-keys");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for call in KEYS.lines() {
        let made = Command::new("openssl").args(call.split_whitespace()).current_dir(&folder).output();
        let made = made.context("OpenSSL cannot be run, which makes keys for the fuzzer; install it")?;
        if !made.status.success() {
            bail!("openssl {}: {}", call.trim(), String::from_utf8_lossy(&made.stderr));
        }
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
