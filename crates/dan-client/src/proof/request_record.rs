//! What was asked, as far as it may be kept.

use std::fmt;

use dan_model::mask_personal_numbers;
use dan_transport::Operation;
use serde::{Deserialize, Serialize};

/// What was asked: method, path and query. Keys and tokens are not in it, and neither is the body, in which the subject
/// stands when it is a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Values of the query, such as parameters and expressions, may be personal.
impl fmt::Debug for RequestRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestRecord")
            .field("method", &self.method)
            .field("path", &mask_personal_numbers(&self.path))
            .field("body_withheld", &self.body_withheld)
            .finish_non_exhaustive()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_shown() {
        let operation = Operation::get("/directharvest/{evidenceCode}", None)
            .path_value("Roller")
            .query("query", "[?navn=='Kari Nordmann']");
        let record = RequestRecord::of(operation);
        insta::assert_snapshot!(format!("{record:?}"), @r#"RequestRecord { method: "GET", path: "/directharvest/Roller", body_withheld: false, .. }"#);
    }
}
