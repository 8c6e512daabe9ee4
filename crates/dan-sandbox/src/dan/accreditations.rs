//! What can be done with accreditations: status, harvest, list, deletion, reminders.

use bytes::Bytes;
use http::{Response, StatusCode as HttpStatus};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Dan;
use super::accreditation::{Accreditation, Decision, Item, Source};
use super::answer::{document, empty_answer};
use super::call::Call;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::harvest::Question;
use super::party::Party;
use super::reminder::Reminder;
use super::status_code::StatusCode;
use super::validation::{Asked, Inquiry, Way};
use crate::catalogue::Catalogue;
use crate::clock;

impl Dan {
    /// Where each dataset of an accreditation stands. Nobody else is asked; any key of the same owner sees it.
    pub(super) fn evidence_status(
        &self,
        call: &Call<'_>,
        id: &str,
        catalogue: &Catalogue,
    ) -> Result<Response<Bytes>, DanError> {
        let owner = &call.caller()?.owner;
        let accreditations = self.accreditations();
        let accreditation = find(&accreditations, id, |found| found.owner == *owner)
            .ok_or(ErrorCode::UnknownAccreditation)?;
        document(serde_json::to_string(&accreditation.statuses(catalogue, call.now))?, &call.query)
    }

    /// Harvests a dataset of an accreditation. The whole accreditation is validated anew first.
    pub(super) fn evidence_harvest(
        &self,
        call: &Call<'_>,
        id: &str,
        name: &str,
        catalogue: &Catalogue,
    ) -> Result<Response<Bytes>, DanError> {
        let caller = call.caller()?;
        let accreditations = self.accreditations();
        let accreditation = find(&accreditations, id, |found| found.owner == caller.owner)
            .ok_or(ErrorCode::UnknownAccreditation)?;
        Inquiry {
            way: Way::Harvest,
            caller: &caller,
            service_context: call.service_context()?,
            requestor: accreditation.requestor.norwegian_number(),
            subject: accreditation.subject.as_ref().map(Party::identifier),
            datasets: accreditation.items.iter().map(asked).collect(),
            legal_bases: &accreditation.legal_bases,
            valid_to: None,
            language_code: None,
            consent_reference: accreditation.consent_reference.as_deref(),
            external_reference: accreditation.external_reference.as_deref(),
            brings_own_token: call.brings_own_token(),
        }
        .validate(catalogue, &self.register, call.now)?;
        let item = accreditation.item(name).ok_or_else(|| {
            let text = format!("{name} is no evidence code of this accreditation");
            DanError::new(ErrorCode::EvidenceRequest, text)
        })?;
        accreditation.check_consent(item, call.now)?;
        check_source(item.source, call.now)?;
        let dataset = catalogue.dataset(&item.evidence_code.name).ok_or(ErrorCode::UnknownEvidenceCode)?;
        let parameters =
            item.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.text().into()));
        let question = Question {
            dataset,
            subject: accreditation.subject.as_ref(),
            parameters: parameters.collect::<Map<String, Value>>().into(),
        };
        let values = self.ask_source(&question, self.moment.of(call.now))?;
        self.deliver(accreditation.evidence_status(item, StatusCode::AVAILABLE), &values, &call.query)
    }

    /// The accreditations of the owner in the key's service context.
    pub(super) fn list(&self, call: &Call<'_>, catalogue: &Catalogue) -> Result<Response<Bytes>, DanError> {
        let owner = &call.caller()?.owner;
        let service_context = call.service_context()?;
        let requestor = call.query.value("requestor");
        let changed_after = call.query.value("changedafter").and_then(clock::read);
        let only_available = call.query.flag("onlyavailable");
        let accreditations = self.accreditations();
        let mut listed = Vec::new();
        for accreditation in accreditations.iter() {
            if accreditation.owner != *owner || accreditation.service_context != service_context {
                continue;
            }
            // One without a subject breaks the whole list.
            if accreditation.subject.is_none() {
                return Err(ErrorCode::Subject.into());
            }
            let is_wanted = requestor
                .is_none_or(|wanted| accreditation.requestor.norwegian_number() == Some(wanted))
                && changed_after.is_none_or(|after| accreditation.last_changed > after)
                && (!only_available
                    || accreditation.aggregate_status(catalogue, call.now).0 == StatusCode::AVAILABLE);
            if is_wanted {
                listed.push(accreditation.as_listed(catalogue, call.now));
            }
        }
        document(serde_json::to_string(&listed)?, &call.query)
    }

    /// Deletes an accreditation. A request for consent stays where it is.
    pub(super) fn delete(&self, call: &Call<'_>, id: &str) -> Result<Response<Bytes>, DanError> {
        let owner = &call.caller()?.owner;
        let mut accreditations = self.accreditations();
        let before = accreditations.len();
        accreditations
            .retain(|accreditation| !(is_called(accreditation, id) && accreditation.owner == *owner));
        let is_gone = accreditations.len() < before;
        Ok(empty_answer(if is_gone { HttpStatus::NO_CONTENT } else { HttpStatus::NOT_FOUND }))
    }

    /// The reminders of a request for consent so far.
    pub(super) fn reminders(&self, call: &Call<'_>, id: &str) -> Result<Response<Bytes>, DanError> {
        let owner = &call.caller()?.owner;
        let accreditations = self.accreditations();
        let Some(accreditation) = find(&accreditations, id, |found| found.owner == *owner) else {
            return Ok(empty_answer(HttpStatus::FORBIDDEN));
        };
        let receipts: Vec<_> = accreditation.reminders.iter().map(Reminder::receipt).collect();
        document(serde_json::to_string(&receipts)?, &call.query)
    }

    /// Reminds the subject, and tells of these reminders alone. What needs consent, and with which texts, is judged in the
    /// service context of the key.
    pub(super) fn remind(
        &self,
        call: &Call<'_>,
        id: &str,
        catalogue: &Catalogue,
    ) -> Result<Response<Bytes>, DanError> {
        let owner = &call.caller()?.owner;
        let mut accreditations = self.accreditations();
        let found = accreditations
            .iter_mut()
            .find(|accreditation| is_called(accreditation, id) && accreditation.owner == *owner);
        let Some(accreditation) = found else { return Ok(empty_answer(HttpStatus::FORBIDDEN)) };
        let service_context = call.service_context()?;
        let has_texts = catalogue.has_consent_texts(service_context);
        let reminders = accreditation.remind(*self.reminder_rules(), service_context, has_texts, call.now)?;
        let receipts: Vec<_> = reminders.iter().map(Reminder::receipt).collect();
        document(serde_json::to_string(&receipts)?, &call.query)
    }
}

