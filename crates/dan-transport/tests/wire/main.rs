//! What the transport makes of servers: good ones, broken ones, hostile ones.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod credentials;
mod hostile;
mod http2;
mod repetition;
mod sandbox;
mod server;
mod streams;
