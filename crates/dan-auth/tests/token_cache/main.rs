//! Caches of tokens that clients of several processes and machines share.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod processes;
mod wanting;
