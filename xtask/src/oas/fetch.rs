//! `cargo xtask oas fetch`: the published document against the one that is kept here.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::OWN_DOCUMENT;
use super::difference::Difference;
use super::document::Document;
use super::interface::Interface;
use super::normal_form;
use super::patch::{Outcome, PatchList};
use super::source::{Environment, Source};

/// The patches for the published document.
const PATCHES: &str = "docs/oas/patches.json";

/// How `cargo xtask oas fetch` is called.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The document: an address or a file, JSON or YAML, in place of what an environment publishes
    #[arg(value_name = "URL_OR_FILE", conflicts_with = "env")]
    source: Option<String>,
    /// Whose published document is fetched
    #[arg(long, value_name = "NAME", value_enum, default_value = "test")]
    env: Environment,
    /// Trust the certificate authorities in this PEM file, and no others
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Compare with this document in place of docs/oas/v1.json
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Take the patches from this file in place of docs/oas/patches.json
    #[arg(long, value_name = "FILE")]
    patches: Option<PathBuf>,
    /// Write the fetched document, patched and in normal form, to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Leave descriptions out of the comparison
    #[arg(long)]
    ignore_descriptions: bool,
    /// Fail when there is a difference, or when a patch does not apply
    #[arg(long)]
    check: bool,
}

/// Fetches, patches, compares, and prints what differs. Nothing is changed but the file of `--out`.
///
/// # Errors
///
/// When a document cannot be had or is none; with `--check` also when there is a difference.
pub(crate) fn run(options: &Options, root: &Path) -> Result<()> {
    let patches = PatchList::read(&options.patches.clone().unwrap_or_else(|| root.join(PATCHES)))?;
    let kept = kept_document(options, root)?;
    let source = match &options.source {
        Some(text) => Source::parse(text)?,
        None => Source::of_environment(options.env)?,
    };
    let mut fetched = Document::parse(&source.read(options.ca_file.as_deref())?, &source.to_string())?;
    let outcomes = patches.apply(&mut fetched.content);
    if let Some(file) = &options.out {
        write(file, &fetched, root)?;
    }

    let with_descriptions = !options.ignore_descriptions;
    let (old, new) = (Interface::of(&kept, with_descriptions), Interface::of(&fetched, with_descriptions));
    let difference = Difference::between(&old, &new);
    let report = report(&kept, &fetched, &outcomes, &difference);
    std::io::stdout().lock().write_all(report.as_bytes()).context("cannot print the difference")?;
    if options.check { check(&outcomes, &difference) } else { Ok(()) }
}

fn kept_document(options: &Options, root: &Path) -> Result<Document> {
    let (path, name) = match &options.against {
        Some(path) => (path.clone(), path.display().to_string()),
        None => (root.join(OWN_DOCUMENT), OWN_DOCUMENT.to_owned()),
    };
    Document::parse(&Source::File(path).read(None)?, &name)
}

/// Never over the document that is kept by hand: it says more than the published one.
fn write(file: &Path, document: &Document, root: &Path) -> Result<()> {
    if let (Ok(target), Ok(kept)) = (file.canonicalize(), root.join(OWN_DOCUMENT).canonicalize())
        && target == kept
    {
        bail!("{OWN_DOCUMENT} is kept by hand: write to another file, and carry over what is right");
    }
    fs::write(file, normal_form::text(&document.content))
        .with_context(|| format!("cannot write {}", file.display()))
}

fn report(
    kept: &Document,
    fetched: &Document,
    outcomes: &[Outcome<'_>],
    difference: &Difference<'_>,
) -> String {
    let mut report = format!(
        "--- {} (OpenAPI {})\n+++ {} (OpenAPI {})\n\n",
        kept.name,
        kept.openapi(),
        fetched.name,
        fetched.openapi()
    );
    if !outcomes.is_empty() {
        report.push_str("Patches\n");
        report.extend(outcomes.iter().map(|outcome| format!("  {outcome}\n")));
        report.push('\n');
    }
    if difference.is_empty() {
        report.push_str("No difference.\n");
    } else {
        report.push_str(&difference.to_string());
    }
    report
}

fn check(outcomes: &[Outcome<'_>], difference: &Difference<'_>) -> Result<()> {
    let failed: Vec<&str> = outcomes.iter().filter_map(Outcome::failed).collect();
    if !failed.is_empty() {
        bail!("patches that do not apply: {}; mend or remove them", failed.join(", "));
    }
    if !difference.is_empty() {
        bail!("the documents differ");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_that_is_kept_by_hand_is_never_written_over() {
        let root = tempfile::tempdir().unwrap();
        let kept = root.path().join(OWN_DOCUMENT);
        fs::create_dir_all(kept.parent().unwrap()).unwrap();
        fs::write(&kept, "by hand").unwrap();
        let fetched = Document::parse(r#"{"openapi":"3.0.1","info":{},"paths":{}}"#, "fetched").unwrap();

        let by_another_way = root.path().join("docs/../docs/oas/v1.json");
        let error = write(&by_another_way, &fetched, root.path()).unwrap_err().to_string();
        assert!(error.contains("kept by hand"), "{error}");
        assert_eq!(fs::read_to_string(&kept).unwrap(), "by hand");

        write(&root.path().join("fetched.json"), &fetched, root.path()).unwrap();
    }
}
