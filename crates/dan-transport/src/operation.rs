//! One request of the API, before it is a URL.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use dan_auth::Secret;
use http::{HeaderValue, Method};

use crate::error::{Error, ErrorKind};
use crate::sensitive_header::{SensitiveHeader, visible};
use crate::subscription_key::SubscriptionKey;

/// One request of the API: a method, a path template with its values, a query and a body; and how it may be carried.
///
/// Any request that the API knows, or will know, can be put together and given to
/// [`Transport::send`](crate::Transport::send): it takes the same way as those of the typed methods above this crate.
#[derive(Clone)]
pub struct Operation {
    pub(crate) method: Method,
    pub(crate) template: &'static str,
    pub(crate) path_values: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Bytes>,
    pub(crate) access: Access,
    pub(crate) forwarded_token: Option<SensitiveHeader>,
    pub(crate) product_id: Option<HeaderValue>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) body_has_deadline: bool,
    pub(crate) repeatable: bool,
}

/// Who may ask.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    /// Anybody, under the public prefix, without key and token.
    Public,
    /// Anybody, without the public prefix and without a token; with a key if there is one.
    Open(Option<SubscriptionKey>),
    /// A subscriber who says who is asking, by a token or a client certificate.
    Protected(Option<SubscriptionKey>),
}

impl Operation {
    /// Reads under the public prefix, which `template` leaves out: it begins below it, as in
    /// `/metadata/evidencecodes/{serviceContext}`.
    pub fn public_get(template: &'static str) -> Self {
        Self::new(Method::GET, template, Access::Public)
    }

    /// Reads what is open to anybody but stands outside the public prefix, as `/opendata/{evidenceCode}` does. A
    /// subscription key goes along when there is one: whether the gateway wants it is not documented.
    pub fn open_get(template: &'static str, key: impl Into<Option<SubscriptionKey>>) -> Self {
        Self::new(Method::GET, template, Access::Open(key.into()))
    }

    /// Reads with a subscription key, and an access token or a client certificate.
    ///
    /// A bare backend ([`Environment::Local`](crate::Environment::Local)) has no subscriptions: only there the key may
    /// be `None`.
    pub fn get(template: &'static str, key: impl Into<Option<SubscriptionKey>>) -> Self {
        Self::new(Method::GET, template, Access::Protected(key.into()))
    }

    /// Posts JSON, authorized as [`get`](Self::get) is. It is not repeated when its fate is unknown, unless
    /// [`repeatable`](Self::repeatable) says that this does no harm.
    pub fn post(
        template: &'static str,
        key: impl Into<Option<SubscriptionKey>>,
        json: impl Into<Bytes>,
    ) -> Self {
        let mut operation = Self::new(Method::POST, template, Access::Protected(key.into()));
        operation.body = Some(json.into());
        operation
    }

    /// Deletes, authorized as [`get`](Self::get) is.
    pub fn delete(template: &'static str, key: impl Into<Option<SubscriptionKey>>) -> Self {
        Self::new(Method::DELETE, template, Access::Protected(key.into()))
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

    /// Gives a token that the service passes on to the data source, as it is (`X-Forward-Access-Token`).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it is empty or holds what no header can hold.
    pub fn forward_access_token(mut self, token: &Secret) -> Result<Self, Error> {
        let value = SensitiveHeader::new(token.expose().trim()).ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "the token to be forwarded is empty or holds odd characters; give the bare token",
            )
        })?;
        self.forwarded_token = Some(value);
        Ok(self)
    }

    /// The product under which a bare backend is asked, such as `ebevis-product` (`X-NADOBE-SERVICECONTEXT`). It is sent
    /// where no gateway stands ([`Environment::Local`](crate::Environment::Local)) and nowhere else: the gateway finds
    /// the product by the subscription key.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it is empty or holds what no header can hold.
    pub fn product_id(mut self, product_id: &str) -> Result<Self, Error> {
        self.product_id = Some(product_header(product_id)?);
        Ok(self)
    }

    /// How long one attempt may take, instead of the transport's time.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long the whole call may take, all attempts and pauses together, instead of the transport's time.
    ///
    /// Of a [stream](crate::Transport::stream), a deadline that is said here bounds the reading of the body, too, unless
    /// [`body_without_deadline`](Self::body_without_deadline) is.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Lets the [`deadline`](Self::deadline) of a [stream](crate::Transport::stream) end with the beginning of the body.
    #[must_use]
    pub fn body_without_deadline(mut self) -> Self {
        self.body_has_deadline = false;
        self
    }

    /// Doing it twice does no harm: it may be sent again when nobody knows whether the first time arrived. GET and DELETE
    /// are so from the start.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// It must not be done twice: it is sent again only when the first time surely never reached the service. POST is so
    /// from the start.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }

    /// The method, such as `GET`.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The path below the version and the public prefix, its values as they are, not encoded.
    pub fn path(&self) -> String {
        let mut values = self.path_values.iter();
        let mut path = String::with_capacity(self.template.len());
        for segment in self.template.split('/').filter(|segment| !segment.is_empty()) {
            let value = if segment.starts_with('{') { values.next() } else { None };
            path.push('/');
            path.push_str(value.map_or(segment, String::as_str));
        }
        path
    }

    /// Names and values of the query, in order.
    pub fn query_pairs(&self) -> &[(String, String)] {
        &self.query
    }

    /// The same, without the rest of the operation.
    pub fn into_query_pairs(self) -> Vec<(String, String)> {
        self.query
    }

    /// Whether it has a body.
    pub fn has_body(&self) -> bool {
        self.body.is_some()
    }

    fn new(method: Method, template: &'static str, access: Access) -> Self {
        let repeatable = method.is_idempotent();
        Self {
            method,
            template,
            path_values: Vec::new(),
            query: Vec::new(),
            body: None,
            access,
            forwarded_token: None,
            product_id: None,
            timeout: None,
            deadline: None,
            body_has_deadline: true,
            repeatable,
        }
    }
}

/// Without values and body, which may be personal.
impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Operation")
            .field("method", &self.method)
            .field("template", &self.template)
            .field("query_length", &self.query.len())
            .field("body_length", &self.body.as_ref().map(Bytes::len))
            .field("repeatable", &self.repeatable)
            .finish_non_exhaustive()
    }
}

/// The value of the header that says which product is asked.
pub(crate) fn product_header(product_id: &str) -> Result<HeaderValue, Error> {
    visible(product_id.trim()).ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            "the product id is empty or holds odd characters; it looks like 'ebevis-product'",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_that_of_the_url_with_and_without_a_slash_before_it() {
        for template in ["/directharvest/{evidenceCode}", "directharvest/{evidenceCode}"] {
            let operation = Operation::get(template, None).path_value("Roller");
            assert_eq!(operation.path(), "/directharvest/Roller");
        }
    }
}
