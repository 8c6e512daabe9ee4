//! Header values that nobody may see.

use std::fmt;

use http::HeaderValue;

/// A header value that prints as `[redacted]`, and that HTTP/2 keeps out of its compression tables (RFC 7541 section
/// 7.1.3).
#[derive(Clone)]
pub(crate) struct SensitiveHeader(HeaderValue);

impl SensitiveHeader {
    /// `None` when it is empty, or no header can hold it.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut value = HeaderValue::from_str(text).ok().filter(|value| !value.is_empty())?;
        value.set_sensitive(true);
        Some(Self(value))
    }

    /// The value; a clone counts a reference.
    pub(crate) fn value(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for SensitiveHeader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
