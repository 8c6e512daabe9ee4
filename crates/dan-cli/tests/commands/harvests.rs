//! `dan harvest`.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{RunningSandbox, bare_dan, with};

#[test]
fn a_harvest_shows_its_values() {
    let sandbox = RunningSandbox::start();
    let harvest = ["harvest", "UnitBasicInformation", "--subject", "991825827"];
    insta::assert_snapshot!("harvest_for_people", sandbox.succeed(&harvest));

    let enveloped: Value =
        serde_json::from_str(&sandbox.succeed(&with(&harvest, &["--output", "json"]))).unwrap();
    assert_eq!(enveloped["evidenceStatus"]["status"]["code"], 1);
    assert_eq!(enveloped["evidenceValues"][0]["value"], 991_825_827);

    let bare: Value =
        serde_json::from_str(&sandbox.succeed(&with(&harvest, &["--no-envelope", "--output", "json"])))
            .unwrap();
    assert_eq!(bare["OrganizationNumber"], 991_825_827);
    let line = sandbox.succeed(&with(&harvest, &["--no-envelope", "--output", "ndjson"]));
    assert_eq!(line.lines().count(), 1, "{line}");
    let list = sandbox.succeed(&with(&harvest, &["--query", "[`1`, `2`]", "--output", "ndjson"]));
    assert_eq!(list, "1\n2\n");
    insta::assert_snapshot!("harvest_without_envelope", sandbox.succeed(&with(&harvest, &["--no-envelope"])));
}

#[test]
fn the_service_context_follows_from_the_dataset() {
    let sandbox = RunningSandbox::start();
    let shown = sandbox.succeed(&["harvest", "TildaMetadatav1", "--verbose"]);
    assert!(!shown.is_empty());
}

#[test]
fn a_persons_number_stays_off_command_line_and_output() {
    let sandbox = RunningSandbox::start();
    let file = sandbox.folder.path().join("subject");
    std::fs::write(&file, "15867010022\n").unwrap();
    let subject = format!("@{}", file.display());
    let output =
        sandbox.dan(&["harvest", "FregPerson", "--subject", &subject, "--reuse-token", "--verbose"], &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("POST /v1/directharvest/FregPerson -> 200"), "{said}");
    assert!(!said.contains("15867010022"), "{said}");
}

#[test]
fn the_subject_is_read_from_standard_input() {
    let sandbox = RunningSandbox::start();
    let mut process = bare_dan(&["harvest", "UnitBasicInformation", "--subject", "-"])
        .envs(&sandbox.variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(b"998997801\n").unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("998997801"));
}
