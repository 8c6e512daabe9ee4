//! Two ways to do the same, timed alternately, so that what else the machine does meets both.

use std::cmp::Ordering;
use std::fmt;
use std::time::{Duration, Instant};

/// How many times both are timed.
const RUNS: usize = 7;
/// How long one timing takes at least: short work is repeated.
const SHORTEST: Duration = Duration::from_millis(100);

type Work = Box<dyn FnMut()>;

/// Our way to do something, and another one.
pub(crate) struct Benchmark {
    name: &'static str,
    against: &'static str,
    prepare: Box<dyn FnOnce() -> (Work, Work)>,
    calls: u32,
}

/// The time that we take over the time that the other takes; below one we are faster.
pub(crate) struct Ratio {
    name: &'static str,
    against: &'static str,
    median: f64,
    ours: Duration,
}

impl Benchmark {
    pub(crate) fn new(
        name: &'static str,
        against: &'static str,
        ours: impl FnMut() + 'static,
        theirs: impl FnMut() + 'static,
    ) -> Self {
        Self::lazy(name, against, || (Box::new(ours), Box::new(theirs)))
    }

    /// What takes long to prepare is prepared when it is run.
    pub(crate) fn lazy(
        name: &'static str,
        against: &'static str,
        prepare: impl FnOnce() -> (Work, Work) + 'static,
    ) -> Self {
        Self { name, against, prepare: Box::new(prepare), calls: 1 }
    }

    /// The work is done so many times in one go.
    pub(crate) fn each(mut self, calls: u32) -> Self {
        self.calls = calls;
        self
    }

    pub(crate) fn is_called(&self, part: &str) -> bool {
        self.name.contains(part)
    }

    pub(crate) fn run(self) -> Ratio {
        let (mut ours, mut theirs) = (self.prepare)();
        let times = repetitions(&mut theirs).max(repetitions(&mut ours));
        let pairs: Vec<_> = (0..RUNS).map(|_| (time(&mut ours, times), time(&mut theirs, times))).collect();
        let ratios = pairs.iter().map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64());
        Ratio {
            name: self.name,
            against: self.against,
            median: median(ratios.collect(), f64::total_cmp),
            ours: median(pairs.iter().map(|(ours, _)| *ours).collect(), Duration::cmp) / times / self.calls,
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, against, median, ours } = self;
        write!(formatter, "{name} vs {against}: ratio {median:.2} (median of {RUNS}), {ours:.2?} each")
    }
}

fn median<T: Copy>(mut values: Vec<T>, order: impl FnMut(&T, &T) -> Ordering) -> T {
    values.sort_by(order);
    values[values.len() / 2]
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
