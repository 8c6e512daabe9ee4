//! Callers in other languages: programs that harvest as often as they are told to.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::caller::Address;
use crate::harvests::Harvests;
use crate::side_by_side::Missing;

/// What a program is written in.
#[derive(Clone, Copy)]
pub(crate) enum Language {
    Python,
    Node,
}

/// A running program, which reads how many harvests to make, how many at a time, and with which token.
pub(crate) struct Program {
    process: Child,
    orders: Option<ChildStdin>,
    reports: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn start(language: Language, harvests: &Harvests) -> Result<Self, Missing> {
        let programs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/programs");
        let (mut command, missing) = match language {
            Language::Python => (python(&programs)?, "httpx"),
            Language::Node => (node(&programs), "node"),
        };
        let Address { url, subscription_key, authority } = harvests.caller.address();
        let mut process = command
            .env("URL", url)
            .env("SUBSCRIPTION_KEY", subscription_key)
            .env("CA_FILE", authority)
            .env("NODE_EXTRA_CA_CERTS", authority)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|_| Missing(missing))?;
        let orders = process.stdin.take();
        let reports = BufReader::new(process.stdout.take().unwrap());
        Ok(Self { process, orders, reports })
    }

    /// Harvests, and comes back when the last answer is read.
    pub(crate) fn harvest(&mut self, calls: u32, at_a_time: u32, token: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{calls} {at_a_time} {token}").unwrap();
        let mut report = String::new();
        self.reports.read_line(&mut report).unwrap();
        assert_eq!(report, format!("{calls}\n"), "the program made another number of harvests");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.orders.take());
        self.process.wait().unwrap();
    }
}

/// The Python of the environment that `.ci/install` makes below the folder that cargo builds into.
fn python(programs: &Path) -> Result<Command, Missing> {
    let this = env::current_exe().unwrap();
    let mut candidates = this.ancestors().map(|folder| folder.join("tools/python/bin/python"));
    let python = candidates.find(|python| python.is_file()).ok_or(Missing("httpx"))?;
    let mut command = Command::new(python);
    command.arg(programs.join("harvest.py"));
    Ok(command)
}

fn node(programs: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(programs.join("harvest.mjs"));
    command
}
