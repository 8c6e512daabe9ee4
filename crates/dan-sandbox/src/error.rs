//! Why a sandbox does not start, or cannot be steered.

use std::io;

use dan_model::PartyError;
use thiserror::Error;

use crate::catalogue::CatalogueError;
use crate::dan::SteeringError;
use crate::maskinporten::RegistrationError;
use crate::signing_key::KeyError;

/// A sandbox did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// A port cannot be listened on, most often because another process has it.
    #[error(
        "cannot listen on port {port} of 127.0.0.1: {source}; choose another port, or 0 for any free one"
    )]
    Port {
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// The directory for the certificate and the signing key cannot be made or written.
    #[error("cannot write to the directory for temporary files: {0}")]
    Directory(io::Error),
    /// The thread that serves cannot be started, or its runtime.
    #[error("cannot start the thread that serves: {0}")]
    Thread(io::Error),
    /// A key or a certificate cannot be made.
    #[error("cannot make keys and certificates: {0}")]
    Cryptography(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What the sandbox answers with is not sound.
    #[error("the data of the sandbox is not sound: {0}")]
    Data(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A sandbox was not steered: nothing has changed. The text says why.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct ControlError(String);

impl ControlError {
    pub(crate) fn new(error: &(impl ToString + ?Sized)) -> Self {
        Self(error.to_string())
    }
}

impl From<SteeringError> for ControlError {
    fn from(error: SteeringError) -> Self {
        Self::new(&error)
    }
}

impl StartError {
    /// A number that comes with the sandbox is none.
    pub(crate) fn number(error: PartyError) -> Self {
        Self::Data(Box::new(error))
    }

    /// The generation of a key was cut short.
    pub(crate) fn key_generation() -> Self {
        Self::Cryptography("the generation of a key was cut short".into())
    }
}

impl From<KeyError> for StartError {
    fn from(error: KeyError) -> Self {
        Self::Cryptography(Box::new(error))
    }
}

impl From<rcgen::Error> for StartError {
    fn from(error: rcgen::Error) -> Self {
        Self::Cryptography(Box::new(error))
    }
}

impl From<rustls::Error> for StartError {
    fn from(error: rustls::Error) -> Self {
        Self::Cryptography(Box::new(error))
    }
}

impl From<CatalogueError> for StartError {
    fn from(error: CatalogueError) -> Self {
        Self::Data(Box::new(error))
    }
}

impl From<serde_json::Error> for StartError {
    fn from(error: serde_json::Error) -> Self {
        Self::Data(Box::new(error))
    }
}

impl From<RegistrationError> for StartError {
    fn from(error: RegistrationError) -> Self {
        Self::Data(Box::new(error))
    }
}
