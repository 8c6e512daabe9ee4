//! One file for each command.

pub(crate) mod datasets;
pub(crate) mod demo;
pub(crate) mod harvest;
pub(crate) mod sandbox;
pub(crate) mod token;
