//! An accreditation whose service context nobody has said, found in the list of one.

use std::sync::Arc;

use dan_model::mask_personal_numbers;
use dan_transport::{Error, ErrorKind, SubscriptionKey};
use serde::de::IgnoredAny;
use tokio::sync::OnceCell;

use crate::accreditations::Filter;
use crate::client::DanClient;
use crate::dataset_name::NameCase;
use crate::end::End;
use crate::subscription_keys::Fitting;

/// An accreditation, and the subscription key in whose list it was found, once it had to be looked for. Clones share it.
#[derive(Debug, Clone)]
pub struct Listed {
    id: String,
    key: Arc<OnceCell<SubscriptionKey>>,
}

impl Listed {
    pub(super) fn new(id: String) -> Self {
        Self { id, key: Arc::default() }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The key for datasets of the accreditation. Where their metadata leaves several, the lists of these tell which one.
    pub(crate) async fn subscription_key(
        &self,
        client: &DanClient,
        service_context: Option<&str>,
        datasets: &[&str],
        case: NameCase,
        end: End,
    ) -> Result<SubscriptionKey, Error> {
        match client.fitting_keys(service_context, datasets, case, end).await? {
            Fitting::One(key) => Ok(key.clone()),
            Fitting::Several { keys, .. } => {
                self.key.get_or_try_init(|| self.find(client, keys, end)).await.cloned()
            }
        }
    }

    async fn find(
        &self,
        client: &DanClient,
        keys: Vec<&SubscriptionKey>,
        end: End,
    ) -> Result<SubscriptionKey, Error> {
        // What is no UUID stands in no list, and could say something else in the expression.
        let is_plain = self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        for key in keys.into_iter().filter(|_| is_plain) {
            let operation = Filter::default().operation(key.clone())?;
            let operation = operation.query("query", format!("[?id=='{}'].id", self.id));
            let answer = client.send(&operation.deadline(end.left(client.clock()))).await?;
            if !answer.json::<Vec<IgnoredAny>>()?.is_empty() {
                return Ok(key.clone());
            }
        }
        let message = format!(
            "the accreditation '{}' is in no list of the service contexts that may be its own. Check the id, or say the service context.",
            mask_personal_numbers(&self.id)
        );
        Err(Error::new(ErrorKind::NotFound, message))
    }
}
