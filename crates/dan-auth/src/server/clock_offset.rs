//! How far the token server's clock is from this machine's.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

/// Maskinporten takes assertions from clocks that are this far ahead.
const TOLERATED_SECONDS: u64 = 10;

/// The offset in whole seconds, more than zero when the server's clock is ahead.
#[derive(Debug, Default)]
pub(crate) struct ClockOffset {
    /// As the last answer showed it.
    observed: AtomicI64,
    /// What assertions are corrected by. Only a refusal for the sake of time makes it so, since a proxy may show an old
    /// date, and the clock that the server goes by may be another than the one it shows.
    applied: AtomicI64,
    /// What the log was last told.
    told: AtomicI64,
}

impl ClockOffset {
    /// Takes the `Date` of an answer (RFC 9110 section 6.6.1) to a request that was sent and answered at these times.
    pub(crate) fn observe(&self, date: SystemTime, sent: SystemTime, answered: SystemTime) {
        let offset = smallest(seconds_between(answered, date), seconds_between(sent, date).saturating_add(1));
        self.observed.store(offset, Ordering::Relaxed);
        if offset.unsigned_abs() > TOLERATED_SECONDS {
            self.tell(offset);
        } else {
            self.told.store(0, Ordering::Relaxed);
        }
    }

    /// Makes the observed offset the one that assertions are corrected by.
    pub(crate) fn apply(&self) {
        self.applied.store(self.observed_seconds(), Ordering::Relaxed);
    }

    pub(crate) fn observed_seconds(&self) -> i64 {
        self.observed.load(Ordering::Relaxed)
    }

    /// What the server's clock shows when this machine's shows `local`, as far as it matters.
    pub(crate) fn server_time(&self, local: SystemTime) -> SystemTime {
        let offset = self.applied.load(Ordering::Relaxed);
        let distance = Duration::from_secs(offset.unsigned_abs());
        let corrected = if offset < 0 { local.checked_sub(distance) } else { local.checked_add(distance) };
        corrected.unwrap_or(local)
    }

    /// Warns once, and again when it has grown or shrunk by more than what is tolerated.
    fn tell(&self, offset: i64) {
        let told = self.told.load(Ordering::Relaxed);
        if offset.abs_diff(told) > TOLERATED_SECONDS {
            self.told.store(offset, Ordering::Relaxed);
            tracing::warn!(
                offset_seconds = offset,
                "the clock of this machine is off by {} seconds from the token server's; set it by NTP",
                offset.unsigned_abs()
            );
        }
    }
}

/// What is nearest to zero between the two: the answer was under way, and the server's date has whole seconds only.
fn smallest(from: i64, to: i64) -> i64 {
    if from > 0 {
        from
    } else if to < 0 {
        to
    } else {
        0
    }
}

fn seconds_between(earlier: SystemTime, later: SystemTime) -> i64 {
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match later.duration_since(earlier) {
        Ok(ahead) => seconds(ahead),
        Err(behind) => -seconds(behind.duration()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek as _;
    use std::sync::Arc;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_way_of_the_answer_is_no_offset() {
        let offset = ClockOffset::default();
        for (date, sent, answered, expected) in [
            (1000, 1000, 1000, 0),
            (1000, 1000, 1030, 0),
            (1029, 1000, 1030, 0),
            (1060, 1000, 1030, 30),
            (940, 1000, 1030, -59),
        ] {
            offset.observe(at(date), at(sent), at(answered));
            assert_eq!(offset.observed_seconds(), expected, "{date} {sent} {answered}");
        }
    }

    /// How often the log is warned while the server shows these dates, and the local clock the second 1000.
    fn warnings(dates: &[u64]) -> usize {
        let log = Arc::new(tempfile::tempfile().unwrap());
        let subscriber = tracing_subscriber::fmt().with_writer(Arc::clone(&log)).finish();
        tracing::subscriber::with_default(subscriber, || {
            let offset = ClockOffset::default();
            for date in dates {
                offset.observe(at(*date), at(1000), at(1000));
            }
        });
        let mut log = log.as_ref();
        log.rewind().unwrap();
        let log = std::io::read_to_string(log).unwrap();
        log.lines().filter(|line| line.contains("WARN") && line.contains("the clock of this machine")).count()
    }

    #[test]
    fn a_wrong_clock_is_warned_of_once_and_again_when_it_gets_worse() {
        for (dates, expected) in
            [(&[1010, 995][..], 0), (&[1011, 1012, 1011], 1), (&[1020, 1040], 2), (&[900, 901, 1000, 900], 2)]
        {
            assert_eq!(warnings(dates), expected, "{dates:?}");
        }
    }

    #[test]
    fn assertions_are_corrected_after_a_refusal_only() {
        let offset = ClockOffset::default();
        offset.observe(at(900), at(1000), at(1000));
        assert_eq!(offset.server_time(at(1000)), at(1000));
        offset.apply();
        assert_eq!(offset.server_time(at(1000)), at(901));
        offset.observe(at(1300), at(1000), at(1000));
        offset.apply();
        assert_eq!(offset.server_time(at(1000)), at(1300));
    }
}
