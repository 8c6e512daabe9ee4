//! The real binary, against a sandbox of its own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

pub(crate) const DAN: &str = env!("CARGO_BIN_EXE_dan");

/// `dan sandbox` in a process of its own, and the variables that it wrote.
pub(crate) struct RunningSandbox {
    process: Child,
    _standard_output: BufReader<ChildStdout>,
    pub(crate) ready: Value,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) folder: tempfile::TempDir,
}

impl RunningSandbox {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let env_file = folder.path().join("sandbox.env");
        let mut process = Command::new(DAN)
            .args(["sandbox", "--quiet", "--env-file"])
            .arg(&env_file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut standard_output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        standard_output.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        let variables = sourced(&env_file);
        Self { process, _standard_output: standard_output, ready, variables, folder }
    }

    /// Runs `dan` with the sandbox's variables, some of them replaced.
    pub(crate) fn dan(&self, arguments: &[&str], replaced: &[(&str, &str)]) -> Output {
        let mut command = bare_dan(arguments);
        command.envs(&self.variables).envs(replaced.iter().copied());
        command.output().unwrap()
    }

    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.dan(arguments, &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What programs are given.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.succeed(&[arguments, &["--output", "json"]].concat())).unwrap()
    }

    /// The exit code and what is said of the error.
    pub(crate) fn fail(&self, arguments: &[&str], replaced: &[(&str, &str)]) -> String {
        let output = self.dan(arguments, replaced);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked"), "{said}");
        assert!(output.stdout.is_empty());
        format!("{}: {}", output.status.code().unwrap(), said.trim_end())
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a shell makes of the file.
fn sourced(env_file: &Path) -> BTreeMap<String, String> {
    let output = Command::new("sh")
        .args(["-c", ". \"$0\" && env -0"])
        .arg(env_file)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .split('\0')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| name.starts_with("DAN_") || name.starts_with("MASKINPORTEN_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// `dan` that knows nothing of the variables around the test.
pub(crate) fn bare_dan(arguments: &[&str]) -> Command {
    let mut command = Command::new(DAN);
    // No configuration file of whoever runs the tests, and times as they are everywhere.
    command
        .args(arguments)
        .env_clear()
        .env("XDG_CONFIG_HOME", "/nowhere")
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    command
}

pub(crate) fn with<'a>(arguments: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [arguments, more].concat()
}
