//! Harvested data: how it is asked for, and what comes back, whichever way it is harvested.

mod answer;

pub use answer::Harvest;
