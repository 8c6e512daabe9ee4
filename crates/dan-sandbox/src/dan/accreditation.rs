//! A stored permission: who may harvest which datasets about whom, until when, and where it stands.

use std::borrow::Cow;
use std::collections::BTreeMap;

use dan_model::OrganizationNumber;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::authorization_request::{LegalBasis, Parameter};
use super::harvest::EvidenceStatus;
use super::party::Party;
use super::reminder::Reminder;
use super::status_code::StatusCode;
use super::validity::ValidTo;
use crate::catalogue::{Catalogue, EvidenceCode, RequirementKind};
use crate::clock;

/// A stored permission.
pub(crate) struct Accreditation {
    pub(super) id: Uuid,
    /// The organization that the permission was given to.
    pub(super) owner: OrganizationNumber,
    pub(super) service_context: String,
    pub(super) requestor: Party,
    pub(super) subject: Option<Party>,
    pub(super) items: Vec<Item>,
    pub(super) legal_bases: Vec<LegalBasis>,
    pub(super) issued: Timestamp,
    pub(super) last_changed: Timestamp,
    pub(super) valid_to: ValidTo,
    pub(super) consent_reference: Option<String>,
    pub(super) external_reference: Option<String>,
    pub(super) language_code: String,
    pub(super) consent_receipt_redirect_url: Option<String>,
    pub(super) consent: Option<Consent>,
    pub(super) reminders: Vec<Reminder>,
}

/// A dataset of an accreditation.
pub(super) struct Item {
    pub(super) evidence_code: EvidenceCode,
    pub(super) parameters: Vec<Parameter>,
    pub(super) legal_basis_id: Option<String>,
    pub(super) source: Source,
}

impl Item {
    /// Whether the dataset needs the consent of somebody in a service context.
    pub(super) fn needs_consent(&self, service_context: &str) -> bool {
        self.evidence_code.authorization_requirements.iter().any(|requirement| {
            matches!(requirement.kind, RequirementKind::Consent { .. })
                && requirement.applies_to(service_context)
        })
    }
}

/// Where the source of a dataset stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// It answers at once.
    Ready,
    /// It works, and does not know how long.
    Working,
    /// It has an answer from this time on, and says so.
    ReadyFrom(Timestamp),
}

/// A request for consent in Altinn.
pub(super) struct Consent {
    pub(super) id: Uuid,
    pub(super) url: String,
    /// What the person has decided, as Altinn knows it.
    pub(super) decision: Option<Decision>,
    /// What Altinn told the service: the text of the receipt. A receipt can get lost.
    pub(super) receipt: Option<String>,
}

/// What a person decides in Altinn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Granted,
    Denied,
    Withdrawn,
}

