//! A harvest that is being put together: the options that every way of harvesting has.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use dan_model::Evidence;
use dan_transport::{Error, ErrorKind, Operation, SubscriptionKey};

use crate::client::DanClient;
use crate::harvest::Harvest;

/// A harvest that is being put together, and sent by the method that says in which form its data is wanted.
///
/// | method | gives |
/// | --- | --- |
/// | [`evidence`](Self::evidence), or awaiting it | the values in their envelope |
/// | [`typed`](Self::typed) | the values as members of a type of the caller's |
/// | [`field`](Self::field) | the value of one name, as a type of the caller's |
/// | [`document`](Self::document) | the one JSON document of the dataset, as a type of the caller's |
/// | [`fields`](Self::fields) | names and values, where names may come more than once |
/// | [`json`](Self::json) | the data as JSON |
/// | [`bytes`](Self::bytes) | the data as it arrived |
/// | [`enveloped`](Self::enveloped), [`unenveloped`](Self::unenveloped) | the answer, with signature and request id, to be decoded later |
///
/// `T` is what is harvested: [`DirectHarvest`](crate::DirectHarvest) is one of them.
#[derive(Debug, Clone)]
#[must_use = "a harvest does nothing until it is sent"]
pub struct HarvestRequest<'a, T> {
    pub(crate) client: &'a DanClient,
    pub(crate) target: T,
    options: Options,
}

/// What can be harvested: a dataset at once, or one of an accreditation. It cannot be implemented elsewhere.
pub trait HarvestTarget: target::Target {}

impl<T: target::Target> HarvestTarget for T {}

pub(crate) mod target {
    use super::{Error, Operation, SubscriptionKey};

    /// What is harvested, and by which operation; the options that all have are added to it.
    pub trait Target: Send + Sync {
        /// The name of the dataset, as the metadata spells it.
        fn dataset(&self) -> &str;

        /// The operation with all that is the target's own.
        ///
        /// # Errors
        /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) names what may not be sent.
        fn operation(&self, key: SubscriptionKey) -> Result<Operation, Error>;
    }
}

#[derive(Debug, Clone, Default)]
struct Options {
    service_context: Option<String>,
    query: Option<String>,
    reuse_token: bool,
    token_on_behalf_of_owner: bool,
}

impl<'a, T: HarvestTarget> HarvestRequest<'a, T> {
    pub(crate) fn new(client: &'a DanClient, target: T) -> Self {
        Self { client, target, options: Options::default() }
    }

    /// The service context whose subscription key is used.
    pub fn service_context(mut self, name: impl Into<String>) -> Self {
        self.options.service_context = Some(name.into());
        self
    }

    /// Lets the service transform the data by a [JMESPath](https://jmespath.org) expression before it sends it. Only data
    /// without envelope is transformed; asking for the envelope, too, is an error here, since the service would pass the
    /// expression over.
    ///
    /// An expression that fits nothing gives `null`. One that is wrong is refused by the service (1027) after the source
    /// was asked.
    pub fn query(mut self, expression: impl Into<String>) -> Self {
        self.options.query = Some(expression.into());
        self
    }

    /// Lets the service use the caller's own token towards the data source.
    pub fn reuse_token(mut self) -> Self {
        self.options.reuse_token = true;
        self
    }

    /// Lets the service get a token of its own towards the data source, on behalf of the caller's organization.
    pub fn token_on_behalf_of_owner(mut self) -> Self {
        self.options.token_on_behalf_of_owner = true;
        self
    }

    pub(super) async fn send(self, envelope: bool) -> Result<Harvest, Error> {
        let operation = self.operation(envelope).await?;
        let answer = self.client.inner().transport.send(&operation).await?;
        Ok(Harvest::new(answer, envelope))
    }

    pub(super) async fn operation(&self, envelope: bool) -> Result<Operation, Error> {
        self.options.check(envelope)?;
        let key = self.subscription_key().await?;
        Ok(self.options.apply(self.target.operation(key)?, envelope))
    }

    async fn subscription_key(&self) -> Result<SubscriptionKey, Error> {
        let context = self.options.service_context.as_deref();
        self.client.subscription_key(context, &[self.target.dataset()]).await
    }
}

impl Options {
    fn check(&self, envelope: bool) -> Result<(), Error> {
        if envelope && self.query.is_some() {
            return Err(invalid(
                "the service applies 'query' to data without envelope only; take it as typed, json, fields, bytes or \
                 unenveloped",
            ));
        }
        Ok(())
    }

    fn apply(&self, mut operation: Operation, envelope: bool) -> Operation {
        if !envelope {
            operation = operation.query("envelope", "false");
        }
        if let Some(expression) = &self.query {
            operation = operation.query("query", expression);
        }
        if self.reuse_token {
            operation = operation.query("reuseToken", "true");
        }
        if self.token_on_behalf_of_owner {
            operation = operation.query("tokenOnBehalfOfOwner", "true");
        }
        operation
    }
}

impl<'a, T: HarvestTarget + 'a> IntoFuture for HarvestRequest<'a, T> {
    type Output = Result<Evidence, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.evidence())
    }
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}
