//! Two ways to do the same, measured alternately, so that what else the machine does meets both.

use std::cmp::Ordering;
use std::fmt;
use std::time::{Duration, Instant};

/// How many times both are measured.
const RUNS: usize = 7;
/// How long one timing takes at least: short work is repeated.
const SHORTEST: Duration = Duration::from_millis(100);

type Work = Box<dyn FnMut()>;
type Count = Box<dyn FnMut() -> f64>;

/// A part from outside that a benchmark needs and does not find.
pub(crate) struct Missing(pub(crate) &'static str);

/// Our way to do something, and another one.
pub(crate) struct Benchmark {
    name: &'static str,
    against: &'static str,
    measure: Measure,
    calls: u32,
    runs: usize,
    only_by_name: bool,
}

/// What is compared.
enum Measure {
    /// Our time over that of the other: below one we are faster.
    Time(Prepare<Work>),
    /// Our rate over that of the other: above one we are faster.
    Rate(Prepare<Work>),
    /// What the work itself counts, ours over that of the other: below one we need less.
    Counted(&'static str, Prepare<Count>),
}

type Prepare<W> = Box<dyn FnOnce() -> Result<(W, W), Missing>>;

/// What came out: our number over that of the other.
pub(crate) struct Ratio {
    name: &'static str,
    against: &'static str,
    median: f64,
    runs: usize,
    ours: String,
}

impl Benchmark {
    /// Compares times.
    pub(crate) fn new(
        name: &'static str,
        against: &'static str,
        ours: impl FnMut() + 'static,
        theirs: impl FnMut() + 'static,
    ) -> Self {
        Self::lazy(name, against, || (Box::new(ours), Box::new(theirs)))
    }

    /// Compares times. What takes long to prepare is prepared when it is run.
    pub(crate) fn lazy(
        name: &'static str,
        against: &'static str,
        prepare: impl FnOnce() -> (Work, Work) + 'static,
    ) -> Self {
        Self::of(name, against, Measure::Time(Box::new(|| Ok(prepare()))))
    }

    /// Compares rates.
    pub(crate) fn of_rates(
        name: &'static str,
        against: &'static str,
        prepare: impl FnOnce() -> Result<(Work, Work), Missing> + 'static,
    ) -> Self {
        Self::of(name, against, Measure::Rate(Box::new(prepare)))
    }

    /// Compares what both count, such as allocations.
    pub(crate) fn of_counts(
        name: &'static str,
        against: &'static str,
        what: &'static str,
        prepare: impl FnOnce() -> Result<(Count, Count), Missing> + 'static,
    ) -> Self {
        Self::of(name, against, Measure::Counted(what, Box::new(prepare)))
    }

    fn of(name: &'static str, against: &'static str, measure: Measure) -> Self {
        Self { name, against, measure, calls: 1, runs: RUNS, only_by_name: false }
    }

    /// The work is done so many times in one go.
    pub(crate) fn each(mut self, calls: u32) -> Self {
        self.calls = calls;
        self
    }

    /// Both are measured once: again would give the same.
    pub(crate) fn once(mut self) -> Self {
        self.runs = 1;
        self
    }

    /// It takes so long that a part of the name does not do.
    pub(crate) fn only_by_name(mut self) -> Self {
        self.only_by_name = true;
        self
    }

    pub(crate) fn is_called(&self, part: &str) -> bool {
        if self.only_by_name { self.name == part } else { self.name.contains(part) }
    }

    /// What is missing is told with the line that is not there.
    pub(crate) fn run(self) -> Result<Ratio, String> {
        let Self { name, against, measure, calls, runs, .. } = self;
        let missing = |Missing(part): Missing| {
            format!("NOT MEASURED: {name} vs {against}: {part} is missing; install it: .ci/install")
        };
        let (median, ours) = match measure {
            Measure::Time(prepare) => {
                let pairs = timed(prepare().map_err(missing)?, runs);
                (ratio(&pairs), format!("of the times: {:.2?} each", ours_of(&pairs) / calls))
            }
            Measure::Rate(prepare) => {
                let pairs = timed(prepare().map_err(missing)?, runs);
                (1.0 / ratio(&pairs), format!("of the rates: {:.2?} each", ours_of(&pairs) / calls))
            }
            Measure::Counted(what, prepare) => {
                let (mut ours, mut theirs) = prepare().map_err(missing)?;
                let pairs: Vec<_> = (0..runs).map(|_| (ours(), theirs())).collect();
                let ours = median(pairs.iter().map(|(ours, _)| *ours).collect(), f64::total_cmp);
                let theirs = median(pairs.iter().map(|(_, theirs)| *theirs).collect(), f64::total_cmp);
                (ours / theirs, format!("of the {what}: {ours:.1} against {theirs:.1}"))
            }
        };
        Ok(Ratio { name, against, median, runs, ours })
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, against, median, runs, ours } = self;
        write!(formatter, "{name} vs {against}: ratio {median:.2} (median of {runs}), {ours}")
    }
}

/// What our work and the other took, each time for as many repetitions.
struct Pair {
    ours: Duration,
    theirs: Duration,
}

fn timed((mut ours, mut theirs): (Work, Work), runs: usize) -> Vec<Pair> {
    let times = repetitions(&mut theirs).max(repetitions(&mut ours));
    let pair = |_| Pair { ours: time(&mut ours, times) / times, theirs: time(&mut theirs, times) / times };
    (0..runs).map(pair).collect()
}

/// The median of the times that we take over those that the other takes.
fn ratio(pairs: &[Pair]) -> f64 {
    let ratios = pairs.iter().map(|pair| pair.ours.as_secs_f64() / pair.theirs.as_secs_f64());
    median(ratios.collect(), f64::total_cmp)
}

fn ours_of(pairs: &[Pair]) -> Duration {
    median(pairs.iter().map(|pair| pair.ours).collect(), Duration::cmp)
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

/// Runs what the arguments name a part of, or all, and prints a line each.
///
/// In CI, what is missing is a failure.
pub(crate) fn run(all: Vec<Benchmark>, arguments: &[String]) {
    // Cargo passes `--bench`; what remains is the part of a name.
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    let wanted = wanted.map(String::as_str).unwrap_or_default();
    for benchmark in all.into_iter().filter(|benchmark| benchmark.is_called(wanted)) {
        match benchmark.run() {
            Ok(ratio) => println!("{ratio}"),
            Err(missing) => {
                eprintln!("{missing}");
                assert!(std::env::var_os("CI").is_none(), "{missing}");
            }
        }
    }
}
