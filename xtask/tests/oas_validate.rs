//! `cargo xtask oas validate`: the step of CI fails when it cannot do its work.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the command with the tools of a folder.
fn validate(target: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["oas", "validate"])
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap()
}

#[test]
fn without_the_validator_the_step_fails_and_says_how_to_get_it() {
    let target = tempfile::tempdir().unwrap();
    let output = validate(target.path());
    assert!(!output.status.success());
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(complaint, "error: openapi-spec-validator is not installed; install it: .ci/install\n");
}

#[test]
fn the_verdict_is_that_of_the_validator() {
    let target = tempfile::tempdir().unwrap();
    let folder = target.path().join("tools/openapi-spec-validator/bin");
    let validator = folder.join("openapi-spec-validator");
    fs::create_dir_all(&folder).unwrap();
    for (verdict, succeeds) in [("/bin/true", true), ("/bin/false", false)] {
        symlink(verdict, &validator).unwrap();
        let output = validate(target.path());
        assert_eq!(output.status.success(), succeeds, "{}", String::from_utf8_lossy(&output.stderr));
        fs::remove_file(&validator).unwrap();
    }
}
