//! Caches of tokens that clients of several processes and machines share.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

#[cfg(feature = "redis")]
mod fleet;
mod processes;
#[cfg(feature = "redis")]
mod redis_server;
mod wanting;
