//! How results reach standard output.

pub(crate) mod progress;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod value;

use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;

use crate::failure::Failure;

/// How results are written to standard output, and errors to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum OutputForm {
    /// For people
    #[default]
    Human,
    /// The API's own JSON
    Json,
    /// JSON, one element a line
    Ndjson,
}

impl OutputForm {
    /// One result: `human` says how it is told to a person.
    pub(crate) fn print<T: Serialize + ?Sized>(
        self,
        value: &T,
        human: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        match self {
            Self::Human => write_text(&human()),
            Self::Json | Self::Ndjson => write_json(value),
        }
    }

    /// A list of results.
    pub(crate) fn print_list<T: Serialize>(
        self,
        elements: &[T],
        human: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        match self {
            Self::Human => write_text(&human()),
            Self::Json => write_json(elements),
            Self::Ndjson => elements.iter().try_for_each(write_json),
        }
    }
}

/// Text for people. Its colours are shown on a terminal only, and never under `NO_COLOR`.
pub(crate) fn write_text(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::AutoStream::auto(io::stdout().lock());
    let written = stdout.write_all(text.as_bytes());
    // What is still in the buffer is written now, while its failure can be told.
    written.and_then(|()| stdout.flush()).map_err(Failure::output)
}

/// Bytes as they are.
pub(crate) fn write_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(Failure::output)
}

fn write_json<T: Serialize + ?Sized>(value: &T) -> Result<(), Failure> {
    let mut line = serde_json::to_vec(value).map_err(|error| Failure::output(error.into()))?;
    line.push(b'\n');
    write_bytes(&line)
}
