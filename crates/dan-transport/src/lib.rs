//! How it travels: environments, versioned URLs, headers and errors of data.altinn.no.
//!
//! A [`Transport`] takes an [`Operation`] and gives an [`Answer`] or an [`Error`]. It knows where the API stands
//! ([`Environment`], [`ServiceUrl`], [`ApiVersion`]), how requests are authorized ([`SubscriptionKey`] and a
//! [`dan_auth::AccessTokenProvider`]), and what each kind of answer means. It does not know what is asked.
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
