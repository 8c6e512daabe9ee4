//! A harvest that is being put together: the options that every way of harvesting has.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use dan_model::Evidence;
use dan_transport::{Error, Operation, SubscriptionKey};

use crate::accreditation::Listed;
use crate::auth::Secret;
use crate::client::DanClient;
use crate::dataset_name::NameCase;
use crate::end::End;
use crate::harvest::Harvest;
use crate::harvest::options::Options;
use crate::preflight::Question;
use crate::proof::{RequestRecord, SignatureKey, SignatureRule};

/// What an answer takes beside the time that the service waits for the source: the way, the token, the service's own work.
const OVERHEAD: Duration = Duration::from_secs(15);

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
/// | [`stream`](Self::stream) | the data while it arrives, whatever its size |
///
/// `T` is what is harvested: [`DirectHarvest`](crate::DirectHarvest) is one of them.
#[derive(Debug, Clone)]
#[must_use = "a harvest does nothing until it is sent"]
pub struct HarvestRequest<'a, T> {
    pub(crate) client: &'a DanClient,
    pub(crate) target: T,
    pub(crate) options: Options,
}

/// What can be harvested: a dataset at once, or one of an accreditation. It cannot be implemented elsewhere.
pub trait HarvestTarget: target::Target {}

impl<T: target::Target> HarvestTarget for T {}

pub(crate) mod target {
    use super::{Error, Listed, NameCase, Operation, Question, SubscriptionKey};

    /// What is harvested, and by which operation; the options that all have are added to it.
    pub trait Target: Send + Sync {
        /// The name of the dataset.
        fn dataset(&self) -> &str;

        /// Whether the dataset has to be named as the metadata spells it.
        fn name_case(&self) -> NameCase {
            NameCase::Counts
        }

        /// The operation with all that is the target's own.
        ///
        /// # Errors
        /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) names what may not be sent.
        fn operation(&self, key: SubscriptionKey) -> Result<Operation, Error>;

        /// The accreditation through which it is harvested.
        fn accreditation(&self) -> Option<&Listed> {
            None
        }

        /// An error of the harvest, with what the target knows more about it.
        fn explain(&self, error: Error) -> Error {
            error
        }

        /// What is asked, for the preflight check.
        fn question(&self) -> Question<'_> {
            Question::about(self.dataset())
        }
    }
}

impl<'a, T: HarvestTarget> HarvestRequest<'a, T> {
    pub(crate) fn new(client: &'a DanClient, target: T) -> Self {
        Self { client, target, options: Options::default() }
    }

    /// The service context whose subscription key is used.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let harvest = client.direct_harvest("UnitBasicInformation").subject("991825827").service_context("eDueDiligence");
    /// harvest.await?;
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let harvest = client.direct_harvest("Roller").service_context("eBevis").subject("991825827");
    /// let roles: Vec<String> = harvest.query("roller[].rolle").typed().await?;
    /// assert_eq!(roles[0], "DAGL");
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(mut self, expression: impl Into<String>) -> Self {
        self.options.query = Some(expression.into());
        self
    }

