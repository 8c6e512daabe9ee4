//! The code for small documents, one for each thing that a document may hold: as it is written down, and compiled.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod compiled;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use compiled::Care;
use dan_codegen::{Document, Generated, Runtime, generate};

/// Where the documents that nobody here wrote lie, once they are installed.
const PUBLIC: &str = "tools/public-documents";

/// The small documents, and what is generated from each.
fn generated() -> BTreeMap<String, Generated> {
    generated_from(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi/documents"))
}

fn generated_from(folder: &Path) -> BTreeMap<String, Generated> {
    let documents = fs::read_dir(folder).unwrap().map(|entry| {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap();
        let document = Document::parse(&fs::read_to_string(&file).unwrap(), name).unwrap();
        let stem = file.file_stem().unwrap().to_str().unwrap();
        (stem.to_owned(), generate(&document, Runtime::Outside).unwrap())
    });
    documents.collect()
}

#[test]
fn each_document_has_its_code() {
    for (name, Generated { code, warnings, .. }) in generated() {
        let warnings: String = warnings.iter().map(|warning| format!("// {warning}\n")).collect();
        let body = code.lines().skip_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n");
        let written = format!("{warnings}{body}");
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, written) });
    }
}

#[test]
fn the_same_document_gives_the_same_code() {
    assert_eq!(generated(), generated());
}

#[test]
fn the_head_tells_what_made_the_code_and_from_what() {
    let code = &generated()["nothing"].code;
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!("head", code) });
}

#[test]
fn the_code_compiles_without_a_complaint() {
    let modules = generated().into_iter().map(|(name, generated)| (name, generated.code));
    compiled::assert_compiles("openapi", modules, Care::Own);
}

#[test]
fn documents_that_nobody_here_wrote_have_code_that_compiles() {
    let target = compiled::target_folder();
    let folder = target.join(PUBLIC);
    if !folder.exists() {
        let message = format!("NOT TESTED: {} is missing; install it: .ci/install\n", folder.display());
        // Past the harness, which keeps what passing tests print to itself.
        std::io::stderr().write_all(message.as_bytes()).unwrap();
        assert!(std::env::var_os("CI").is_none(), "{message}");
        return;
    }
    let generated = generated_from(&folder);
    let counts: Vec<String> = generated
        .iter()
        .map(|(name, Generated { code, warnings, .. })| {
            let types = code.lines().filter(|line| line.starts_with("pub ")).count();
            format!("{name}: {types} types, {} warnings", warnings.len())
        })
        .collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!("public", counts.join("\n")) });
    let modules = generated.into_iter().map(|(name, generated)| (name, generated.code));
    compiled::assert_compiles("public", modules, Care::Foreign);
}
