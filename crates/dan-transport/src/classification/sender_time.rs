//! The times that an answer tells are of the clock of whoever sent it.

use std::time::SystemTime;

use crate::answer_head::AnswerHead;

/// What time it is for us, and for whoever sent the answer, if it says so (`Date`).
#[derive(Debug, Clone, Copy)]
pub(super) struct SenderTime {
    pub(super) now: SystemTime,
    date: Option<SystemTime>,
}

impl SenderTime {
    pub(super) fn of(head: &AnswerHead, now: SystemTime) -> Self {
        Self { now, date: head.date() }
    }

    /// A time that the answer tells, by our clock. `Date` has no fraction of a second and is older than the answer, so that
    /// this is rather later than too early.
    pub(super) fn ours(self, told: SystemTime) -> Option<SystemTime> {
        let Some(date) = self.date else { return Some(told) };
        match told.duration_since(date) {
            Ok(ahead) => self.now.checked_add(ahead),
            Err(past) => self.now.checked_sub(past.duration()),
        }
    }
}
