//! `docs/oas/v1.json`, its examples, and the types that are generated from it, held against each other.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod document;
mod examples;
mod payloads;
mod schemas;
mod types;
mod walk;