    /// Lets the service use the caller's own token towards the data source.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// client.direct_harvest("FregPerson").subject("15867010022").reuse_token().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn reuse_token(mut self) -> Self {
        self.options.own_token.reuse_token = true;
        self
    }

    /// Lets the service get a token of its own towards the data source, on behalf of the caller's organization.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// client.direct_harvest("FregPerson").subject("15867010022").token_on_behalf_of_owner().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_on_behalf_of_owner(mut self) -> Self {
        self.options.own_token.token_on_behalf_of_owner = true;
        self
    }

    /// Gives the service a token for the data source (`X-Forward-Access-Token`). It travels as it is, without `Bearer`.
    ///
    /// Together with [`reuse_token`](Self::reuse_token) or
    /// [`token_on_behalf_of_owner`](Self::token_on_behalf_of_owner) it is refused: only one token can reach the source, and
    /// the service does not say which.
    ///
    /// ```
    /// # use dan_client::{DanClient, Secret};
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let of_the_source = Secret::from("a token that the source takes");
    /// client.direct_harvest("FregPerson").subject("15867010022").forward_access_token(of_the_source).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn forward_access_token(mut self, token: Secret) -> Self {
        self.options.own_token.forwarded = Some(token);
        self
    }

    /// How long one attempt may take, instead of the client's own limit.
    ///
    /// Where the metadata is known and gives the dataset more time, an attempt gets that much: the service waits so long
    /// for the source. [`deadline`](Self::deadline) limits it all the same.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// use std::time::Duration;
    ///
    /// client.direct_harvest("TildaMetadatav1").timeout(Duration::from_secs(40)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.times.timeout = Some(timeout);
        self
    }

    /// How long the call may take with all its attempts, and with what it reads of the metadata before.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// use std::time::Duration;
    ///
    /// client.direct_harvest("TildaMetadatav1").deadline(Duration::from_secs(60)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.times.deadline = Some(deadline);
        self
    }

    /// Gives no answer but one that the service signed with `key`, whatever the client's own rule. Binary datasets and
    /// attachments without envelope are never signed.
    ///
    /// ```
    /// # use dan_client::{DanClient, SignatureKey};
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let key = SignatureKey::from_pem(std::fs::read(sandbox.signing_key_file())?)?;
    /// client.direct_harvest("TildaMetadatav1").require_signature(key).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn require_signature(mut self, key: SignatureKey) -> Self {
        self.options.signature_rule = Some(SignatureRule::Required(key));
        self
    }

    /// Takes answers that are not signed, too, where a signature is required. One that is there must be right all the same.
    ///
    /// ```
    /// # use dan_client::{DanClient, SignatureKey};
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let key = SignatureKey::from_pem(std::fs::read(sandbox.signing_key_file())?)?;
    /// let binary = client.direct_harvest("EksempelBinaer").subject("991825827").require_signature(key);
    /// assert!(binary.clone().bytes().await.is_err());
    /// assert_eq!(binary.accept_unsigned().bytes().await?.len(), 256);
    /// # Ok(())
    /// # }
    /// ```
    pub fn accept_unsigned(mut self) -> Self {
        self.options.signature_rule = Some(self.signature_rule().clone().accepting_unsigned());
        self
    }

    /// Finds out from the metadata what is wrong with the request before it is sent, and sends it only when nothing is: see
    /// [`preflight`](Self::preflight).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let error = client.direct_harvest("TildaMetadatav1").parameter("aar", "2026").checked().await.unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "nothing was sent, since it would be refused: the dataset has no parameter 'aar'"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    pub fn checked(mut self) -> Self {
        self.options.checked = true;
        self
    }

    pub(crate) async fn send(&self, envelope: bool) -> Result<Harvest, Error> {
        let end = self.end();
        let operation = self.operation(envelope, end).await?.deadline(end.left(self.client.clock()));
        let answer = match self.client.send(&operation).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.explained(error, end).await),
        };
        self.signature_rule().check(&answer)?;
        Ok(Harvest::new(answer, self.target.dataset().to_owned(), RequestRecord::of(operation), envelope))
    }

    /// When the call has to be over, with all that comes before its request and after.
    pub(super) fn end(&self) -> End {
        let said = self.options.times.deadline.or(self.client.inner().said_deadline);
        End::after(said.unwrap_or_else(|| self.needed().max(self.client.deadline())), self.client.clock())
    }

    pub(super) async fn operation(&self, envelope: bool, end: End) -> Result<Operation, Error> {
        self.options.check(envelope)?;
        if self.options.checked {
            let preflight = end.bound(self.client.clock(), "the preflight check", self.preflight());
            preflight.await?.require_clear()?;
        }
        let context = self.options.service_context.as_deref();
        let (dataset, case) = (self.target.dataset(), self.target.name_case());
        let key = match self.target.accreditation() {
            None => self.client.subscription_key(context, &[dataset], case, end).await?,
            // Boxed, so that it is no part of a direct harvest.
            Some(accreditation) => {
                Box::pin(accreditation.subscription_key(self.client, context, &[dataset], case, end)).await?
            }
        };
        Ok(self.with_time(self.options.apply(self.target.operation(key)?, envelope)?))
    }

    /// How long the dataset lets its source take, with the way there; nothing when that is not known.
    fn needed(&self) -> Duration {
        let known = self.client.known_timeout(self.target.dataset(), self.target.name_case());
        known.map(|timeout| timeout + OVERHEAD).unwrap_or_default()
    }

    /// The service waits for a source as long as the dataset says, which may be longer than the time that was allowed.
    fn with_time(&self, operation: Operation) -> Operation {
        let needed = self.needed();
        match self.options.times.timeout {
            Some(allowed) => operation.timeout(allowed.max(needed)),
            None if needed > self.client.inner().transport.timeout() => operation.timeout(needed),
            None => operation,
        }
    }

    /// What failed, with what is known of why.
    pub(super) async fn explained(&self, error: Error, end: End) -> Error {
        let error = self.target.explain(error);
        let asked = [self.target.dataset()];
        // Boxed, since most calls succeed.
        Box::pin(self.client.suggest_datasets(error, &asked, self.target.name_case(), end)).await
    }

    pub(super) fn signature_rule(&self) -> &SignatureRule {
        self.options.signature_rule.as_ref().unwrap_or(&self.client.inner().signature_rule)
    }
}

impl<'a, T: HarvestTarget + 'a> IntoFuture for HarvestRequest<'a, T> {
    type Output = Result<Evidence, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.evidence())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Callers hold many of these at a time.
    #[test]
    fn a_call_is_small() {
        let client = DanClient::builder().build().unwrap();
        let call = client.direct_harvest("UnitBasicInformation").typed::<serde_json::Value>();
        let size = size_of_val(&call);
        assert!(size <= 3072, "{size} bytes");
    }
}
