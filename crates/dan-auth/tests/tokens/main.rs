//! Tokens from the sandbox's Maskinporten, which checks assertions as the real one does, and from servers that follow a
//! script where a test needs what no such server would do.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod altinn;
mod certificate;
mod clock;
#[path = "../log/mod.rs"]
mod log;
mod maskinporten;
mod metadata;
mod nais;
mod requests;
mod retries;
mod rotation;
mod script;
mod strangers;
mod support;
