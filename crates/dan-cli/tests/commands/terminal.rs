//! The command in a terminal, as somebody meets it who has configured nothing.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::ExitStatus;
use std::sync::mpsc;
use std::time::Duration;

use pty_process::Size;
use pty_process::blocking::Command;

use crate::support::DAN;

/// Long enough for a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process in a terminal of its own.
struct Terminal {
    pty: std::sync::Arc<pty_process::blocking::Pty>,
    process: std::process::Child,
    output: mpsc::Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn run(arguments: &[&str], columns: u16, variables: &[(&str, &str)]) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(40, columns)).unwrap();
        let command = Command::new(DAN)
            .args(arguments)
            .env_clear()
            .env("TERM", "xterm-256color")
            .env("TZ", "UTC")
            .env("XDG_CONFIG_HOME", "/nowhere")
            .envs(variables.iter().copied());
        let process = command.spawn(pts).unwrap();
        let pty = std::sync::Arc::new(pty);
        let (sender, output) = mpsc::channel();
        let reader = std::sync::Arc::clone(&pty);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The terminal's end is an error to whoever reads it.
            while let Ok(count) = (&*reader).read(&mut bytes) {
                if count == 0 || sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { pty, process, output, seen: String::new() }
    }

    /// Reads on until the text has been seen.
    fn wait_for(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let bytes = self.output.recv_timeout(PATIENCE);
            assert!(bytes.is_ok(), "'{text}' does not come; there is: {}", self.seen);
            let bytes = bytes.unwrap_or_default();
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn press(&mut self, keys: &[u8]) {
        (&*self.pty).write_all(keys).unwrap();
    }

    /// Everything that was seen, and how it ended.
    fn end(mut self) -> (String, ExitStatus) {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
            if self.process.try_wait().unwrap().is_some() {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
                    self.seen.push_str(&String::from_utf8_lossy(&bytes));
                }
                break;
            }
        }
        let status = self.process.wait().unwrap();
        (self.seen.replace("\r\n", "\n"), status)
    }
}

fn transcript(arguments: &[&str], columns: u16, variables: &[(&str, &str)]) -> String {
    let (seen, status) = Terminal::run(arguments, columns, variables).end();
    format!("$ dan {}\n{seen}[{}]\n\n", arguments.join(" "), status.code().unwrap())
}

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
