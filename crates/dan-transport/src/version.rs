//! The version that URLs carry.

use std::fmt;

/// A version of the API. Fields, status codes and error codes may be added within one, and are never removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ApiVersion {
    /// Version 1, the only one so far.
    #[default]
    V1,
}

impl ApiVersion {
    /// The segment in URLs.
    pub fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1",
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.segment())
    }
}
