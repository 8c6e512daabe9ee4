//! How often whoever waits looks: eagerly at first, when somebody sits in front of a screen, and seldom after hours.

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The pause before the next look for an answered consent, which costs one call for everybody who waits. What took a while
/// already takes about a tenth of that longer to be noticed.
pub(super) fn consent(waited: Duration) -> Duration {
    (waited / 10).clamp(Duration::from_secs(5), HOUR)
}

/// The pause before the next harvest that finds out about a consent whose receipt got lost. Such a harvest asks Altinn.
pub(super) fn lost_receipt(waited: Duration) -> Duration {
    waited.clamp(HOUR, 12 * HOUR)
}

/// The pause before such a harvest is tried again after some have failed in passing for this long. It doubles.
pub(super) fn failed_lost_receipt(failing: Duration) -> Duration {
    failing.clamp(MINUTE, 12 * HOUR)
}

/// The pause before the next harvest from a source that works on its answer and does not know how long.
pub(super) fn source(waited: Duration) -> Duration {
    (waited / 4).clamp(Duration::from_secs(15), 10 * MINUTE)
}

/// What is added to the time that a source names: it has no fraction of a second, and clocks differ.
pub(super) const SOURCE_MARGIN: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_become_rare_and_never_cease() {
        for waited in [0, 60, 3600, 86_400, 90 * 86_400].map(Duration::from_secs) {
            for (pause, longest) in [
                (consent(waited), HOUR),
                (lost_receipt(waited), 12 * HOUR),
                (failed_lost_receipt(waited), 12 * HOUR),
                (source(waited), 10 * MINUTE),
            ] {
                assert!(!pause.is_zero() && pause <= longest, "{waited:?}");
            }
        }
        assert_eq!(consent(10 * MINUTE), MINUTE);
        assert!(consent(Duration::ZERO) < lost_receipt(Duration::ZERO));
    }
}
