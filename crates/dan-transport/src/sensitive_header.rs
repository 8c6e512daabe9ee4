//! Header values that nobody may see.

use std::fmt;

use http::HeaderValue;

/// A header value that prints as `[redacted]`, and that HTTP/2 keeps out of its compression tables (RFC 7541 section
/// 7.1.3).
#[derive(Clone)]
pub(crate) struct SensitiveHeader(HeaderValue);

impl SensitiveHeader {
    /// `None` when it is empty, or holds anything but visible ASCII characters and blanks: a key that was copied with a
    /// typographic dash is no key.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut value = visible(text)?;
        value.set_sensitive(true);
        Some(Self(value))
    }

    /// The value; a clone counts a reference.
    pub(crate) fn value(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// A header value of visible ASCII characters and blanks, at least one.
pub(crate) fn visible(text: &str) -> Option<HeaderValue> {
    let is_visible = !text.is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    HeaderValue::from_str(text).ok().filter(|_| is_visible)
}

impl fmt::Debug for SensitiveHeader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
