//! Text that must not be seen.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

/// A secret text: a token, a subscription key, a password.
///
/// It prints as `[redacted]`, is overwritten in memory when the last clone goes, and clones share one allocation. Comparing
/// two takes a time that tells nothing of where they differ, only whether their lengths do.
///
/// ```
/// use dan_auth::Secret;
///
/// let key = Secret::from("0123456789abcdef");
/// assert_eq!(format!("{key:?}"), "[redacted]");
/// assert_eq!(key.expose(), "0123456789abcdef");
/// assert!(key == Secret::from("0123456789abcdef"));
/// ```
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// The text itself. Keep it out of logs, errors and URLs.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// JSON of what holds secrets. With room enough from the start, no copy of them is left behind by growing.
pub(crate) fn secret_json(value: &impl Serialize, room: usize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let mut json = Zeroizing::new(Vec::with_capacity(room));
    serde_json::to_writer(&mut *json, value)?;
    Ok(json)
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

impl Eq for Secret {}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
