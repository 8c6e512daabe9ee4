//! The command in a terminal, as somebody meets it who has configured nothing.

use std::path::Path;

use crate::pseudo_terminal::{Terminal, transcript};
use crate::support::RunningSandbox;

/// Escape sequences, readable.
fn visible(text: &str) -> String {
    text.replace('\u{1b}', "^[")
}

#[test]
fn a_new_user_is_told_how_to_go_on() {
    let without_colours = [("NO_COLOR", "1")];
    let mut report = String::new();
    for arguments in [
        &["harvst"][..],
        &["harvest", "UnitBasicInformation", "--subjct", "991825827"],
        &["harvest", "UnitBasicInformation", "--subject", "991825827"],
        &["token"],
        &["config", "show"],
        &["verify", "nothing.json"],
        &["unit", "123"],
    ] {
        report.push_str(&transcript(arguments, 100, &without_colours));
    }
    assert!(!report.contains('\u{1b}'), "{}", visible(&report));
    insta::assert_snapshot!(report);
}

#[test]
fn without_a_command_the_help_is_shown() {
    let (seen, status) = Terminal::run(&[], 100, &[("NO_COLOR", "1")]).end();
    assert_eq!(status.code(), Some(2));
    assert!(seen.contains("dan demo") && seen.contains("Commands:") && !seen.contains('\u{1b}'), "{seen}");
}

#[test]
fn colours_are_for_terminals_and_not_under_no_color() {
    let with = transcript(&["--sandbox", "codes", "statuses"], 100, &[]);
    assert!(with.contains("\u{1b}[1mCode"), "{}", visible(&with));
    let without = transcript(&["--sandbox", "codes", "statuses"], 100, &[("NO_COLOR", "1")]);
    assert!(!without.contains('\u{1b}'), "{}", visible(&without));
}

#[test]
fn a_table_fits_a_narrow_terminal() {
    let shown = transcript(&["--sandbox", "datasets", "list"], 60, &[("NO_COLOR", "1")]);
    let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 60, "{widest}: {shown}");
    assert!(shown.contains("RestanserV2"), "{shown}");
}

#[test]
fn accreditations_are_listed_in_what_width_there_is() {
    let sandbox = RunningSandbox::start();
    let request = ["request", "--service-context", "eBevis", "--subject", "998997801"];
    let consent = ["--dataset", "RestanserV2:consent", "--consent-reference", "Tender 2026/17"];
    for datasets in [&consent[..], &["--dataset", "UnitBasicInformation", "--dataset", "Roller"]] {
        sandbox.succeed(&[&request, datasets, &["--dataset", "CertificateOfRegistration"]].concat());
    }
    let variables = sandbox.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let variables: Vec<_> = variables.chain([("NO_COLOR", "1")]).collect();
    let list = ["accreditations", "list", "--service-context", "eBevis", "--quiet"];
    insta::with_settings!({ filters => vec![
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "00000000-0000-0000-0000-000000000000"),
        (r"\d{4}-\d\d-\d\d", "YYYY-MM-DD"),
    ] }, { insta::assert_snapshot!([80, 120].map(|columns| transcript(&list, columns, &variables)).concat()) });
}

#[test]
fn an_interrupt_ends_a_wait_quietly() {
    let mut terminal = Terminal::run(
        &[
            "--sandbox",
            "--service-context",
            "eBevis",
            "request",
            "--subject",
            "998997801",
            "--dataset",
            "RestanserV2:consent",
            "--consent-reference",
            "Tender",
            "--wait",
        ],
        100,
        &[],
    );
    terminal.wait_for("next look in");
    terminal.press(&[3]);
    let (seen, status) = terminal.end();
    assert_eq!(status.code(), Some(130), "{}", visible(&seen));
    assert!(!seen.contains("panicked") && !seen.contains("dan:"), "{}", visible(&seen));
}

#[test]
fn a_download_shows_how_far_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.bin");
    let shown = transcript(&download(&file), 100, &[]);
    assert!(shown.ends_with("[0]\n\n"), "{}", visible(&shown));
    assert!(shown.contains("wrote 40000000 bytes"), "{}", visible(&shown));
}

fn download(file: &Path) -> [&str; 10] {
    [
        "--sandbox",
        "harvest",
        "EksempelBinaer",
        "--subject",
        "991825827",
        "--param",
        "antallBytes=40000000",
        "--no-envelope",
        "--out",
        file.to_str().unwrap(),
    ]
}
