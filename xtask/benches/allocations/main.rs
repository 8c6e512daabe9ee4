//! How often a typed harvest allocates memory, against bare reqwest with `serde_json`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on stops, and prints"
)]

#[expect(dead_code, reason = "the other benchmarks use the rest of it")]
#[path = "../ratios/caller.rs"]
mod caller;
#[expect(dead_code, reason = "the other benchmarks use the rest of it")]
#[path = "../ratios/harvests.rs"]
mod harvests;
#[path = "../ratios/sandbox_process.rs"]
mod sandbox_process;
#[expect(dead_code, reason = "the other benchmarks use the rest of it")]
#[path = "../ratios/side_by_side.rs"]
mod side_by_side;

use std::alloc::System;
use std::rc::Rc;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use caller::Who;
use harvests::{CALLS, Harvests};
use side_by_side::Benchmark;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(sandbox_process::AS_SANDBOX) => sandbox_process::serve(),
        _ => side_by_side::run(vec![of_a_harvest()], &arguments),
    }
}

fn of_a_harvest() -> Benchmark {
    Benchmark::of_counts("allocations/harvest", "reqwest", "allocations", || {
        let harvests = Rc::new(Harvests::start());
        // What is allocated once, such as the connection, is no part of a harvest.
        for who in [Who::Client, Who::Reqwest] {
            harvests.make(who, 1);
        }
        let bare = Rc::clone(&harvests);
        Ok((
            Box::new(move || allocations(&harvests, Who::Client)),
            Box::new(move || allocations(&bare, Who::Reqwest)),
        ))
    })
}

/// Of one harvest, on average. Memory that grows in its place counts as well.
fn allocations(harvests: &Harvests, who: Who) -> f64 {
    let region = Region::new(ALLOCATOR);
    harvests.make(who, 1);
    let counted = region.change();
    let number = u32::try_from(counted.allocations + counted.reallocations).unwrap();
    f64::from(number) / f64::from(CALLS)
}
