//! Rust types out of an OpenAPI document.

mod composition;
mod cycles;
mod document;
mod emit;
mod names;
mod node;
mod reader;
mod representation;
mod schema;
mod unions;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use document::Document;
use emit::Runtime;
use representation::Warning;

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
    let (document, folder, runtime) = match (&options.spec, &options.out) {
        (Some(spec), Some(out)) => {
            let name = spec.file_name().unwrap_or(spec.as_os_str()).to_string_lossy();
            (Document::read(spec, &name)?, out.clone(), Runtime::Outside)
        }
        _ => {
            (Document::read(&root.join(OWN_DOCUMENT), OWN_DOCUMENT)?, root.join(OWN_FOLDER), Runtime::Inside)
        }
    };
    let (code, warnings) = generate(&document, runtime)?;
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

/// The code of a document's types, and what they do not express.
fn generate(document: &Document, runtime: Runtime) -> Result<(String, Vec<Warning>)> {
    let model = reader::read(document);
    let code = emit::emit(&model, document, runtime)?;
    Ok((code, model.warnings))
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

    /// The code of a document with these schemas, without its head.
    fn code(schemas: &str) -> String {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: Test, version: '1'}}\ncomponents:\n  schemas:\n{schemas}"
        );
        let document = Document::parse(&text, "test.yaml").unwrap();
        let (code, warnings) = generate(&document, Runtime::Outside).unwrap();
        let warnings: String = warnings.iter().map(|warning| format!("// {warning}\n")).collect();
        let body = code.lines().skip_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n");
        warnings + &body
    }

    /// The schemas stand in the test; the snapshot holds the code alone.
    #[track_caller]
    fn assert_code(name: &str, schemas: &str) {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, code(schemas)) });
    }

    #[test]
    fn objects_with_required_nullable_and_optional_fields() {
        assert_code(
            "objects",
            "    Unit:
      type: object
      description: 'A unit [of] the register; see https://example.no/units.'
      required: [orgNumber, name]
      properties:
        orgNumber: {type: string, format: party-identifier}
        name: {type: string, nullable: true, x-privacy: masked}
        type: {type: integer, format: int32, description: The kind of unit.}
        parent: {$ref: '#/components/schemas/Unit'}
        '@links': {type: array, items: {type: string}}
        registered: {type: string, format: date-time}
        anything: {x-privacy: withheld}
",
        );
    }

    #[test]
    fn open_enums_of_text_and_of_integers() {
        assert_code(
            "enums",
            "    Color:
      type: string
      enum: [red, dark-green, '+1', self]
    Level:
      type: integer
      enum: [-1, 0, 1]
      x-enum-varnames: [Low, Middle, High]
      x-enum-descriptions: [Not enough., Enough., Too much.]
",
        );
    }

    #[test]
    fn unions_by_a_field() {
        assert_code(
            "union",
            "    Shape:
      oneOf: [{$ref: '#/components/schemas/CircleShape'}, {$ref: '#/components/schemas/SquareShape'}]
      discriminator: {propertyName: type}
    CircleShape:
      type: object
      required: [type, radius]
      properties: {type: {type: string}, radius: {type: number}}
    SquareShape:
      type: object
      required: [type]
      properties: {type: {type: string}, side: {type: number}}
",
        );
    }

    #[test]
    fn what_cannot_be_expressed_is_a_warning() {
        assert_code(
            "warnings",
            "    Either:
      oneOf: [{type: string}, {type: object, properties: {a: {type: string}}}]
    Lost: {$ref: '#/components/schemas/Nowhere'}
    Circle: {$ref: '#/components/schemas/Circle'}
",
        );
    }

    #[test]
    fn the_same_document_gives_the_same_code() {
        let schemas =
            "    A: {type: object, properties: {b: {type: object, properties: {c: {type: string}}}}}\n";
        assert_eq!(code(schemas), code(schemas));
    }

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
