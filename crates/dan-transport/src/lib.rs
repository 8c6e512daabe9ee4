//! How it travels: environments, versioned URLs, headers and errors of data.altinn.no.
//!
//! A [`Transport`] takes an [`Operation`] and gives an [`Answer`], a [`StreamedAnswer`] or an [`Error`]. It does not know
//! what is asked.
//!
//! - [`Environment`], [`ServiceUrl`] and [`ApiVersion`] say where the API stands.
//! - [`SubscriptionKey`], a [`dan_auth::AccessTokenProvider`] and a [`dan_auth::ClientIdentity`] say who is asking.
//! - [`RetryPolicy`] says how often what is safe is sent again.
//! - [`Error`] says what to do, by its [`ErrorKind`]; who said it, by its [`ErrorOrigin`]; and whether the request may have
//!   had an effect, by its [`Delivery`].
//!
//! ```no_run
//! use dan_transport::{ApiVersion, Environment, Operation, ServiceUrl, Transport};
//!
//! # async fn example() -> Result<(), dan_transport::Error> {
//! let service = ServiceUrl::of_environment(Environment::Test, ApiVersion::V1)?;
//! let transport = Transport::builder(service).build()?;
//! let answer = transport.send(&Operation::public_get("/metadata/servicecontexts")).await?;
//! let service_contexts: Vec<String> = answer.json()?;
//! # Ok(())
//! # }
//! ```

mod answer;
mod answer_head;
mod authorization;
mod body;
mod classification;
mod environment;
mod error;
mod header;
mod network;
mod operation;
mod retry;
mod sensitive_header;
mod server;
mod service_url;
mod streamed_answer;
mod subscription_key;
mod telemetry;
mod transport;
mod transport_builder;
mod version;

pub use answer::Answer;
#[cfg(fuzzing)]
pub use classification::failure_for_fuzzing;
pub use environment::Environment;
pub use error::{Delivery, Error, ErrorKind, ErrorOrigin};
pub use operation::Operation;
pub use retry::RetryPolicy;
pub use service_url::ServiceUrl;
pub use streamed_answer::StreamedAnswer;
pub use subscription_key::SubscriptionKey;
pub use transport::Transport;
pub use transport_builder::TransportBuilder;
pub use version::ApiVersion;

/// The example of the README, which is compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
