//! Reminding a subject who has not answered.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use dan_model::{ErrorCode, NotificationReminder};
use dan_transport::{Delivery, Error, ErrorKind, Operation, SubscriptionKey};

use super::handle::AccreditationHandle;
use super::status::name_of;
use crate::dataset_name::NameCase;
use crate::end::End;
use crate::once::{OnceOnly, Trace, once};

/// How long the service sends no other reminder after one that was sent.
pub const REMINDER_PAUSE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The same after one that failed, by the service's documentation.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(24 * 60 * 60);

const TEMPLATE: &str = "/accreditations/{accreditationId}/reminders";

/// What became of a reminder. The service answers with success also when it could reach nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReminderOutcome {
    /// It went out, in one way at least.
    #[non_exhaustive]
    Sent {
        /// One receipt for each way, such as e-mail.
        receipts: Vec<NotificationReminder>,
        /// When the service will send the next one at the earliest, by its clock.
        next_allowed: Option<SystemTime>,
    },
    /// It went out in no way. Nobody was reminded.
    #[non_exhaustive]
    Failed {
        /// One receipt for each way.
        receipts: Vec<NotificationReminder>,
    },
    /// None was sent, since the last one is too recent.
    #[non_exhaustive]
    TooSoon {
        /// When the service will send the next one at the earliest, by its clock.
        next_allowed: Option<SystemTime>,
    },
    /// None was sent: the consent has been given or denied already.
    AlreadyAnswered,
    /// None was sent: the time of the accreditation is over.
    Expired,
    /// None was sent: nothing in the accreditation needs consent.
    NothingToConsent,
}

/// A reminder of the subject (`POST /accreditations/{accreditationId}/reminders`) that is being put together; made by
/// [`AccreditationHandle::remind`]. Awaiting it sends it.
#[derive(Debug, Clone)]
#[must_use = "nobody is reminded until this is awaited"]
pub struct Reminder {
    accreditation: AccreditationHandle,
    deadline: Option<Duration>,
}

impl AccreditationHandle {
    /// Reminds the subject by e-mail and text message (`POST /accreditations/{accreditationId}/reminders`), at most once in
    /// seven days.
    ///
    /// It is not sent twice: when the answer gets lost, the client looks among the reminders for one that was not there
    /// before, and takes that for the answer; see [`RequestAuthorization`](crate::RequestAuthorization).
    ///
    /// The service judges a reminder in the service context of the subscription key. Where there are several keys and the
    /// context is not [known](Self::known_service_context), it follows from the datasets, and else from the lists.
    ///
    /// ```
    /// use dan_client::ReminderOutcome;
    /// # use dan_client::{DanClient, DatasetRequest};
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let authorization = client
    /// #     .request_authorization("991825827", "998997801")
    /// #     .dataset(DatasetRequest::new("RestanserV2").request_consent())
    /// #     .consent_reference("Tender 2026/17")
    /// #     .service_context("eBevis")
    /// #     .await?;
    /// # let accreditation = authorization.handle();
    /// match accreditation.remind().await? {
    ///     ReminderOutcome::Sent { next_allowed, .. } => println!("sent; the next one from {next_allowed:?}"),
    ///     ReminderOutcome::Failed { .. } => println!("nobody could be reached"),
    ///     ReminderOutcome::TooSoon { next_allowed, .. } => println!("not before {next_allowed:?}"),
    ///     other => println!("there is nothing to remind of: {other:?}"),
    /// }
    /// # assert!(matches!(accreditation.remind().await?, ReminderOutcome::TooSoon { next_allowed: Some(_), .. }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn remind(&self) -> Reminder {
        Reminder { accreditation: self.clone(), deadline: self.times().deadline }
    }

    /// The receipts of all reminders so far, one for each way of each (`GET /accreditations/{accreditationId}/reminders`).
    ///
    /// ```
    /// # use dan_client::DatasetRequest;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let authorization = client
    /// #     .request_authorization("991825827", "998997801")
    /// #     .dataset("UnitBasicInformation")
    /// #     .dataset(DatasetRequest::new("RestanserV2").request_consent())
    /// #     .consent_reference("Tender 2026/17")
    /// #     .service_context("eBevis")
    /// #     .await?;
    /// # let accreditation = authorization.into_handle();
    /// accreditation.remind().await?;
    /// for receipt in accreditation.reminders().await? {
    ///     println!("{:?} at {}: {}", receipt.notification_type, receipt.date, receipt.success);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such accreditation, or it is another organization's. Else those of any call.
    pub async fn reminders(&self) -> Result<Vec<NotificationReminder>, Error> {
        self.receipts(self.times().deadline.unwrap_or_else(|| self.client().deadline())).await
    }

    async fn receipts(&self, deadline: Duration) -> Result<Vec<NotificationReminder>, Error> {
        let operation = self.operation(Operation::get(TEMPLATE, self.any_key()?)).deadline(deadline);
        self.client().send(&operation).await.map_err(|error| self.not_found(error))?.json()
    }

    /// The subscription key of the accreditation's service context.
    async fn key_of_context(&self, end: End) -> Result<SubscriptionKey, Error> {
        let client = self.client();
        if let Some(key) = client.sole_subscription_key(self.known_service_context()) {
            return Ok(key);
        }
        let statuses = end.bound(client.clock(), "reading the status", self.status()).await?;
        let datasets: Vec<&str> = statuses.iter().map(name_of).collect();
        let context = self.known_service_context();
        self.listed().subscription_key(client, context, &datasets, NameCase::Counts, end).await
    }

    /// The service answers an unknown id with a refusal that has no word in it.
    fn not_found(&self, error: Error) -> Error {
        let is_from_gateway = error.delivery() == Delivery::NotSent;
        if error.kind() != ErrorKind::Forbidden || error.service_error().is_some() || is_from_gateway {
            return error;
        }
        let message = format!("there is no accreditation '{}' of the caller's organization", self.id());
        error.reworded(message).with_kind(ErrorKind::NotFound)
    }
}

