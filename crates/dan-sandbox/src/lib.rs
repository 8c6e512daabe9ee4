//! What data.altinn.no would answer: a DAN and a Maskinporten on your own machine.
//!
//! [`Sandbox::start`] gives both services over TLS on free ports, a registered client with its key, subscription keys,
//! and a small catalogue over synthetic units and people. They check what the real services check and refuse in the same
//! words. It is no real service and holds no real data.

mod backend;
mod body;
mod catalogue;
mod certificate_authority;
mod client_certificate;
mod clock;
mod consent_page;
mod control;
mod core;
mod dan;
mod enterprise_certificate;
mod entrance;
mod environment;
mod error;
mod fault;
mod gateway;
mod host;
mod mask;
mod maskinporten;
mod operation;
mod register;
mod request_log;
mod sandbox;
mod signing_key;
mod start;
mod steering;

pub use self::control::ConsentDecision;
pub use self::core::Service;
pub use self::enterprise_certificate::{CertificateProfile, EnterpriseCertificate};
pub use self::error::{ControlError, StartError};
pub use self::maskinporten::{ClientRegistration, RegistrationError};
pub use self::request_log::{RecordedAnswer, RecordedRequest};
pub use self::sandbox::{MaskinportenAddresses, Ready, Sandbox};
pub use self::start::SandboxBuilder;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/sandbox.md")]
struct Document;
