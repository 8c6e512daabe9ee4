//! The accreditations of the caller's organization: the list, and the feed of what changes in it.

mod changes;
mod list;
mod watermark;
mod watermark_file;

use std::time::Duration;

pub(crate) use self::list::Filter;

pub use self::changes::{AccreditationChange, AccreditationChanges};
pub use self::list::AccreditationList;
pub use self::watermark::Watermark;
pub use self::watermark_file::WatermarkFile;

/// How long after the time that it bears a change may show: the service stores an accreditation when its work is done,
/// which takes up to four minutes, and its machines' clocks differ a little.
pub(crate) const VISIBLE_AFTER: Duration = Duration::from_secs(600);
