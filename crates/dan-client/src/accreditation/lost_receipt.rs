//! When a harvest finds out whether the receipt of a consent got lost, which the status never tells.

use std::time::Duration;

use super::pace;

/// The harvests that look for a lost receipt. Times are those of the client's clock.
pub(super) struct LostReceipt {
    /// When the next one is made.
    pub(super) due: Duration,
    /// Since when they have failed in passing, if the last did.
    failing_since: Option<Duration>,
}

impl LostReceipt {
    pub(super) fn new(started: Duration) -> Self {
        Self { due: started.saturating_add(pace::lost_receipt(Duration::ZERO)), failing_since: None }
    }

    /// A harvest told whether there is a consent.
    pub(super) fn is_known(&mut self, now: Duration, waited: Duration) {
        self.due = now.saturating_add(pace::lost_receipt(waited));
        self.failing_since = None;
    }

    /// A harvest failed in passing, which tells nothing, and perhaps says when to try again.
    pub(super) fn is_unknown(&mut self, now: Duration, hinted: Option<Duration>) {
        let failing = now.saturating_sub(*self.failing_since.get_or_insert(now));
        self.due = hinted.unwrap_or_else(|| now.saturating_add(pace::failed_lost_receipt(failing)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_make_the_next_harvest_rarer_until_one_tells() {
        let at = Duration::from_secs;
        let mut lost_receipt = LostReceipt::new(Duration::ZERO);
        let mut dues = vec![lost_receipt.due];
        for (now, hinted) in [(4_000, None), (4_060, None), (4_600, None), (5_000, Some(at(9_000)))] {
            lost_receipt.is_unknown(at(now), hinted);
            dues.push(lost_receipt.due);
        }
        lost_receipt.is_known(at(9_000), at(9_000));
        dues.push(lost_receipt.due);
        lost_receipt.is_unknown(at(18_000), None);
        dues.push(lost_receipt.due);
        assert_eq!(dues, [3_600, 4_060, 4_120, 5_200, 9_000, 18_000, 18_060].map(at));
    }
}
