//! The API key.

use std::fmt;

use dan_auth::Secret;
use http::HeaderValue;

use crate::error::{Error, ErrorKind};

/// The key of a subscription to one of the service's products, from the developer portal. It travels in the header
/// `Ocp-Apim-Subscription-Key`, never in a URL, and prints as `[redacted]`.
#[derive(Clone)]
pub struct SubscriptionKey(HeaderValue);

impl SubscriptionKey {
    /// Takes a key as the portal shows it; blanks around it are dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it is empty or holds what no header can hold.
    pub fn new(key: &Secret) -> Result<Self, Error> {
        let key = key.expose().trim();
        let value = HeaderValue::from_str(key).ok().filter(|value| !value.is_empty());
        let mut value = value.ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "the subscription key is empty or holds odd characters; copy it from the developer portal",
            )
        })?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    pub(crate) fn header_value(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for SubscriptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
