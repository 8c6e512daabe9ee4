//! Whom tokens are asked of: where it is, how it is asked, and what it answers.

mod answer;
mod clock_offset;
mod discovery;
mod endpoints;
mod exchange;
mod redaction;
mod refusal;
mod refusal_cause;
mod secure_url;
mod token_server;

pub(crate) use answer::Answer;
pub(crate) use discovery::WellKnown;
pub(crate) use exchange::{HttpSettings, Server};
pub(crate) use token_server::{Location, TokenServer};

pub use endpoints::{Endpoints, MaskinportenEnvironment};
pub use refusal::Refusal;
pub use refusal_cause::RefusalCause;
pub use secure_url::secure_url;
