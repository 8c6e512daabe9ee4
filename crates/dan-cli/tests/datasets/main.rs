//! Types that `dan datasets codegen` writes: they are what is checked in here, they compile, and they harvest.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

#[rustfmt::skip]
mod catalogue;
#[rustfmt::skip]
mod drafts;
mod harvests;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dan_client::model::Evidence;
use dan_client::{Dataset, DatasetParameters};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/datasets")
}

fn dan(arguments: &[&str]) -> Output {
    let nowhere = "/nonexistent/dan/config.toml";
    Command::new(env!("CARGO_BIN_EXE_dan"))
        .args(arguments)
        .env_clear()
        .env("HOME", nowhere)
        .env("XDG_CONFIG_HOME", nowhere)
        .output()
        .unwrap()
}

#[track_caller]
fn assert_up_to_date(arguments: &[&str], file: &str) {
    let out = folder().join(file);
    let output = dan(&[arguments, &["--out", out.to_str().unwrap(), "--check"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// All datasets of the sandbox, in the order of their names.
fn names() -> Vec<String> {
    let output = dan(&["datasets", "list", "--sandbox", "--output", "json"]);
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let names = listed.iter().map(|dataset| dataset["evidenceCodeName"].as_str().unwrap().to_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn the_types_of_the_whole_catalogue_are_up_to_date() {
    let names = names();
    assert!(names.len() > 10, "{names:?}");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_up_to_date(&[&["datasets", "codegen", "--sandbox"], names.as_slice()].concat(), "catalogue.rs");
}

#[test]
fn schemas_of_every_draft_are_read_from_a_file() {
    let from = folder().join("drafts.json");
    let names = ["datasets", "codegen", "Eksempelrapport", "Eksempelsamling", "--from"];
    assert_up_to_date(&[&names[..], &[from.to_str().unwrap()]].concat(), "drafts.rs");
}

#[test]
fn what_was_changed_is_found_and_what_is_not_ours_stays() {
    let temporary = tempfile::tempdir().unwrap();
    let from = folder().join("drafts.json");
    let out = temporary.path().join("types.rs");
    let run = |name: &str, more: &[&str]| {
        let arguments =
            ["datasets", "codegen", name, "--from", from.to_str().unwrap(), "--out", out.to_str().unwrap()];
        let output = dan(&[&arguments[..], more].concat());
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(run("Eksempelrapport", &["--check"]).0, 1);
    assert!(!out.exists());
    assert_eq!(run("Eksempelrapport", &[]).0, 0);
    assert_eq!(run("Eksempelrapport", &["--check"]).0, 0);

    let touched = fs::read_to_string(&out).unwrap().replace("pub struct", "struct");
    fs::write(&out, &touched).unwrap();
    let (code, said) = run("Eksempelrapport", &["--check"]);
    assert_eq!(code, 1);
    assert!(said.contains("differs") && said.contains("types.rs"), "{said}");
    assert_eq!(fs::read_to_string(&out).unwrap(), touched);
    assert_eq!(run("Eksempelrapport", &[]).0, 0);

    fs::write(&out, "// by hand").unwrap();
    assert_eq!(run("Eksempelrapport", &[]).0, 2);
    assert_eq!(fs::read_to_string(&out).unwrap(), "// by hand");

    let (code, said) = run("eksempelrapport", &[]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("'eksempelrapport'"), "{said}");
}

#[test]
fn parameters_are_sent_under_their_own_names() {
    let parameters = drafts::EksempelrapportParameters::new(2026, "full").with_alle(true);
    let expected = [("aar", "2026"), ("type", "full"), ("alle", "true")];
    assert_eq!(parameters.into_pairs(), expected.map(|(name, value)| (name, value.to_owned())));
    assert_eq!(drafts::Eksempelrapport::NAME, "Eksempelrapport");
}

#[test]
fn documents_and_values_of_every_type_are_read() {
    let document = json!({
        "id": "1", "status": 2, "grad": "høy", "linjer": [{ "nummer": 7, "under": [{ "tekst": "x" }] }],
        "forrige": { "id": "0", "status": null }, "ny": true
    });
    let report: drafts::Eksempelrapport = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(report.status, Some(drafts::EksempelrapportStatus::Lukket));
    assert_eq!(report.linjer.as_ref().unwrap()[0].under.as_ref().unwrap()[0].tekst.as_deref(), Some("x"));
    let mut written = serde_json::to_value(&report).unwrap();
    written["forrige"]["status"] = Value::Null;
    assert_eq!(written, document);

    let value = |name: &str, value_type: &str, value: Value| json!({ "evidenceValueName": name, "source": "Eksempel", "valueType": value_type, "value": value });
    let evidence: Evidence = serde_json::from_value(json!({
        "evidenceStatus": { "evidenceCodeName": "Eksempelsamling", "status": { "code": 1, "description": "" },
            "validFrom": null, "validTo": null },
        "evidenceValues": [
            value("beløp", "amount", json!("12500 NOK")),
            value("dato", "dateTime", json!("2026-01-31T00:00:00")),
            value("rapport", "jsonSchema", json!(r#"{"a":{"b":true}}"#)),
            value("rapport", "jsonSchema", json!({ "a": null })),
            value("liste", "jsonSchema", json!(r#"[{"c":"d"}]"#)),
            value("fil", "attachment", json!("aGVp")),
        ]
    }))
    .unwrap();
    let values: drafts::Eksempelsamling = evidence.dataset().unwrap();
    assert_eq!(values.beløp.unwrap().hundredths(), Some(1_250_000));
    assert_eq!(values.rapport.len(), 2);
    assert_eq!(values.liste[0][0].c.as_deref(), Some("d"));
    assert_eq!((values.fil, values.tekst), (vec!["aGVp".to_owned()], None));
}
