//! Sending again what may be sent again.

mod budget;
mod clock;
mod policy;
mod repeat;
#[cfg(test)]
mod tests;

pub(crate) use self::budget::RetryBudget;
pub(crate) use self::clock::{Clock, SystemClock};
pub use self::policy::RetryPolicy;
pub(crate) use self::repeat::{Attempt, Brought, Call, Repeat};
