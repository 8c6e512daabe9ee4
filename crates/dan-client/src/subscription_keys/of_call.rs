//! Which subscription key a call uses.

use dan_transport::{Error, SubscriptionKey};

use super::{Choice, Fitting};
use crate::client::DanClient;
use crate::dataset_name::NameCase;
use crate::end::End;

impl DanClient {
    /// A key for what every key of the caller's can see.
    pub(crate) fn any_subscription_key(
        &self,
        service_context: Option<&str>,
    ) -> Result<SubscriptionKey, Error> {
        self.inner().subscription_keys.any(self.service_context_or(service_context)).cloned()
    }

    /// The key for what belongs to one service context and to no dataset.
    pub(crate) fn context_subscription_key(
        &self,
        service_context: Option<&str>,
    ) -> Result<SubscriptionKey, Error> {
        self.inner().subscription_keys.for_context(self.service_context_or(service_context)).cloned()
    }

    /// The key of the service context that is named, or the only one; `None` when there are several to choose from.
    pub(crate) fn sole_subscription_key(&self, service_context: Option<&str>) -> Option<SubscriptionKey> {
        match self.inner().subscription_keys.choose(self.service_context_or(service_context)) {
            Ok(Choice::Key(key)) => Some(key.clone()),
            _ => None,
        }
    }

    /// The key of the service context that is named, or of the client's, or of the one that has all these datasets.
    pub(crate) async fn subscription_key(
        &self,
        service_context: Option<&str>,
        datasets: &[&str],
        case: NameCase,
        end: End,
    ) -> Result<SubscriptionKey, Error> {
        match self.fitting_keys(service_context, datasets, case, end).await? {
            Fitting::One(key) => Ok(key.clone()),
            Fitting::Several { ambiguity, .. } => Err(ambiguity),
        }
    }

    /// The same, with all that fit where nothing decides between them.
    pub(crate) async fn fitting_keys(
        &self,
        service_context: Option<&str>,
        datasets: &[&str],
        case: NameCase,
        end: End,
    ) -> Result<Fitting<'_>, Error> {
        let keys = &self.inner().subscription_keys;
        match keys.choose(self.service_context_or(service_context))? {
            Choice::Key(key) => Ok(Fitting::One(key)),
            Choice::ByMetadata => {
                let read = self.metadata().evidence_codes_with(datasets);
                let what = "choosing the subscription key by the metadata";
                let evidence_codes = end.bound(self.clock(), what, read).await?;
                let spelt: Vec<&str> =
                    datasets.iter().map(|name| case.spelling(name, &evidence_codes)).collect();
                keys.fitting(&spelt, &evidence_codes)
            }
        }
    }

    fn service_context_or<'a>(&'a self, named: Option<&'a str>) -> Option<&'a str> {
        named.or(self.inner().service_context.as_deref())
    }
}
