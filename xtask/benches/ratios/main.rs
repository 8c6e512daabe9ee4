//! What the crates cost, as ratios against something that does the same: both run alternately.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on stops, and prints"
)]

mod caller;
mod command;
mod decoding;
mod dependencies;
mod harvest;
mod harvests;
mod process;
mod program;
mod sandbox;
mod sandbox_process;
mod side_by_side;
mod tokens;

use side_by_side::Benchmark;

/// What is streamed unless `--stream-mib` says otherwise, in MiB.
const STREAM_MIB: u64 = 256;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(sandbox_process::AS_SANDBOX) => sandbox_process::serve(),
        Some(role @ (process::AS_FIRST_ANSWER | process::AS_STREAM)) => process::be(role, &arguments[1..]),
        _ => side_by_side::run(all(&arguments), &arguments),
    }
}

fn all(arguments: &[String]) -> Vec<Benchmark> {
    let said = arguments.iter().find_map(|argument| argument.strip_prefix("--stream-mib="));
    let stream_mib: u64 = said.map_or(STREAM_MIB, |number| number.parse().unwrap());
    let all = [
        decoding::benchmarks(),
        sandbox::benchmarks(),
        tokens::benchmarks(),
        harvest::benchmarks(),
        process::benchmarks(stream_mib << 20),
        dependencies::benchmarks(),
        command::benchmarks(),
    ];
    all.into_iter().flatten().collect()
}
