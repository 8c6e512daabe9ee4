//! How much may be sent again by all calls together.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one repetition costs; a success earns one.
const COST: u32 = 10;

/// An account that repetitions draw on and successes fill: when the service is down for everybody, each call is sent once
/// and no more.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    balance: AtomicU32,
    capacity: u32,
}

impl RetryBudget {
    /// Full, with room for so many repetitions.
    pub(crate) fn new(repetitions: u32) -> Self {
        let capacity = repetitions.saturating_mul(COST);
        Self { balance: AtomicU32::new(capacity), capacity }
    }

    /// Takes one repetition out, if there is one.
    pub(crate) fn withdraw(&self) -> bool {
        let rest = |balance: u32| balance.checked_sub(COST);
        self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest).is_ok()
    }

    /// Pays a success in.
    pub(crate) fn deposit(&self) {
        let more = |balance: u32| (balance < self.capacity).then_some(balance + 1);
        // A full account takes no more.
        let _ = self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_successes_allow_for_one_more() {
        let budget = RetryBudget::new(2);
        assert!(budget.withdraw() && budget.withdraw() && !budget.withdraw());
        (0..9).for_each(|_| budget.deposit());
        assert!(!budget.withdraw());
        budget.deposit();
        assert!(budget.withdraw() && !budget.withdraw());
    }

    #[test]
    fn it_holds_no_more_than_it_began_with() {
        let budget = RetryBudget::new(1);
        (0..100).for_each(|_| budget.deposit());
        assert!(budget.withdraw() && !budget.withdraw());
        (0..9).for_each(|_| budget.deposit());
        assert!(!budget.withdraw());
    }
}
