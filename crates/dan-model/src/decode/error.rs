//! Why data does not fit a type.

use std::fmt;

use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::privacy::mask_personal_numbers;

/// Data that does not fit the caller's type. It holds no value of the data.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    pointer: String,
    message: String,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// It is no JSON.
    Syntax,
    /// A member that the type requires is not there.
    Missing,
    /// A name comes more than once, and the type holds one.
    Repeated,
    /// A value is not of the type that is expected in its place.
    Type,
    /// The envelope has no JSON document, or more than one.
    Document,
}

impl DecodeError {
    /// What is wrong.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// The place, as a JSON pointer (RFC 6901); empty for the whole. It holds the names of members as they are: where people
    /// are the keys of a map, national identity numbers too. `Display` and `Debug` mask them.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    pub(super) fn of_serde(
        error: &serde_path_to_error::Error<serde_json::Error>,
        document: Option<&Value>,
    ) -> Self {
        if matches!(error.inner().classify(), Category::Syntax | Category::Eof) {
            return Self::syntax(error.inner());
        }
        let pointer = pointer(error.path());
        let said = error.inner().to_string();
        match quoted_after(&said, "missing field ") {
            Some(name) => {
                let object =
                    document.and_then(|document| document.pointer(&pointer)).and_then(Value::as_object);
                let mut names = object.into_iter().flatten().map(|(other, _)| other.as_str());
                let like = names.find(|other| other.eq_ignore_ascii_case(name));
                let mut missing = Self::missing(name, like);
                missing.pointer.insert_str(0, &pointer);
                missing
            }
            None => Self { kind: DecodeErrorKind::Type, pointer, message: without_value(&said) },
        }
    }

    pub(super) fn syntax(error: &serde_json::Error) -> Self {
        let message = format!("the data is no whole JSON: line {}, column {}", error.line(), error.column());
        Self { kind: DecodeErrorKind::Syntax, pointer: String::new(), message }
    }

    pub(super) fn no_text() -> Self {
        let message = "the data is no UTF-8".to_owned();
        Self { kind: DecodeErrorKind::Syntax, pointer: String::new(), message }
    }

    pub(super) fn missing(name: &str, like: Option<&str>) -> Self {
        let message = match like {
            Some(like) => format!("it is missing; there is a name that differs only in case: {like}"),
            None => "it is missing".to_owned(),
        };
        Self { kind: DecodeErrorKind::Missing, pointer: format!("/{}", escaped(name)), message }
    }

    pub(super) fn repeated(name: &str) -> Self {
        let message = "the name comes more than once; read the values as a list".to_owned();
        Self { kind: DecodeErrorKind::Repeated, pointer: format!("/{}", escaped(name)), message }
    }

    pub(super) fn no_document() -> Self {
        let message = "the dataset has no JSON document; read its fields".to_owned();
        Self { kind: DecodeErrorKind::Document, pointer: String::new(), message }
    }

    pub(super) fn several_documents(another: &str) -> Self {
        let message = "the dataset has more than one JSON document; read one by its name".to_owned();
        Self { kind: DecodeErrorKind::Document, pointer: format!("/{}", escaped(another)), message }
    }

    /// The same, within a member.
    pub(super) fn within(mut self, name: &str) -> Self {
        self.pointer.insert_str(0, &format!("/{}", escaped(name)));
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = mask_personal_numbers(&self.pointer);
        match &*pointer {
            "" => formatter.write_str(&self.message),
            pointer => write!(formatter, "{pointer}: {}", self.message),
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecodeError")
            .field("kind", &self.kind)
            .field("pointer", &mask_personal_numbers(&self.pointer))
            .field("message", &self.message)
            .finish()
    }
}

impl std::error::Error for DecodeError {}

fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escaped(key)),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name in backticks after a beginning.
fn quoted_after<'m>(message: &'m str, beginning: &str) -> Option<&'m str> {
    message.strip_prefix(beginning)?.strip_prefix('`')?.split('`').next()
}

/// What serde says, without the value that it repeats.
fn without_value(said: &str) -> String {
    let found = said.split_once("invalid type: ").or_else(|| said.split_once("invalid value: "));
    let expected = said.rsplit_once(", expected ").map(|(_, expected)| expected);
    let expected = expected.map(|expected| expected.split(" at line ").next().unwrap_or(expected));
    match (found, expected) {
        (Some((_, found)), Some(expected)) => {
            let kind: String =
                found.chars().take_while(|sign| sign.is_ascii_alphabetic() || *sign == ' ').collect();
            format!("{} stands where {expected} is expected", kind.trim())
        }
        (None, Some(expected)) => format!("the value is none that is expected: {expected}"),
        _ => "the value does not fit the type".to_owned(),
    }
}
