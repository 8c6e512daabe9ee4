//! When a source refuses instead of answering.

use jmespath::{Expression, Rcvar};
use serde::Deserialize;

use super::answer::{AnswerError, search};

/// The source's own refusal: 3001, 3002 or 3003; or 1013, when it cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFailure {
    pub(crate) code: SourceErrorCode,
    pub(crate) detail_code: String,
    pub(crate) detail_description: String,
}

/// How a source can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u16")]
pub(crate) enum SourceErrorCode {
    /// 1013: the source is down, or takes too long.
    Unreachable,
    /// 3001: it may be better in a while.
    Transient,
    /// 3002: the input is wrong.
    PermanentClient,
    /// 3003: the source is broken.
    PermanentServer,
}

/// A refusal as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FailureFile {
    /// The refusal is given when this expression is true.
    when: String,
    code: SourceErrorCode,
    /// The source's own number for it; none with 1013.
    #[serde(default)]
    detail_code: String,
    /// An expression; nothing is said without it.
    #[serde(default = "nothing")]
    detail_description: String,
}

/// A refusal, ready to be given.
#[derive(Debug)]
pub(super) struct Failure {
    when: Expression<'static>,
    code: SourceErrorCode,
    detail_code: String,
    detail_description: Expression<'static>,
}

impl Failure {
    pub(super) fn new(file: FailureFile) -> Result<Self, AnswerError> {
        Ok(Self {
            when: jmespath::compile(&file.when)?,
            code: file.code,
            detail_code: file.detail_code,
            detail_description: jmespath::compile(&file.detail_description)?,
        })
    }

    /// The refusal, if it is due.
    pub(super) fn give(&self, variables: &Rcvar) -> Result<Option<SourceFailure>, AnswerError> {
        if !search(&self.when, variables)?.is_truthy() {
            return Ok(None);
        }
        let description = search(&self.detail_description, variables)?;
        Ok(Some(SourceFailure {
            code: self.code,
            detail_code: self.detail_code.clone(),
            detail_description: description.as_string().cloned().unwrap_or_default(),
        }))
    }
}

/// The expression for an empty text.
fn nothing() -> String {
    "''".to_owned()
}

impl TryFrom<u16> for SourceErrorCode {
    type Error = String;

    fn try_from(number: u16) -> Result<Self, String> {
        match number {
            1013 => Ok(Self::Unreachable),
            3001 => Ok(Self::Transient),
            3002 => Ok(Self::PermanentClient),
            3003 => Ok(Self::PermanentServer),
            _ => Err(format!("{number} is no error of a source: 1013, 3001, 3002 and 3003 are")),
        }
    }
}
