//! What became of an authorization request: its answer, or the accreditation that it left behind.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dan_model::{
    Accreditation, AuthorizationRequest, Party, PartyIdentifier, Timestamp, mask_personal_numbers,
};
use dan_transport::{Delivery, Error, ErrorKind, Operation, SubscriptionKey};

use super::recent::Turn;
use crate::accreditations::Filter;
use crate::client::DanClient;
use crate::once::{OnceOnly, Trace};
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
    turn: Option<Turn>,
    /// How many earlier requests with the reference may have left an accreditation that nobody has seen.
    doubts: usize,
    /// When it began, by the client's clock.
    started: Duration,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        client: &'a DanClient,
        request: &'a AuthorizationRequest,
        key: SubscriptionKey,
        own_token: &OwnToken,
        turn: Option<Turn>,
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(request).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, format!("the request cannot be written: {error}"))
        })?;
        let operation = own_token.apply(Operation::post("/authorization", key.clone(), Bytes::from(body)))?;
        let started = client.clock().elapsed();
        Ok(Self { client, request, key, operation: operation.once(), turn, doubts: 0, started })
    }

    /// Notes that it is on its way. What earlier requests of unknown fate have left by now is looked for first, so that it is
    /// not taken for what comes of this one.
    pub(super) async fn begin(&mut self, time_left: Duration) {
        let is_in_doubt = self.turn.as_ref().is_some_and(|turn| turn.doubts() > 0);
        // What cannot be looked for stays in doubt.
        let left = if is_in_doubt { self.unseen(time_left).await.unwrap_or_default() } else { Vec::new() };
        if let Some(turn) = &mut self.turn {
            for accreditation in left {
                turn.settle(Some(&accreditation.id));
            }
            self.doubts = turn.doubts();
            turn.send(self.client.clock().elapsed());
        }
    }

    /// Notes what came of it. As long as nobody knows, it stays in doubt.
    pub(super) fn end(self, result: &Result<Accreditation, Error>) {
        let Some(mut turn) = self.turn else { return };
        match result {
            Ok(accreditation) => turn.settle(Some(&accreditation.id)),
            Err(error) if had_no_effect(error) => turn.settle(None),
            Err(_) => {}
        }
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

    /// The accreditations that may have come of it.
    async fn unseen(&self, time_left: Duration) -> Result<Vec<Accreditation>, Error> {
        let operation = self.filter().operation(self.key.clone())?.deadline(time_left);
        let mut listed: Vec<Accreditation> = self.client.send(&operation).await?.json()?;
        listed.retain(|accreditation| self.is_answered_by(accreditation));
        Ok(listed)
    }

    /// Whether an accreditation is what this request leaves behind.
    fn is_answered_by(&self, accreditation: &Accreditation) -> bool {
        let request = self.request;
        let asked =
            |name: &str| request.evidence_requests.iter().any(|asked| asked.evidence_code_name == name);
        accreditation.external_reference == request.external_reference
            && is_party(&request.requestor, &accreditation.requestor_party, accreditation.requestor.as_ref())
            && is_party(&request.subject, &accreditation.subject_party, accreditation.subject.as_ref())
            && accreditation.evidence_codes.iter().all(|given| asked(&given.evidence_code_name))
            && !self.turn.as_ref().is_some_and(|turn| turn.has_seen(&accreditation.id))
            && self.may_have_issued(&accreditation.issued)
    }

    /// Whether the time fits. As long as the service's time is unknown, every time does.
    fn may_have_issued(&self, issued: &Timestamp) -> bool {
        match (system_time(issued), self.started_by_service()) {
            (Some(issued), Some(started)) => issued >= before(started, SKEW),
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
            error.reworded(message)
        })
    }

    async fn find(&self, time_left: Duration) -> Result<Trace<Accreditation>, Error> {
        Ok(trace(self.unseen(time_left).await?, self.doubts, |accreditation| {
            system_time(&accreditation.issued)
        }))
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

/// Which of the things that may have come of a request did, when so many others may have left one, too. What is left beyond
/// those comes of this request: the last, since it was sent last.
fn trace<T>(unseen: Vec<T>, doubts: usize, issued: impl Fn(&T) -> Option<SystemTime>) -> Trace<T> {
    if (1..=doubts).contains(&unseen.len()) {
        return Trace::Unclear;
    }
    unseen.into_iter().max_by_key(issued).map_or(Trace::Nothing, Trace::Effect)
}

/// Whether a request that failed so surely left nothing.
fn had_no_effect(error: &Error) -> bool {
    match error.delivery() {
        Delivery::NotSent => true,
        // An answer that cannot be read may be a success.
        Delivery::Answered => error.kind() != ErrorKind::UnexpectedAnswer,
        _ => false,
    }
}

fn system_time(timestamp: &Timestamp) -> Option<SystemTime> {
    timestamp.parse().and_then(|parts| parts.system_time()).ok()
}

/// The party itself tells more than the bare number beside it, which a foreign party has none of.
fn is_party(asked: &PartyIdentifier, stored: &Party, number: Option<&PartyIdentifier>) -> bool {
    stored.identifier().as_ref().or(number).is_none_or(|stored| stored == asked)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    /// What is told of things that were issued at these seconds.
    fn told(unseen: &[u64], doubts: usize) -> String {
        let issued = |second: &u64| Some(UNIX_EPOCH + Duration::from_secs(*second));
        match trace(unseen.to_vec(), doubts, issued) {
            Trace::Effect(second) => format!("that of {second}"),
            Trace::Unclear => "unclear".to_owned(),
            Trace::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn only_what_no_other_request_can_have_left_is_the_effect() {
        assert_eq!((told(&[], 0), told(&[], 1)), ("nothing".into(), "nothing".into()));
        assert_eq!((told(&[3], 0), told(&[3], 1)), ("that of 3".into(), "unclear".into()));
        assert_eq!((told(&[7, 3], 1), told(&[7, 3], 2)), ("that of 7".into(), "unclear".into()));
    }
    #[test]
    fn a_party_is_known_by_itself_or_else_by_its_number() {
        for asked in ["991825827", "15867010022", "iso6523-actorid-upis::0007:5567037485", "of its own kind"]
        {
            let asked = PartyIdentifier::from(asked);
            let other = PartyIdentifier::from("998997801");
            let (itself, another, untold) = (Party::from(&asked), Party::from(&other), Party::new());
            assert!(is_party(&asked, &itself, None) && is_party(&asked, &itself, Some(&other)));
            assert!(!is_party(&asked, &another, None) && !is_party(&asked, &another, Some(&asked)));
            assert!(is_party(&asked, &untold, Some(&asked)) && !is_party(&asked, &untold, Some(&other)));
            assert!(is_party(&asked, &untold, None));
        }
    }
}
