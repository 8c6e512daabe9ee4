//! Harvested data: how it is asked for, and what comes back, whichever way it is harvested.

mod answer;
mod forms;
mod request;

pub use answer::Harvest;
pub use request::{HarvestRequest, HarvestTarget};

pub(crate) use request::target::Target;
