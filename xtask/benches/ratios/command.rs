//! How long the command takes to start, against a process that does nothing.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::side_by_side::Benchmark;

/// Nothing without the release build, which `cargo xtask bench` makes first.
pub(crate) fn benchmarks() -> Vec<Benchmark> {
    let Some(dan) = dan() else { return Vec::new() };
    [("command/version", "--version"), ("command/help", "--help")]
        .into_iter()
        .map(|(name, option)| {
            let dan = dan.clone();
            let ours = move || start(Command::new(&dan).arg(option));
            Benchmark::new(name, "/bin/true", ours, || start(&mut Command::new("/bin/true")))
        })
        .collect()
}

/// It lies beside the folder of this benchmark.
fn dan() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.parent()?.to_owned();
    Some(folder.join("dan")).filter(|dan| dan.is_file())
}

fn start(command: &mut Command) {
    let status = command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
}
