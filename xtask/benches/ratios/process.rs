//! What is seen of a whole process: how soon a new one has its first answer, and how much memory one needs.

use std::fs;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::str::FromStr as _;

use tokio::runtime;

use crate::caller::{Caller, Who};
use crate::sandbox_process::SandboxProcess;
use crate::side_by_side::{Benchmark, Missing};

/// The argument that makes this program harvest once.
pub(crate) const AS_FIRST_ANSWER: &str = "as-first-answer";
/// The argument that makes this program stream, and tell the memory that it needed.
pub(crate) const AS_STREAM: &str = "as-stream";

const STATUS: &str = "/proc/self/status";

pub(crate) fn benchmarks(stream_bytes: u64) -> Vec<Benchmark> {
    let first_answer = Benchmark::lazy("start/first-answer", "reqwest", || {
        let sandbox = Rc::new(SandboxProcess::start());
        let other = Rc::clone(&sandbox);
        (
            Box::new(move || drop(play(&sandbox, AS_FIRST_ANSWER, Who::Client, 0))),
            Box::new(move || drop(play(&other, AS_FIRST_ANSWER, Who::Reqwest, 0))),
        )
    });
    let streamed = Benchmark::of_rates("stream/rate", "reqwest", move || {
        let sandbox = Rc::new(SandboxProcess::start());
        let other = Rc::clone(&sandbox);
        Ok((
            Box::new(move || drop(play(&sandbox, AS_STREAM, Who::Client, stream_bytes))),
            Box::new(move || drop(play(&other, AS_STREAM, Who::Reqwest, stream_bytes))),
        ))
    });
    let peak = Benchmark::of_counts("stream/peak-memory", "reqwest", "MiB resident", move || {
        if fs::metadata(STATUS).is_err() {
            return Err(Missing(STATUS));
        }
        let sandbox = Rc::new(SandboxProcess::start());
        let other = Rc::clone(&sandbox);
        let peak = |told: String| f64::from_str(told.trim()).unwrap();
        Ok((
            Box::new(move || peak(play(&sandbox, AS_STREAM, Who::Client, stream_bytes))),
            Box::new(move || peak(play(&other, AS_STREAM, Who::Reqwest, stream_bytes))),
        ))
    });
    vec![first_answer, streamed, peak]
}

/// A new process, until its end; gives what it printed.
fn play(sandbox: &SandboxProcess, role: &str, who: Who, bytes: u64) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([role, if who == Who::Client { "client" } else { "reqwest" }, &bytes.to_string()])
        .env_clear()
        .envs(sandbox.variables())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Is such a process. The service is told by the environment variables.
pub(crate) fn be(role: &str, arguments: &[String]) {
    let who = if arguments[0] == "client" { Who::Client } else { Who::Reqwest };
    let caller = Caller::new(std::env::vars().collect());
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let token = caller.token().await;
        match role {
            AS_FIRST_ANSWER => drop(caller.harvest(who, &token).await),
            _ => caller.stream(who, &token, arguments[1].parse().unwrap()).await,
        }
    });
    if role == AS_STREAM
        && let Some(peak) = peak_memory()
    {
        println!("{peak}");
    }
}

/// The most memory that this process had at a time, its program included, in MiB.
fn peak_memory() -> Option<f64> {
    let status = fs::read_to_string(STATUS).ok()?;
    let kibibytes =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim_end_matches("kB").trim();
    Some(kibibytes.parse::<f64>().ok()? / 1024.0)
}
