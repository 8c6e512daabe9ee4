//! The script in the document about the sandbox, run as it stands there.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

const DOCUMENT: &str = include_str!("../../../docs/sandbox.md");

#[test]
fn the_script_walks_from_a_key_to_a_harvest() {
    let (_, script) = DOCUMENT.split_once("```bash\n").unwrap();
    let (script, _) = script.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_dan")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(&folder)
        .env("PATH", path)
        .output()
        .unwrap();
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains(r#""merverdiavgiftForfaltOgUbetalt":"12500 NOK""#), "{said}");
}
