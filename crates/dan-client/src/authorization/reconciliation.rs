//! What became of an authorization request: its answer, or the accreditation that it left behind.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dan_model::{Accreditation, AuthorizationRequest, PartyIdentifier, Timestamp, mask_personal_numbers};
use dan_transport::{Delivery, Error, ErrorKind, Operation, SubscriptionKey};

use super::recent::Turn;
use crate::accreditations::Filter;
use crate::client::DanClient;
use crate::once::OnceOnly;
use crate::own_token::OwnToken;
use crate::service_time::before;

/// How far machines of the service may differ in their time.
const SKEW: Duration = Duration::from_secs(5);
/// How much earlier than the request the list begins: more than the machines' times differ.
const OVERLAP: Duration = Duration::from_secs(300);
/// The same while the service's time is unknown.
const WIDE_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// An authorization request on its way.
pub(super) struct Attempt<'a> {
    client: &'a DanClient,
    request: &'a AuthorizationRequest,
    key: SubscriptionKey,
    operation: Operation,
    /// The turn among requests with the same external reference; `None` when nobody else has the reference.
    turn: Option<&'a Turn>,
    /// When it began, by the client's clock.
    started: Duration,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        client: &'a DanClient,
        request: &'a AuthorizationRequest,
        key: SubscriptionKey,
        own_token: &OwnToken,
        turn: Option<&'a Turn>,
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(request).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, format!("the request cannot be written: {error}"))
        })?;
        let operation = own_token.apply(Operation::post("/authorization", key.clone(), Bytes::from(body)))?;
        let started = client.clock().elapsed();
        Ok(Self { client, request, key, operation: operation.once(), turn, started })
    }

    /// The service's time when the attempt began; never later than it was.
    fn started_by_service(&self) -> Option<SystemTime> {
        self.client.service_time().at(self.started_by_clock())
    }

    /// The time of the day when the attempt began, as the client's clock has it now.
    fn started_by_clock(&self) -> SystemTime {
        let clock = self.client.clock();
        before(clock.now(), clock.elapsed().saturating_sub(self.started))
    }

    /// The list of what may have come of it: it begins well before the attempt did.
    fn filter(&self) -> Filter {
        let changed_after = match self.started_by_service() {
            Some(started) => before(started, OVERLAP),
            None => before(self.started_by_clock(), WIDE_OVERLAP),
        };
        Filter {
            requestor: self.request.requestor.as_organization().cloned(),
            changed_after: Some(Timestamp::from(changed_after)),
            only_available: false,
        }
    }

    /// Whether an accreditation is what this request leaves behind.
    fn is_answered_by(&self, accreditation: &Accreditation) -> bool {
        let request = self.request;
        let asked =
            |name: &str| request.evidence_requests.iter().any(|asked| asked.evidence_code_name == name);
        accreditation.external_reference == request.external_reference
            && is_party(&request.requestor, accreditation.requestor.as_ref())
            && is_party(&request.subject, accreditation.subject.as_ref())
            && accreditation.evidence_codes.iter().all(|given| asked(&given.evidence_code_name))
            && !self.turn.is_some_and(|turn| turn.has_seen(&accreditation.id))
            && self.may_have_issued(&accreditation.issued)
    }

    /// Whether the time fits. As long as the service's time is unknown, every time does.
    fn may_have_issued(&self, issued: &Timestamp) -> bool {
        let issued = issued.parse().and_then(|parts| parts.system_time());
        match (issued, self.started_by_service()) {
            (Ok(issued), Some(started)) => issued >= before(started, SKEW),
            _ => true,
        }
    }
}

impl OnceOnly for Attempt<'_> {
    type Effect = Accreditation;

    async fn send(&self, time_left: Duration) -> Result<Accreditation, Error> {
        let answer = self.client.send(&self.operation.clone().deadline(time_left)).await?;
        answer.json().map_err(|error| {
            let message = format!(
                "the permission was granted, but the answer cannot be read: find it in the list of accreditations by {}",
                self.reference()
            );
            Error::new(error.kind(), message).with_delivery(Delivery::Answered).with_cause(error)
        })
    }

    async fn find(&self, time_left: Duration) -> Result<Option<Accreditation>, Error> {
        let operation = self.filter().operation(self.key.clone())?.deadline(time_left);
        let listed: Vec<Accreditation> = self.client.send(&operation).await?.json()?;
        Ok(listed.into_iter().find(|accreditation| self.is_answered_by(accreditation)))
    }

    fn question(&self) -> String {
        format!(
            "the permission was granted. Look in the list of accreditations for {} before you ask again: the subject \
             may have got a message",
            self.reference()
        )
    }
}

impl Attempt<'_> {
    /// The reference of the caller's own is theirs to know, should it hold a personal number.
    fn reference(&self) -> String {
        let reference = self.request.external_reference.as_deref().unwrap_or_default();
        let shown = if self.turn.is_some() { mask_personal_numbers(reference) } else { reference.into() };
        format!("the external reference '{shown}'")
    }
}

/// The service shows no number of a foreign party.
fn is_party(asked: &PartyIdentifier, stored: Option<&PartyIdentifier>) -> bool {
    stored.is_none_or(|stored| stored == asked)
}
