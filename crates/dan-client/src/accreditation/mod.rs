//! One accreditation: where it stands, waiting for it, harvesting through it, reminding the subject, deleting it.

mod available;
mod awaited_dataset;
mod consent_poll;
mod deletion;
mod handle;
mod harvest;
mod harvest_all;
mod id;
mod listed;
mod lost_receipt;
mod outcome;
mod pace;
mod reminders;
mod status;
mod wait;
mod waiting;

pub(crate) use self::consent_poll::ConsentPolls;
pub(crate) use self::listed::Listed;

pub use self::available::Available;
pub use self::handle::AccreditationHandle;
pub use self::harvest::EvidenceHarvest;
pub use self::id::AccreditationId;
pub use self::outcome::{HarvestOutcome, HarvestOutcomes};
pub use self::reminders::{REMINDER_PAUSE, Reminder, ReminderOutcome};
pub use self::wait::{WaitProgress, WaitUntilAvailable};
