//! Other programs, started and ended by a test.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Says aloud that a test tests nothing. In CI it fails instead.
pub(crate) fn not_tested(missing: &str) {
    assert!(std::env::var_os("CI").is_none(), "{missing} is missing; install it: .ci/install");
    let message = format!("NOT TESTED: {missing} is missing; install it: .ci/install\n");
    std::io::stderr().write_all(message.as_bytes()).unwrap();
}

/// A program that runs until this is dropped.
pub(crate) struct Running(Child);

impl Running {
    /// Starts a program that is to listen on these ports, and waits until it does; `None` when it is not installed.
    pub(crate) fn start(command: &mut Command, ports: &[u16]) -> Option<Self> {
        let Ok(child) = command.spawn() else {
            not_tested(&command.get_program().to_string_lossy());
            return None;
        };
        let mut running = Self(child);
        let patience = Instant::now() + Duration::from_secs(60);
        for port in ports {
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                assert!(running.0.try_wait().unwrap().is_none(), "{command:?} has ended");
                assert!(Instant::now() < patience, "{command:?} does not listen");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        Some(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Ports that nobody listened on a moment ago.
pub(crate) fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    let listeners = [(); COUNT].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// The Python environment that the checks install below the folder that cargo builds into.
pub(crate) fn python() -> Option<PathBuf> {
    let tests = std::env::current_exe().unwrap();
    let programs = tests.ancestors().map(|folder| folder.join("tools/tokens/bin/python"));
    let program = programs.into_iter().find(|program| program.exists());
    if program.is_none() {
        not_tested("the Python environment 'tokens'");
    }
    program
}

pub(crate) fn python_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(name)
}