impl Accreditation {
    /// The dataset of a name, whatever its case.
    pub(super) fn item(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.evidence_code.name.eq_ignore_ascii_case(name))
    }

    /// Whether a dataset waits for the consent of somebody.
    pub(super) fn needs_consent(&self, item: &Item) -> bool {
        item.needs_consent(&self.service_context)
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        now > self.valid_to.time
    }

    /// Where a dataset stands as far as the service knows without asking anybody.
    pub(super) fn status(&self, item: &Item, catalogue: &Catalogue, now: Timestamp) -> StatusCode {
        if catalogue.dataset(&item.evidence_code.name).is_none() {
            return StatusCode::UNAVAILABLE;
        }
        match &self.consent {
            Some(consent) if self.needs_consent(item) => match consent.receipt.as_deref() {
                Some(receipt) if !receipt.eq_ignore_ascii_case("ok") => StatusCode::DENIED,
                _ if self.is_expired(now) => StatusCode::EXPIRED,
                Some(_) => StatusCode::AVAILABLE,
                None => StatusCode::PENDING_CONSENT,
            },
            _ if item.evidence_code.is_asynchronous => StatusCode::AGGREGATE_UNKNOWN,
            _ => StatusCode::AVAILABLE,
        }
    }

    /// The status of each dataset, in the stored order.
    pub(super) fn statuses(&self, catalogue: &Catalogue, now: Timestamp) -> Vec<EvidenceStatus<'_>> {
        let status = |item| self.evidence_status(item, self.status(item, catalogue, now));
        self.items.iter().map(status).collect()
    }

    /// The status of a dataset on the wire.
    pub(super) fn evidence_status<'a>(&'a self, item: &'a Item, status: StatusCode) -> EvidenceStatus<'a> {
        EvidenceStatus {
            evidence_code_name: &item.evidence_code.name,
            status,
            valid_from: clock::with_offset(self.issued),
            valid_to: &self.valid_to.text,
        }
    }

    /// The first status that is not available decides; `looked_at` says how many datasets were looked at for it.
    pub(super) fn aggregate_status(&self, catalogue: &Catalogue, now: Timestamp) -> (StatusCode, usize) {
        let statuses = self.items.iter().map(|item| self.status(item, catalogue, now));
        let in_the_way = statuses.enumerate().find(|(_, status)| *status != StatusCode::AVAILABLE);
        match in_the_way {
            Some((position, status)) => (status, position + 1),
            None => (StatusCode::AVAILABLE, self.items.len()),
        }
    }

    /// The accreditation as the answer to the request for it shows it: nothing was looked at yet.
    pub(super) fn as_created(&self) -> Document<'_> {
        self.document(StatusCode::NOT_DETERMINED, 0)
    }

    /// The accreditation as a list shows it.
    pub(super) fn as_listed(&self, catalogue: &Catalogue, now: Timestamp) -> Document<'_> {
        let (status, looked_at) = self.aggregate_status(catalogue, now);
        self.document(status, looked_at)
    }

    fn document(&self, aggregate_status: StatusCode, looked_at: usize) -> Document<'_> {
        let evidence_code = |(position, item): (usize, &Item)| {
            let mut code = item.evidence_code.clone();
            code.parameters = Some(item.parameters.iter().map(Parameter::on_the_wire).collect());
            if position >= looked_at {
                code.authorization_requirements.clear();
            }
            code
        };
        Document {
            id: self.id.to_string(),
            requestor: self.requestor.norwegian_number(),
            subject: self.subject.as_ref().map(Party::identifier),
            subject_party: self.subject.as_ref().map(PartyOnTheWire::from),
            requestor_party: (&self.requestor).into(),
            aggregate_status,
            is_direct_harvest: false,
            evidence_codes: self.items.iter().enumerate().map(evidence_code).collect(),
            skipped_evidence_codes: BTreeMap::new(),
            issued: clock::with_offset(self.issued),
            last_changed: clock::with_offset(self.last_changed),
            valid_to: &self.valid_to.text,
            consent_reference: self.consent_reference.as_deref(),
            external_reference: self.external_reference.as_deref(),
            language_code: &self.language_code,
            service_context: &self.service_context,
            consent_receipt_redirect_url: self.consent_receipt_redirect_url.as_deref(),
            altinn_consent_url: self.consent.as_ref().map(|consent| consent.url.as_str()),
            altinn3_consent_id: self.consent.as_ref().map(|consent| consent.id.to_string()),
            altinn3_consent_status: self.consent.as_ref().and_then(|consent| consent.receipt.as_deref()),
        }
    }
}

/// An accreditation on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    id: String,
    requestor: Option<&'a str>,
    subject: Option<&'a str>,
    subject_party: Option<PartyOnTheWire<'a>>,
    requestor_party: PartyOnTheWire<'a>,
    aggregate_status: StatusCode,
    is_direct_harvest: bool,
    evidence_codes: Vec<EvidenceCode>,
    /// Nothing ever fills it.
    skipped_evidence_codes: BTreeMap<String, String>,
    issued: String,
    last_changed: String,
    valid_to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_reference: Option<&'a str>,
    language_code: &'a str,
    service_context: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_receipt_redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    altinn_consent_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    altinn3_consent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    altinn3_consent_status: Option<&'a str>,
}

/// A party on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartyOnTheWire<'a> {
    scheme: Option<&'static str>,
    id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    norwegian_organization_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    norwegian_social_security_number: Option<&'a str>,
}

impl<'a> From<&'a Party> for PartyOnTheWire<'a> {
    fn from(party: &'a Party) -> Self {
        let (scheme, id) = match party {
            Party::Organization(number) => (Some("iso6523-actorid-upis"), format!("0192:{number}").into()),
            Party::Person(number) => (Some("nor-freg"), number.expose().into()),
            Party::Foreign(identifier) => (Some("iso6523-actorid-upis"), identifier.into()),
            Party::Custom(identifier) => (None, identifier.into()),
        };
        let (organization, person) = match party {
            Party::Organization(number) => (Some(number.as_str()), None),
            Party::Person(number) => (None, Some(number.expose())),
            Party::Foreign(_) | Party::Custom(_) => (None, None),
        };
        Self {
            scheme,
            id,
            norwegian_organization_number: organization,
            norwegian_social_security_number: person,
        }
    }
}
