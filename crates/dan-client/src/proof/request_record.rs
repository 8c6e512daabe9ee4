//! What was asked, as far as it may be kept.

use dan_transport::Operation;
use serde::{Deserialize, Serialize};

/// What was asked: method, path and query. Keys and tokens are not in it, and neither is the body, in which the subject
/// stands when it is a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestRecord {
    /// The method, such as `GET`.
    pub method: String,
    /// The path below the version, such as `/directharvest/UnitBasicInformation`.
    pub path: String,
    /// Names and values of the query, in order.
    pub query: Vec<(String, String)>,
    /// Whether there was a body, which is not kept.
    pub body_withheld: bool,
}

impl RequestRecord {
    pub(crate) fn of(operation: Operation) -> Self {
        Self {
            method: operation.method().to_owned(),
            path: operation.path(),
            body_withheld: operation.has_body(),
            query: operation.into_query_pairs(),
        }
    }
}
