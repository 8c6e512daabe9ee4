//! How the command behaves in a shell.

use std::process::Stdio;

use crate::support::{RunningSandbox, bare_dan};

#[test]
fn a_closed_pipe_ends_quietly() {
    let sandbox = RunningSandbox::start();
    let mut process = bare_dan(&["datasets", "list", "--output", "json"])
        .envs(&sandbox.variables)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(141), b"".as_slice()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let sandbox = RunningSandbox::start();
    for arguments in [
        &["service-contexts"][..],
        &["datasets", "list", "--output", "json"],
        &["--help"],
        &["completions", "bash"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = bare_dan(arguments).envs(&sandbox.variables).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?} {said}");
        assert!(said.contains("standard output cannot be written"), "{arguments:?} {said}");
    }
}

#[test]
fn head_ends_a_listing_quietly() {
    let sandbox = RunningSandbox::start();
    let output = std::process::Command::new("sh")
        .args(["-c", "\"$DAN\" datasets list --output json | head -c 10 >/dev/null"])
        .envs(&sandbox.variables)
        .env("DAN", crate::support::DAN)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn the_requests_are_shown_to_those_who_ask() {
    let sandbox = RunningSandbox::start();
    let harvest =
        ["harvest", "UnitBasicInformation", "--subject", "991825827", "--service-context", "eBevis"];
    let said = |more: &[&str]| {
        let output = sandbox.dan(&[&harvest[..], more].concat(), &[]);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(said(&[]), "");
    let once = said(&["-v"]);
    assert!(
        once.contains("POST /token -> 200")
            && once.contains("GET /v1/directharvest/UnitBasicInformation -> 200"),
        "{once}"
    );
    for secret in ["DAN_SUBSCRIPTION_KEY_EBEVIS", "MASKINPORTEN_CLIENT_JWK"] {
        assert!(!said(&["-vv"]).contains(&sandbox.variables[secret]), "{secret}");
    }
}

#[test]
fn one_command_can_have_a_sandbox_of_its_own() {
    let output = bare_dan(&["--sandbox", "harvest", "TildaMetadatav1", "--no-envelope", "--output", "json"])
        .env("DAN_BASE_URL", "https://127.0.0.1:1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
}
