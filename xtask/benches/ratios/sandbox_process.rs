//! A sandbox in a process of its own, so that nothing of it counts as ours.

use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use dan_sandbox::Sandbox;
use tokio::runtime;

/// The argument that makes this program a sandbox.
pub(crate) const AS_SANDBOX: &str = "as-sandbox";

/// Runs until it is dropped.
pub(crate) struct SandboxProcess {
    process: Child,
    variables: Vec<(String, String)>,
}

impl SandboxProcess {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(AS_SANDBOX)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, variables: serde_json::from_str(&line).unwrap() }
    }

    /// What makes a client use it.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        self.variables.clone()
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        // The end of its input is the end of the sandbox, also when nobody is left to say so.
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

/// Is a sandbox until the input ends.
pub(crate) fn serve() {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    println!("{}", serde_json::to_string(&sandbox.variables()).unwrap());
    io::copy(&mut io::stdin(), &mut io::sink()).unwrap();
}
