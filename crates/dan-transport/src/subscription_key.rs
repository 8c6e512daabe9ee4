//! The API key.

use dan_auth::Secret;
use http::HeaderValue;

use crate::error::{Error, ErrorKind};
use crate::sensitive_header::SensitiveHeader;

/// The key of a subscription to one of the service's products, from the developer portal. It travels in the header
/// `Ocp-Apim-Subscription-Key`, never in a URL, and prints as `[redacted]`.
#[derive(Debug, Clone)]
pub struct SubscriptionKey(SensitiveHeader);

impl SubscriptionKey {
    /// Takes a key as the portal shows it; blanks around it are dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it is empty or holds what no header can hold.
    pub fn new(key: &Secret) -> Result<Self, Error> {
        let value = SensitiveHeader::new(key.expose().trim()).ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "the subscription key is empty or holds odd characters; copy it from the developer portal",
            )
        })?;
        Ok(Self(value))
    }

    pub(crate) fn header_value(&self) -> HeaderValue {
        self.0.value()
    }
}
