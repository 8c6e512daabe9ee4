//! How long a call may take, where it says so itself.

use std::time::Duration;

use dan_transport::Operation;

/// What a call says of its time; the client's own limits hold for the rest.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    /// Of one attempt.
    pub(crate) timeout: Option<Duration>,
    /// Of the call with all its attempts.
    pub(crate) deadline: Option<Duration>,
}

impl Times {
    pub(crate) fn apply(self, mut operation: Operation) -> Operation {
        if let Some(timeout) = self.timeout {
            operation = operation.timeout(timeout);
        }
        if let Some(deadline) = self.deadline {
            operation = operation.deadline(deadline);
        }
        operation
    }
}
