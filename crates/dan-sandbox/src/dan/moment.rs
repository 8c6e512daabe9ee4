//! The time at which sources answer.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// How long a moment lasts, in microseconds.
const LENGTH: i64 = 20_000;

/// A source that is asked the same twice within a moment answers the same, times included: whoever measures a client
/// against the sandbox shall not measure how it signs.
#[derive(Default)]
pub(super) struct Moment {
    /// When the moment began, in units of 100 nanoseconds, which is how finely times are spelled.
    beginning: AtomicI64,
}

impl Moment {
    /// The beginning of the moment that a time belongs to: itself, if the latest moment is over.
    pub(super) fn of(&self, time: Timestamp) -> Timestamp {
        let Ok(ticks) = i64::try_from(time.as_nanosecond() / 100) else { return time };
        let beginning = self.beginning.load(Ordering::Relaxed);
        if (0..LENGTH * 10).contains(&(ticks - beginning)) {
            Timestamp::from_nanosecond(i128::from(beginning) * 100).unwrap_or(time)
        } else {
            self.beginning.store(ticks, Ordering::Relaxed);
            time
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_short() {
        let moment = Moment::default();
        let at = |microsecond: i64| {
            moment.of(Timestamp::from_microsecond(1_000_000_000 + microsecond).unwrap()).as_microsecond()
                - 1_000_000_000
        };
        assert_eq!([at(7), at(8), at(20_006)], [7, 7, 7]);
        assert_eq!([at(20_007), at(20_008)], [20_007, 20_007]);
        assert_eq!(at(3), 3, "the clock was set back");
    }
}