impl Reminder {
    /// How long it may take in all, finding out about a lost answer included. Unless said, it is 10 minutes, or the client's
    /// own [deadline](crate::DanClientBuilder::deadline) where that was said and is shorter.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends it, as awaiting it does.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such accreditation, or it is another organization's;
    /// [`ErrorKind::Configuration`] lists the service contexts when it cannot be known whose key to use. Else those of any
    /// call; [`Delivery::Unknown`] when it cannot be known whether it was sent.
    pub async fn send(self) -> Result<ReminderOutcome, Error> {
        let accreditation = &self.accreditation;
        let client = accreditation.client();
        let (clock, end) = (client.clock(), client.end_of_once(self.deadline));
        let before = accreditation.receipts(end.left(clock).min(client.deadline())).await?;
        let key = accreditation.key_of_context(end).await?;
        let attempt = Attempt { accreditation, key, before: before.len() };
        let receipts = match once(&attempt, clock, end).await {
            Ok(receipts) => receipts,
            Err(error) => return refusal(error, &before),
        };
        if receipts.iter().any(|receipt| receipt.success) {
            let next_allowed = next_allowed(&receipts);
            Ok(ReminderOutcome::Sent { receipts, next_allowed })
        } else {
            Ok(ReminderOutcome::Failed { receipts })
        }
    }
}

impl IntoFuture for Reminder {
    type Output = Result<ReminderOutcome, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A reminder on its way.
struct Attempt<'a> {
    accreditation: &'a AccreditationHandle,
    key: SubscriptionKey,
    /// How many receipts there were before.
    before: usize,
}

impl OnceOnly for Attempt<'_> {
    type Effect = Vec<NotificationReminder>;

    async fn send(&self, time_left: Duration) -> Result<Self::Effect, Error> {
        let accreditation = self.accreditation;
        let operation = Operation::post(TEMPLATE, self.key.clone(), "").once().deadline(time_left);
        accreditation.client().send(&accreditation.operation(operation)).await?.json()
    }

    async fn find(&self, time_left: Duration) -> Result<Trace<Self::Effect>, Error> {
        let mut receipts = self.accreditation.receipts(time_left).await?;
        let receipts = receipts.split_off(self.before.min(receipts.len()));
        Ok(if receipts.is_empty() { Trace::Nothing } else { Trace::Effect(receipts) })
    }

    fn question(&self) -> String {
        format!(
            "the reminder was sent. Look at the reminders of the accreditation '{}' before you send another",
            self.accreditation.id()
        )
    }
}

/// What a refusal means, in the words of a reminder.
fn refusal(error: Error, before: &[NotificationReminder]) -> Result<ReminderOutcome, Error> {
    match error.service_error().map(|said| said.code) {
        Some(ErrorCode::ConsentAlreadyAnswered) => Ok(ReminderOutcome::AlreadyAnswered),
        Some(ErrorCode::ConsentExpired) => Ok(ReminderOutcome::Expired),
        Some(ErrorCode::ConsentNotGranted) => Ok(ReminderOutcome::NothingToConsent),
        Some(ErrorCode::AuthorizationDenied) if error.kind() == ErrorKind::ReminderTooSoon => {
            Ok(ReminderOutcome::TooSoon { next_allowed: next_allowed(before) })
        }
        _ => Err(error),
    }
}

/// When there may be another reminder after these, by the service's clock.
fn next_allowed(receipts: &[NotificationReminder]) -> Option<SystemTime> {
    let latest = |success: bool| {
        let of_kind = receipts.iter().filter(|receipt| receipt.success == success);
        of_kind.filter_map(|receipt| receipt.date.parse().ok()?.system_time().ok()).max()
    };
    let after_success = latest(true).map(|date| date + REMINDER_PAUSE);
    after_success.max(latest(false).map(|date| date + PAUSE_AFTER_FAILURE))
}
