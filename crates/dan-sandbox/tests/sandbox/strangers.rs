//! Programs that share no code with the sandbox: a walk in plain Python, and a tester of OpenAPI documents.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{Fixture, not_tested};

/// A program of the Python environment that the checks install below the folder that cargo builds into.
fn python_program(name: &str) -> Option<PathBuf> {
    let tests = std::env::current_exe().unwrap();
    let programs = tests.ancestors().map(|folder| folder.join("tools/python/bin"));
    let program = programs.map(|folder| folder.join(name)).find(|program| program.exists());
    if program.is_none() {
        not_tested(&format!("the Python program {name}"));
    }
    program
}

fn assert_success(output: &Output) {
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
}

fn python_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(name)
}

#[tokio::test]
async fn a_stranger_walks_the_whole_way() {
    let Some(python) = python_program("python") else { return };
    let fixture = Fixture::start().await;
    let ready = serde_json::to_string(&fixture.sandbox.ready()).unwrap();
    let output = Command::new(python).arg(python_file("walk.py")).arg(ready).output().unwrap();
    assert_success(&output);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 4);
}

#[tokio::test]
async fn everything_it_answers_is_as_the_document_says() {
    let Some(schemathesis) = python_program("schemathesis") else { return };
    let fixture = Fixture::start().await;
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/oas.json");
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(schemathesis)
        .current_dir(&folder)
        .arg("--config-file")
        .arg(python_file("schemathesis.toml"))
        .arg("run")
        .arg(document)
        .args(["--url", &fixture.url("")])
        .args(["--header", &format!("Authorization: Bearer {}", fixture.full_token().await)])
        .args([
            "--header",
            &format!("Ocp-Apim-Subscription-Key: {}", fixture.sandbox.subscription_keys()["eBevis"]),
        ])
        .arg("--tls-verify")
        .arg(fixture.sandbox.ca_file().unwrap())
        // Nonsense in a body makes the service stumble with a 500, and so the sandbox: only what is valid is sent.
        .args(["--mode", "positive", "--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", "25", "--seed", "1", "--generation-database", "none", "--warnings", "off"])
        .output()
        .unwrap();
    assert_success(&output);
}
