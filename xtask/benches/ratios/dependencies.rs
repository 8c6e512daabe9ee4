//! What it costs to depend on the client, against bare reqwest with serde in the same versions and with the same features.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::side_by_side::Benchmark;

const AGAINST: &str = "reqwest with serde";

/// What a program depends on that does by hand what the client does.
const BARE: &str = r#"
reqwest = { version = "0.13", default-features = false, features = ["form", "gzip", "http2", "json", "query", "rustls"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["rt", "macros"] }
"#;

pub(crate) fn benchmarks() -> Vec<Benchmark> {
    vec![
        crates("dependencies/crates", with_default_features),
        crates("dependencies/crates-without-pkcs12", without_features),
        clean_build("dependencies/clean-build", with_default_features),
        clean_build("dependencies/clean-build-without-pkcs12", without_features),
    ]
}

fn with_default_features() -> TempDir {
    program(&format!("dan-client.path = '{}'", client().display()))
}

fn without_features() -> TempDir {
    program(&format!("dan-client = {{ path = '{}', default-features = false }}", client().display()))
}

fn client() -> PathBuf {
    root().join("crates/dan-client")
}

fn crates(name: &'static str, ours: fn() -> TempDir) -> Benchmark {
    let benchmark = Benchmark::of_counts(name, AGAINST, "crates", move || {
        Ok((
            Box::new(move || count(&crates_of(ours().path()))),
            Box::new(|| count(&crates_of(program(BARE).path()))),
        ))
    });
    benchmark.once()
}

fn clean_build(name: &'static str, ours: fn() -> TempDir) -> Benchmark {
    let benchmark = Benchmark::of_counts(name, AGAINST, "seconds", move || {
        Ok((
            Box::new(move || seconds_of_clean_build(ours().path())),
            Box::new(|| seconds_of_clean_build(program(BARE).path())),
        ))
    });
    benchmark.once().only_by_name()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// An empty program outside of this workspace, whose profiles are not its user's.
fn program(dependencies: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let package = "[package]\nname = \"program\"\nedition = \"2024\"";
    let manifest = format!("{package}\n\n[dependencies]\n{dependencies}\n\n[workspace]\n");
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    // The versions are the same for both.
    fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    folder
}

/// All that is compiled for this machine, but for the program itself.
fn crates_of(folder: &Path) -> BTreeSet<String> {
    let output = Command::new("cargo")
        .args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
        .args(["--format", "{p}"])
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines().filter(|line| !line.is_empty()).skip(1).map(str::to_owned).collect()
}

fn count(crates: &BTreeSet<String>) -> f64 {
    f64::from(u32::try_from(crates.len()).unwrap())
}

fn seconds_of_clean_build(folder: &Path) -> f64 {
    let started = Instant::now();
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--offline"])
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(status.success());
    started.elapsed().as_secs_f64()
}
