//! How soon something that failed is tried again.

use std::time::Duration;

use crate::cache::life::Moment;

/// Failures in a row, and the pause after the last one.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    forgiven: u32,
    doublings: u32,
    pause: Option<(Moment, Duration)>,
}

impl Pace {
    /// So many failures are followed by no pause.
    pub(crate) fn forgiving(failures: u32) -> Self {
        Self { forgiven: failures, ..Self::default() }
    }

    /// Begins a pause of `first`, or twice the pause before, but never above `longest`.
    pub(crate) fn failed(&mut self, now: Moment, first: Duration, longest: Duration) {
        if self.forgiven > 0 {
            self.forgiven -= 1;
            return;
        }
        let doubled = first.saturating_mul(2_u32.saturating_pow(self.doublings));
        self.doublings = self.doublings.saturating_add(1);
        self.pause = Some((now, doubled.min(longest)));
    }

    /// Makes the pause at least this long.
    pub(crate) fn lengthen(&mut self, least: Duration) {
        if let Some((_, pause)) = &mut self.pause {
            *pause = least.max(*pause);
        }
    }

    pub(crate) fn is_pausing(&self, now: Moment) -> bool {
        self.pause.is_some_and(|(since, pause)| now.since(since) < pause)
    }

    /// How long ago the pause began.
    pub(crate) fn since_last(&self, now: Moment) -> Duration {
        self.pause.map(|(since, _)| now.since(since)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let now = Moment::now();
        let mut pace = Pace::forgiving(1);
        let mut pauses = Vec::new();
        for _ in 0..5 {
            pace.failed(now, Duration::from_secs(1), Duration::from_secs(5));
            pauses.push(pace.pause.map(|(_, pause)| pause.as_secs()));
        }
        assert_eq!(pauses, [None, Some(1), Some(2), Some(4), Some(5)]);
        assert!(pace.is_pausing(now));
    }

    #[test]
    fn a_pause_is_lengthened_and_the_next_one_is_not() {
        let now = Moment::now();
        let mut pace = Pace::default();
        let mut pauses = Vec::new();
        for least in [0, 90, 1] {
            pace.failed(now, Duration::from_secs(1), Duration::from_secs(5));
            pace.lengthen(Duration::from_secs(least));
            pauses.push(pace.pause.map(|(_, pause)| pause.as_secs()));
        }
        assert_eq!(pauses, [Some(1), Some(90), Some(4)]);
    }
}
