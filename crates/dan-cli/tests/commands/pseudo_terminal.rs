//! Terminals for tests.

use std::io::{Read as _, Write as _};
use std::process::ExitStatus;
use std::sync::mpsc;
use std::time::Duration;

use pty_process::Size;
use pty_process::blocking::Command;

use crate::support::DAN;

/// Long enough for a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process in a terminal of its own.
pub(crate) struct Terminal {
    pty: std::sync::Arc<pty_process::blocking::Pty>,
    process: std::process::Child,
    output: mpsc::Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    /// `dan`, without the variables around the test.
    pub(crate) fn run(arguments: &[&str], columns: u16, variables: &[(&str, &str)]) -> Self {
        Self::start(Command::new(DAN).args(arguments), columns, variables)
    }

    /// A line of a shell, in which `dan` is the command.
    pub(crate) fn run_shell(script: &str, columns: u16, variables: &[(&str, &str)]) -> Self {
        let script = format!("dan() {{ '{DAN}' \"$@\"; }}; {script}");
        Self::start(Command::new("/bin/sh").args(["-c", &script]), columns, variables)
    }

    fn start(command: Command, columns: u16, variables: &[(&str, &str)]) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(40, columns)).unwrap();
        let command = command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
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
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let bytes = self.output.recv_timeout(PATIENCE);
            assert!(bytes.is_ok(), "'{text}' does not come; there is: {}", self.seen);
            let bytes = bytes.unwrap_or_default();
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    pub(crate) fn press(&mut self, keys: &[u8]) {
        (&*self.pty).write_all(keys).unwrap();
    }

    /// Everything that was seen, and how it ended.
    pub(crate) fn end(mut self) -> (String, ExitStatus) {
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

pub(crate) fn transcript(arguments: &[&str], columns: u16, variables: &[(&str, &str)]) -> String {
    let (seen, status) = Terminal::run(arguments, columns, variables).end();
    format!("$ dan {}\n{seen}[{}]\n\n", arguments.join(" "), status.code().unwrap())
}
