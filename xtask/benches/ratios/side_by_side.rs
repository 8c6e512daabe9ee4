//! Two ways to do the same, timed alternately, so that what else the machine does meets both.

use std::fmt;
use std::time::{Duration, Instant};

/// How many times both are timed.
const RUNS: usize = 7;
/// How long one timing takes at least: short work is repeated.
const SHORTEST: Duration = Duration::from_millis(100);

/// Our way to do something, and another one.
pub(crate) struct Benchmark {
    name: &'static str,
    against: &'static str,
    ours: Box<dyn FnMut()>,
    theirs: Box<dyn FnMut()>,
}

/// The time that we take over the time that the other takes; below one we are faster.
pub(crate) struct Ratio {
    name: &'static str,
    against: &'static str,
    median: f64,
}

impl Benchmark {
    pub(crate) fn new(
        name: &'static str,
        against: &'static str,
        ours: impl FnMut() + 'static,
        theirs: impl FnMut() + 'static,
    ) -> Self {
        Self { name, against, ours: Box::new(ours), theirs: Box::new(theirs) }
    }

    pub(crate) fn is_called(&self, part: &str) -> bool {
        self.name.contains(part)
    }

    pub(crate) fn run(&mut self) -> Ratio {
        let times = repetitions(&mut self.theirs).max(repetitions(&mut self.ours));
        let mut ratios: Vec<f64> = (0..RUNS)
            .map(|_| time(&mut self.ours, times).as_secs_f64() / time(&mut self.theirs, times).as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        Ratio { name: self.name, against: self.against, median: ratios[RUNS / 2] }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} vs {}: ratio {:.2} (median of {RUNS})", self.name, self.against, self.median)
    }
}

/// How often the work is repeated for one timing. Doubling also warms caches up.
fn repetitions(work: &mut dyn FnMut()) -> u32 {
    let mut times = 1;
    while time(work, times) < SHORTEST {
        times *= 2;
    }
    times
}

fn time(work: &mut dyn FnMut(), times: u32) -> Duration {
    let started = Instant::now();
    for _ in 0..times {
        work();
    }
    started.elapsed()
}
