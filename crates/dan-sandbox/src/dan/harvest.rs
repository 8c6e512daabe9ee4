//! Harvests: one dataset about one subject, in its envelope or without.

use bytes::Bytes;
use http::{HeaderName, Method, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Dan;
use super::answer::{CACHE, CACHE_HIT, json_answer, octets_answer};
use super::call::Call;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::party::Party;
use super::query::Query;
use super::status_code::StatusCode;
use super::transform::transform;
use super::unenveloped::{self, Content};
use super::validation::{Asked, Inquiry, Way};
use crate::catalogue::{AnswerScope, Catalogue, Dataset, EvidenceValue, ValueType};
use crate::clock;

/// The header with the signature over the body.
const SIGNATURE: HeaderName = HeaderName::from_static("x-signature-jwt");

/// A harvest in its envelope.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Evidence<'a> {
    evidence_status: EvidenceStatus<'a>,
    evidence_values: &'a [EvidenceValue],
}

/// Where a harvested dataset stands.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EvidenceStatus<'a> {
    pub(super) evidence_code_name: &'a str,
    pub(super) status: StatusCode,
    pub(super) valid_from: String,
    pub(super) valid_to: &'a str,
}

/// What a source is asked.
pub(super) struct Question<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) subject: Option<&'a Party>,
    pub(super) parameters: Value,
}

impl Dan {
    /// Answers a direct harvest. The envelope is that of an accreditation that lives for this one answer.
    pub(super) fn direct_harvest(
        &self,
        call: &Call<'_>,
        dataset: &str,
        catalogue: &Catalogue,
    ) -> Result<Response<Bytes>, DanError> {
        let Call { request, query, .. } = call;
        let now = self.moment.of(call.now);
        let caller = call.caller()?;
        let body_subject = if request.method() == Method::POST { subject_of(request.body()) } else { None };
        let parameters = query.dataset_parameters().map(|(name, value)| (name, value.to_owned()));
        let asked = Asked {
            name: dataset,
            parameters: parameters.collect(),
            legal_basis_id: None,
            requests_consent: false,
        };
        let granted = Inquiry {
            way: Way::DirectHarvest,
            caller: &caller,
            service_context: call.service_context()?,
            requestor: query.value("requestor"),
            subject: query.value("subject").or(body_subject.as_deref()),
            datasets: vec![asked],
            legal_bases: &[],
            valid_to: None,
            language_code: None,
            consent_reference: None,
            external_reference: None,
            brings_own_token: call.brings_own_token(),
        }
        .validate(catalogue, &self.register, now)?;
        let parameters: Map<_, _> =
            query.dataset_parameters().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let dataset = granted.datasets.first().ok_or(ErrorCode::Internal)?;
        let question = Question { dataset, subject: granted.subject.as_ref(), parameters: parameters.into() };
        let values = self.ask_source(&question, now)?;
        let status = EvidenceStatus {
            evidence_code_name: dataset.name(),
            status: StatusCode::AVAILABLE,
            valid_from: clock::with_offset(now),
            valid_to: &granted.valid_to.text,
        };
        self.deliver(status, &values, query)
    }

    /// Gives values in the way that the query asks for.
    pub(super) fn deliver(
        &self,
        evidence_status: EvidenceStatus<'_>,
        values: &[EvidenceValue],
        query: &Query,
    ) -> Result<Response<Bytes>, DanError> {
        if let Some(binary) = values.iter().find(|value| value.value_type == ValueType::Binary) {
            return Ok(harvested(unenveloped::binary(binary)?));
        }
        if query.wants_envelope() {
            let evidence = Evidence { evidence_status, evidence_values: values };
            return self.signed(serde_json::to_string(&evidence)?);
        }
        self.deliver_bare(values, query)
    }

    /// Gives values without envelope.
    pub(super) fn deliver_bare(
        &self,
        values: &[EvidenceValue],
        query: &Query,
    ) -> Result<Response<Bytes>, DanError> {
        match unenveloped::content(values)? {
            Content::Json(text) => self.signed(transform(&text, query.value("query"))?.unwrap_or(text)),
            Content::Bytes(bytes) => Ok(harvested(octets_answer(bytes))),
            Content::Nothing => Ok(harvested(Response::new(Bytes::new()))),
        }
    }

    /// What the source has about a subject.
    pub(super) fn ask_source(
        &self,
        question: &Question<'_>,
        now: Timestamp,
    ) -> Result<Vec<EvidenceValue>, DanError> {
        let (unit, person) = match question.subject {
            Some(Party::Organization(number)) => (self.register.unit(number), None),
            Some(Party::Person(number)) => (None, self.register.person(number)),
            Some(Party::Foreign(_) | Party::Custom(_)) | None => (None, None),
        };
        let scope = AnswerScope {
            subject: question.subject.map(Party::identifier),
            unit: unit.unwrap_or(&Value::Null),
            person: person.unwrap_or(&Value::Null),
            parameters: &question.parameters,
            now,
        };
        let given: Result<_, DanError> =
            question.dataset.answer.give(&scope).map_err(DanError::from).and_then(|given| Ok(given?));
        // Of a source that gives a file the service knows no more than that it failed.
        if question.dataset.is_binary() { given.map_err(|_| ErrorCode::Upstream.into()) } else { given }
    }

    /// A JSON answer with a signature over exactly its bytes.
    fn signed(&self, body: String) -> Result<Response<Bytes>, DanError> {
        let signature = self.signer.sign(body.as_bytes())?;
        let mut answer = harvested(json_answer(body));
        answer.headers_mut().insert(SIGNATURE, signature);
        Ok(answer)
    }
}

/// Marks an answer for which the list of datasets was looked up.
pub(super) fn harvested(mut answer: Response<Bytes>) -> Response<Bytes> {
    answer.headers_mut().insert(CACHE, CACHE_HIT);
    answer
}

/// The subject of a POST body. Names are read without regard to case, numbers as texts; what is no JSON is ignored.
fn subject_of(body: &[u8]) -> Option<String> {
    let members: Map<String, Value> = serde_json::from_slice(body).ok()?;
    match members.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("subject"))?.1 {
        Value::String(subject) => Some(subject).filter(|subject| !subject.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_subject_of_a_body_leniently() {
        assert_eq!(subject_of(br#"{"subject":"15867010022"}"#).as_deref(), Some("15867010022"));
        assert_eq!(subject_of(br#"{"other":[],"Subject":991825827}"#).as_deref(), Some("991825827"));
        for ignored in [&b""[..], b"no json", b"[]", b"{}", br#"{"subject":null}"#, br#"{"subject":""}"#] {
            assert_eq!(subject_of(ignored), None);
        }
    }
}