impl Accreditation {
    /// A consent is asked about live. What the service remembers of a refusal, or of the end, comes first.
    fn check_consent(&self, item: &Item, now: Timestamp) -> Result<(), DanError> {
        let Some(consent) = self.consent.as_ref().filter(|_| self.needs_consent(item)) else { return Ok(()) };
        let name = &item.evidence_code.name;
        let refused = |text: &str| Err(DanError::new(ErrorCode::Consent, format!("{name}: {text}")));
        let was_denied = consent.receipt.as_ref().is_some_and(|receipt| !receipt.eq_ignore_ascii_case("ok"));
        match consent.decision {
            _ if was_denied => refused("The consent request was denied"),
            _ if self.is_expired(now) => refused("The consent has expired"),
            Some(Decision::Granted) => Ok(()),
            Some(Decision::Denied) => refused("The consent request was denied"),
            Some(Decision::Withdrawn) => refused("The consent has been revoked"),
            None => refused("The consent request is pending an answer"),
        }
    }
}

/// The time of the next try stands at the end of the text, in the service's time, without saying so.
fn check_source(source: Source, now: Timestamp) -> Result<(), DanError> {
    const WAITING: &str = "The data for the requested evidence is not yet available";
    match source {
        Source::Ready => Ok(()),
        Source::ReadyFrom(time) if now >= time => Ok(()),
        Source::ReadyFrom(time) => Err(DanError::new(
            ErrorCode::StillWaiting,
            format!(
                "{WAITING}. The evidence source suggests a retry should be made no earlier than: {}",
                time.strftime("%Y-%m-%dT%H:%M:%S")
            ),
        )),
        Source::Working => Err(DanError::new(ErrorCode::StillWaiting, WAITING)),
    }
}

fn asked(item: &Item) -> Asked<'_> {
    let parameters = item.parameters.iter();
    Asked {
        name: &item.evidence_code.name,
        parameters: parameters.map(|parameter| (parameter.name.as_str(), parameter.text())).collect(),
        legal_basis_id: item.legal_basis_id.as_deref(),
        requests_consent: true,
    }
}

fn find<'a>(
    accreditations: &'a [Accreditation],
    id: &str,
    is_allowed: impl Fn(&Accreditation) -> bool,
) -> Option<&'a Accreditation> {
    accreditations.iter().find(|accreditation| is_called(accreditation, id) && is_allowed(accreditation))
}

fn is_called(accreditation: &Accreditation, id: &str) -> bool {
    id.parse::<Uuid>().is_ok_and(|id| id == accreditation.id)
}
