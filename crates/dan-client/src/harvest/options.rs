//! What can be said of any harvest, whatever is harvested.

use std::fmt;

use dan_transport::{Error, ErrorKind, Operation};

use crate::own_token::OwnToken;
use crate::proof::SignatureRule;
use crate::times::Times;

/// The options of a harvest, as the caller said them.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) service_context: Option<String>,
    pub(super) query: Option<String>,
    pub(crate) own_token: OwnToken,
    pub(crate) times: Times,
    pub(super) signature_rule: Option<SignatureRule>,
    pub(super) checked: bool,
}

/// An expression may hold what is asked for by value.
impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("service_context", &self.service_context)
            .field("own_token", &self.own_token)
            .field("times", &self.times)
            .field("signature_rule", &self.signature_rule)
            .finish_non_exhaustive()
    }
}

impl Options {
    pub(super) fn check(&self, envelope: bool) -> Result<(), Error> {
        if envelope && self.query.is_some() {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                "the service applies 'query' to data without envelope only; take it as typed, json, fields, bytes or \
                 unenveloped",
            ));
        }
        Ok(())
    }

    pub(super) fn apply(&self, mut operation: Operation, envelope: bool) -> Result<Operation, Error> {
        if !envelope {
            operation = operation.query("envelope", "false");
        }
        if let Some(expression) = &self.query {
            operation = operation.query("query", expression);
        }
        self.own_token.apply(operation)
    }
}
