//! One request of the API, before it is a URL.

use bytes::Bytes;
use http::Method;

use crate::subscription_key::SubscriptionKey;

/// One request of the API: a method, a path template with its values, a query and a body.
#[derive(Debug, Clone)]
pub struct Operation {
    pub(crate) method: Method,
    pub(crate) template: &'static str,
    pub(crate) path_values: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Bytes>,
    pub(crate) access: Access,
}

/// Who may ask.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    /// Anybody, under the public prefix, without key and token.
    Public,
    /// A subscriber with a token.
    Protected(SubscriptionKey),
}

impl Operation {
    /// Reads under the public prefix, which `template` leaves out: it begins below it, as in
    /// `/metadata/evidencecodes/{serviceContext}`.
    pub fn public_get(template: &'static str) -> Self {
        Self::new(Method::GET, template, Access::Public)
    }

    /// Reads with a subscription key and an access token.
    pub fn get(template: &'static str, key: SubscriptionKey) -> Self {
        Self::new(Method::GET, template, Access::Protected(key))
    }

    /// Posts JSON with a subscription key and an access token.
    pub fn post(template: &'static str, key: SubscriptionKey, json: impl Into<Bytes>) -> Self {
        let mut operation = Self::new(Method::POST, template, Access::Protected(key));
        operation.body = Some(json.into());
        operation
    }

    /// The value of the next `{placeholder}` of the template.
    #[must_use]
    pub fn path_value(mut self, value: impl Into<String>) -> Self {
        self.path_values.push(value.into());
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    fn new(method: Method, template: &'static str, access: Access) -> Self {
        Self { method, template, path_values: Vec::new(), query: Vec::new(), body: None, access }
    }
}
