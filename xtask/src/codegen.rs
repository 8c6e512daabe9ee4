//! Rust types out of an OpenAPI document.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use dan_codegen::{Document, Generated, Runtime, generate};

/// The document that the repository's own models come from, and the folder that they go to.
const OWN_DOCUMENT: &str = "docs/oas/v1.json";
const OWN_FOLDER: &str = "crates/dan-model/src/v1";

/// How `cargo xtask codegen` is called.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Change nothing; fail when what is checked in differs from what would be generated
    #[arg(long)]
    check: bool,
    /// Generate from this OpenAPI 3.0 or 3.1 document, JSON or YAML
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// Write `mod.rs` to this folder
    #[arg(long, value_name = "DIR", requires = "spec")]
    out: Option<PathBuf>,
}

/// Generates, or compares.
///
/// # Errors
///
/// When the document cannot be used, the result cannot be written, or a comparison finds a difference.
pub(crate) fn run(options: &Options, root: &Path) -> Result<()> {
    let (file, name, folder, runtime) = match (&options.spec, &options.out) {
        (Some(spec), Some(out)) => {
            let name = spec.file_name().unwrap_or(spec.as_os_str()).to_string_lossy();
            (spec.clone(), name, out.clone(), Runtime::Outside)
        }
        _ => (root.join(OWN_DOCUMENT), OWN_DOCUMENT.into(), root.join(OWN_FOLDER), Runtime::Inside),
    };
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let document = Document::parse(&text, &name).with_context(|| format!("cannot use {}", file.display()))?;
    let Generated { code, warnings, .. } = generate(&document, runtime)?;
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    let file = folder.join("mod.rs");
    if options.check {
        return compare(&file, &code, options);
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    write_whole(&file, &code)
}

fn compare(file: &Path, code: &str, options: &Options) -> Result<()> {
    let checked_in = fs::read_to_string(file).unwrap_or_default();
    if checked_in == code {
        return Ok(());
    }
    let mend = match (&options.spec, &options.out) {
        (Some(spec), Some(out)) => {
            format!("cargo xtask codegen --spec {} --out {}", spec.display(), out.display())
        }
        _ => "cargo xtask codegen".to_owned(),
    };
    bail!("{} differs from what would be generated; run: {mend}", file.display())
}

/// A file is there whole or not at all.
fn write_whole(file: &Path, content: &str) -> Result<()> {
    let beside = file.with_extension("rs.new");
    fs::write(&beside, content)
        .and_then(|()| fs::rename(&beside, file))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found_and_nothing_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let spec = folder.path().join("spec.yaml");
        fs::write(
            &spec,
            "openapi: 3.1.0\ncomponents: {schemas: {A: {type: object, properties: {b: {type: string}}}}}",
        )
        .unwrap();
        let out = folder.path().join("out");
        let options = |check| Options { check, spec: Some(spec.clone()), out: Some(out.clone()) };

        assert!(run(&options(true), folder.path()).is_err());
        assert!(!out.exists());
        run(&options(false), folder.path()).unwrap();
        run(&options(true), folder.path()).unwrap();

        let file = out.join("mod.rs");
        let touched = fs::read_to_string(&file).unwrap().replace("pub struct A", "pub struct B");
        fs::write(&file, &touched).unwrap();
        let error = run(&options(true), folder.path()).unwrap_err().to_string();
        assert!(error.contains("mod.rs") && error.contains("cargo xtask codegen --spec"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), touched);
    }
}
