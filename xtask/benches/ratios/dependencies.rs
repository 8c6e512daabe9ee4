//! What it costs to depend on the client, against bare reqwest with serde in the same versions and with the same features.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use tempfile::TempDir;

use crate::side_by_side::Benchmark;

const AGAINST: &str = "reqwest with serde";

/// A crate that does by hand what the client does.
const BARE: &str = r#"[package]
name = "bare"
edition = "2024"

[dependencies]
reqwest = { version = "0.13", default-features = false, features = ["form", "gzip", "http2", "json", "query", "rustls", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["rt", "macros"] }

[workspace]
"#;

/// With PKCS#12, which most of the crates are for, and with what everybody needs alone.
const WHOLE: &[&str] = &["--package", "dan-client"];
const LEAN: &[&str] = &["--package", "dan-client", "--no-default-features"];

pub(crate) fn benchmarks() -> Vec<Benchmark> {
    vec![
        crates("dependencies/crates", WHOLE),
        crates("dependencies/crates-without-pkcs12", LEAN),
        clean_build("dependencies/clean-build", WHOLE),
        clean_build("dependencies/clean-build-without-pkcs12", LEAN),
    ]
}

fn crates(name: &'static str, ours: &'static [&'static str]) -> Benchmark {
    let benchmark = Benchmark::of_counts(name, AGAINST, "crates", move || {
        Ok((
            Box::new(move || count(&crates_of(&root(), ours))),
            Box::new(|| count(&crates_of(bare().path(), &[]))),
        ))
    });
    benchmark.once()
}

fn clean_build(name: &'static str, ours: &'static [&'static str]) -> Benchmark {
    let benchmark = Benchmark::of_counts(name, AGAINST, "seconds", move || {
        let bare = Rc::new(bare());
        Ok((
            Box::new(move || seconds_of_clean_build(&root(), ours)),
            Box::new(move || seconds_of_clean_build(bare.path(), &[])),
        ))
    });
    benchmark.once().only_by_name()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn bare() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), BARE).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    // The versions are those that the client has.
    fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    folder
}

/// All that is compiled for this machine, the crate itself included.
fn crates_of(folder: &Path, arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new("cargo")
        .args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
        .args(["--format", "{p}"])
        .args(arguments)
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn count(crates: &BTreeSet<String>) -> f64 {
    f64::from(u32::try_from(crates.len()).unwrap())
}

fn seconds_of_clean_build(folder: &Path, arguments: &[&str]) -> f64 {
    let target = tempfile::tempdir().unwrap();
    let started = std::time::Instant::now();
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--offline", "--target-dir"])
        .arg(target.path())
        .args(arguments)
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(status.success());
    started.elapsed().as_secs_f64()
}
