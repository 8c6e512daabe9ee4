//! Which token the service uses towards a data source.

use dan_auth::Secret;
use dan_transport::{Error, ErrorKind, Operation};

/// The choices of a caller; at most one can hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnToken {
    pub(crate) reuse_token: bool,
    pub(crate) token_on_behalf_of_owner: bool,
    pub(crate) forwarded: Option<Secret>,
}

impl OwnToken {
    pub(crate) fn is_chosen(&self) -> bool {
        self.reuse_token || self.token_on_behalf_of_owner || self.forwarded.is_some()
    }

    /// The operation with what was chosen.
    pub(crate) fn apply(&self, operation: Operation) -> Result<Operation, Error> {
        let chosen = [self.reuse_token, self.token_on_behalf_of_owner, self.forwarded.is_some()];
        if chosen.into_iter().filter(|chosen| *chosen).count() > 1 {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                "reuseToken, tokenOnBehalfOfOwner and a token to be forwarded exclude each other; choose one",
            ));
        }
        match &self.forwarded {
            _ if self.reuse_token => Ok(operation.query("reuseToken", "true")),
            _ if self.token_on_behalf_of_owner => Ok(operation.query("tokenOnBehalfOfOwner", "true")),
            Some(token) => operation.forward_access_token(token),
            None => Ok(operation),
        }
    }
}
