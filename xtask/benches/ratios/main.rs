//! What the crates cost, as ratios against something that does the same: both run alternately in one process.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on stops, and prints"
)]

mod command;
mod decoding;
mod sandbox;
mod side_by_side;
mod tokens;

use side_by_side::Benchmark;

fn main() {
    // Cargo passes `--bench`; what remains is the part of a name.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = wanted.as_deref().unwrap_or_default();
    let all = [decoding::benchmarks(), sandbox::benchmarks(), tokens::benchmarks(), command::benchmarks()];
    let all = all.into_iter().flatten();
    let chosen: Vec<Benchmark> = all.filter(|benchmark| benchmark.is_called(wanted)).collect();
    if chosen.is_empty() {
        println!("no benchmark has '{wanted}' in its name");
        std::process::exit(1);
    }
    for benchmark in chosen {
        println!("{}", benchmark.run());
    }
}
