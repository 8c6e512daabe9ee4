//! Header values that nobody may see.

use std::fmt;

use bytes::Bytes;
use dan_auth::Secret;
use http::HeaderValue;

/// A header value that prints as `[redacted]`, and that HTTP/2 keeps out of its compression tables (RFC 7541 section
/// 7.1.3).
#[derive(Clone)]
pub(crate) struct SensitiveHeader(HeaderValue);

impl SensitiveHeader {
    /// `None` when it is empty, or holds anything but visible ASCII characters and blanks: a key that was copied with a
    /// typographic dash is no key.
    pub(crate) fn new(text: impl Into<Secret>) -> Option<Self> {
        let text = Overwritten(text.into());
        if !is_visible(text.0.expose()) {
            return None;
        }
        let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }

    /// The value; a clone counts a reference.
    pub(crate) fn value(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// A text whose memory is overwritten when the last header with it goes.
struct Overwritten(Secret);

impl AsRef<[u8]> for Overwritten {
    fn as_ref(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }
}

/// A header value of visible ASCII characters and blanks, at least one.
pub(crate) fn visible(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(text).ok().filter(|_| is_visible(text))
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

impl fmt::Debug for SensitiveHeader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
