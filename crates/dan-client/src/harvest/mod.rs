//! Harvested data: how it is asked for, and what comes back, whichever way it is harvested.

mod answer;
mod forms;
mod options;
mod request;
mod stream;

pub use answer::Harvest;
pub use request::{HarvestRequest, HarvestTarget};
pub use stream::{HarvestStream, Progress};

pub(crate) use request::target::Target;
