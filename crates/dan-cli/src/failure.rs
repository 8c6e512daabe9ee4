//! Why a command ends before its end, and with which exit code.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::process::ExitCode;

use dan_client::{Error, ErrorKind, ErrorOrigin};
use dan_sandbox::{ControlError, RegistrationError, StartError};
use serde::Serialize;

use crate::output::time;

/// What a shell reports for a process that a closed pipe ended.
const BROKEN_PIPE: u8 = 141;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// By the library's word.
    Client(Error),
    /// The sandbox did not start, or did not take a client.
    Sandbox(Box<dyn StdError + Send + Sync>),
    /// Reading or writing on this machine failed; with what was being done.
    Io(String, io::Error),
    /// Bad usage that the command line's definition cannot see.
    Usage(String),
    /// What was asked for was done, and its result is not what was hoped for.
    Unsuccessful(String),
    /// So many checks failed, which the report has told; with the exit code of the first.
    Diagnosed(usize, u8),
    /// Not everything is as it was asked for; with what is not.
    InPart(String),
}

/// The contract's shape of an error in machine-readable output.
#[derive(Serialize)]
struct ErrorDocument<'a> {
    error: ErrorMembers<'a>,
}

#[derive(Serialize)]
struct ErrorMembers<'a> {
    kind: &'a str,
    source: &'a str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retryable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<String>,
}

impl Failure {
    /// A task of our own did not come to its end.
    pub(crate) fn ended(error: tokio::task::JoinError) -> Self {
        Self::Io("the work was broken off".to_owned(), error.into())
    }

    pub(crate) fn output(error: io::Error) -> Self {
        Self::Io("standard output cannot be written".to_owned(), error)
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit_number())
    }

    pub(crate) fn exit_number(&self) -> u8 {
        match self {
            Self::Client(error) => exit_code(error.kind()),
            Self::Io(_, error) if error.kind() == io::ErrorKind::BrokenPipe => BROKEN_PIPE,
            Self::Sandbox(_) | Self::Io(..) | Self::Unsuccessful(_) => 1,
            Self::Usage(_) => 2,
            Self::Diagnosed(_, exit_code) => *exit_code,
            Self::InPart(_) => 8,
        }
    }

    /// Nobody reads any more; there is nobody to tell.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Io(_, error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What to quote to the service's support, and when to try again; what the message has told is not told again.
    pub(crate) fn particulars(&self) -> Option<String> {
        let Self::Client(error) = self else { return None };
        let message = error.to_string();
        let to_quote = error.request_id().is_some() || error.code().is_some();
        let particulars: Vec<String> = [
            error.code().map(|code| format!("DAN {code}")),
            error.detail_code().map(|code| format!("source {code}")),
            error.status().filter(|_| to_quote).map(|status| format!("HTTP {status}")),
            error.request_id().map(|id| format!("request {id}")),
            error.retry_at().map(|time| format!("try again at {}", time::local_time(time))),
        ]
        .into_iter()
        .flatten()
        .filter(|particular| !message.contains(particular.as_str()))
        .collect();
        (!particulars.is_empty()).then(|| particulars.join(", "))
    }

    /// One JSON object, as the contract has it.
    pub(crate) fn to_json(&self) -> String {
        let document = ErrorDocument { error: self.members() };
        serde_json::to_string(&document).unwrap_or_default()
    }

    fn members(&self) -> ErrorMembers<'_> {
        let message = self.to_string();
        match self {
            Self::Client(error) => ErrorMembers {
                kind: error.kind().as_str(),
                source: source(error.origin()),
                message,
                code: error.code(),
                status: error.status(),
                request_id: error.request_id(),
                retryable: Some(error.is_retryable()),
                retry_at: error
                    .retry_at()
                    .and_then(|time| jiff::Timestamp::try_from(time).ok())
                    .map(|time| time.to_string()),
            },
            Self::Usage(_) => ErrorMembers::of_client("usage", message),
            Self::Io(..) => ErrorMembers::of_client("io", message),
            Self::Sandbox(_) => ErrorMembers::of_client("sandbox", message),
            Self::Unsuccessful(_) => ErrorMembers::of_client("unsuccessful", message),
            Self::Diagnosed(..) => ErrorMembers::of_client("diagnosed", message),
            Self::InPart(_) => ErrorMembers::of_client("in_part", message),
        }
    }
}

impl ErrorMembers<'_> {
    fn of_client(kind: &'static str, message: String) -> Self {
        Self {
            kind,
            source: "client",
            message,
            code: None,
            status: None,
            request_id: None,
            retryable: None,
            retry_at: None,
        }
    }
}

/// The contract knows no source behind the service: the service passes its word on.
fn source(origin: ErrorOrigin) -> &'static str {
    match origin {
        ErrorOrigin::DataSource => ErrorOrigin::Dan.as_str(),
        origin => origin.as_str(),
    }
}

fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Configuration => 2,
        ErrorKind::Unauthenticated
        | ErrorKind::Forbidden
        | ErrorKind::ConsentDenied
        | ErrorKind::ConsentExpired => 3,
        ErrorKind::NotFound => 4,
        ErrorKind::ConsentPending | ErrorKind::NotAvailableYet | ErrorKind::ReminderTooSoon => 5,
        ErrorKind::InvalidRequest => 6,
        ErrorKind::Throttled
        | ErrorKind::QuotaExceeded
        | ErrorKind::Unavailable
        | ErrorKind::ServiceFailure
        | ErrorKind::Network
        | ErrorKind::Timeout
        | ErrorKind::AnswerTooLarge
        | ErrorKind::UnexpectedAnswer => 7,
        _ => 1,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => {
                fmt::Display::fmt(error, formatter)?;
                if let Some(cause) = root_cause(error) {
                    write!(formatter, " ({cause})")?;
                }
                Ok(())
            }
            Self::Sandbox(error) => write!(formatter, "the sandbox failed: {error}"),
            Self::Io(what, error) => write!(formatter, "{what}: {error}"),
            Self::Diagnosed(1, _) => formatter.write_str("a check failed; see the report"),
            Self::Diagnosed(count, _) => write!(formatter, "{count} checks failed; see the report"),
            Self::Usage(message) | Self::Unsuccessful(message) | Self::InPart(message) => {
                formatter.write_str(message)
            }
        }
    }
}

/// The innermost cause: for a broken connection, what the network or TLS said.
fn root_cause(error: &Error) -> Option<&(dyn StdError + 'static)> {
    let mut cause = error.source()?;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Some(cause)
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl From<dan_client::AuthError> for Failure {
    fn from(error: dan_client::AuthError) -> Self {
        Self::Client(error.into())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Data(_) => Self::Usage(error.to_string()),
            _ => Self::Sandbox(Box::new(error)),
        }
    }
}

impl From<RegistrationError> for Failure {
    fn from(error: RegistrationError) -> Self {
        Self::Sandbox(Box::new(error))
    }
}

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        Self::Sandbox(Box::new(error))
    }
}
