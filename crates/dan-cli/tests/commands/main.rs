//! The command as people run it.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod certificate;
mod demonstration;
mod harvests;
mod help;
mod journey;
mod metadata;
mod mistakes;
#[cfg(unix)]
mod new_user;
mod proof;
#[cfg(unix)]
mod pseudo_terminal;
mod settings;
mod shell;
mod support;
#[cfg(unix)]
mod terminal;
