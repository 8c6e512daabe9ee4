//! What the command tells about itself.

use crate::support::bare_dan;

/// Every command, as it is typed.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["accreditations"],
    &["accreditations", "delete"],
    &["accreditations", "list"],
    &["accreditations", "remind"],
    &["accreditations", "reminders"],
    &["certificate"],
    &["certificate", "inspect"],
    &["codes"],
    &["codes", "errors"],
    &["codes", "statuses"],
    &["completions"],
    &["config"],
    &["config", "init"],
    &["config", "show"],
    &["datasets"],
    &["datasets", "check"],
    &["datasets", "codegen"],
    &["datasets", "list"],
    &["datasets", "show"],
    &["demo"],
    &["doctor"],
    &["evidence"],
    &["harvest"],
    &["manual-pages"],
    &["open-data"],
    &["request"],
    &["sandbox"],
    &["service-contexts"],
    &["status"],
    &["token"],
    &["unit"],
    &["usage"],
    &["usage", "all"],
    &["usage", "last-year"],
    &["usage", "month"],
    &["verify"],
    &["version"],
];

/// The lines of a screen, with room for the prompt, and its columns.
const SCREEN: (usize, &str) = (40, "80");

fn help(command: &[&str]) -> String {
    let output = bare_dan(&[command, &["--help"]].concat()).env("COLUMNS", SCREEN.1).output().unwrap();
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_fits_a_screen_and_stays_as_it_is() {
    let mut report = String::new();
    for command in COMMANDS {
        let help = help(command);
        assert!(help.lines().count() <= SCREEN.0, "{command:?} needs {} lines", help.lines().count());
        report.push_str(&format!("## dan {}\n{help}\n", command.join(" ")));
    }
    insta::assert_snapshot!(report);
}

/// Whoever does not find an example tries the wrong thing first.
#[test]
fn every_command_with_arguments_has_an_example() {
    for command in COMMANDS {
        let help = help(command);
        let has_arguments = help.contains("Arguments:") || help.contains("--subject");
        assert!(!has_arguments || help.contains("Example"), "{command:?}");
    }
}

#[test]
fn a_version_is_one_line() {
    let output = bare_dan(&["--version"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("dan {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn shells_complete_commands_and_options() {
    for (shell, option) in
        [("bash", "--service-context"), ("zsh", "--service-context"), ("fish", "service-context")]
    {
        let output = bare_dan(&["completions", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success());
        assert!(script.contains("open-data") && script.contains(option), "{shell}");
    }
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let output = bare_dan(&["manual-pages", pages.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for page in ["dan.1", "dan-harvest.1", "dan-datasets-show.1"] {
        let text = std::fs::read_to_string(pages.join(page)).unwrap();
        assert!(text.contains(".SH SYNOPSIS"), "{page}");
    }
}
