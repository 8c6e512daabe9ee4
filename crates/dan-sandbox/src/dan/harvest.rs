//! Direct harvest: one dataset about one subject in one call. Nothing is stored.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Dan;
use super::answer::{CACHE, CACHE_HIT, json_answer, octets_answer};
use super::authentication::Caller;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::party::Party;
use super::query::Query;
use super::status_code::StatusCode;
use super::transform::transform;
use super::unenveloped::{self, Content};
use super::validation::{HarvestRequest, ValidRequest};
use crate::catalogue::{AnswerScope, EvidenceValue, ValueType};
use crate::clock;

/// The header that a caller's own token for the source comes in.
const FORWARDED_TOKEN: HeaderName = HeaderName::from_static("x-forward-access-token");

/// The header with the signature over the body.
const SIGNATURE: HeaderName = HeaderName::from_static("x-signature-jwt");

/// The end of an accreditation is computed before its start is taken: the service's lifetimes are that much short.
const VALIDATION_TIME: SignedDuration = SignedDuration::from_millis(1);

/// A harvest in its envelope.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Evidence<'a> {
    evidence_status: EvidenceStatus<'a>,
    evidence_values: &'a [EvidenceValue],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EvidenceStatus<'a> {
    evidence_code_name: &'a str,
    status: StatusCode,
    valid_from: String,
    valid_to: String,
}

impl Dan {
    /// Answers a direct harvest.
    pub(super) fn direct_harvest(
        &self,
        request: &Request<Bytes>,
        dataset: &str,
        service_context: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Response<Bytes>, DanError> {
        let query = Query::parse(request.uri().query());
        let body_subject = if request.method() == Method::POST { subject_of(request.body()) } else { None };
        let valid = HarvestRequest {
            caller,
            service_context,
            dataset,
            requestor: query.value("requestor"),
            subject: query.value("subject").or(body_subject.as_deref()),
            parameters: query.dataset_parameters().collect(),
            brings_own_token: brings_own_token(request.headers(), &query),
        }
        .validate(&self.catalogue, &self.register)?;
        let values = self.ask_source(&valid, &query, now)?;
        if let Some(binary) = values.iter().find(|value| value.value_type == ValueType::Binary) {
            return Ok(harvested(octets_answer(unenveloped::decoded(binary)?)));
        }
        if query.wants_envelope() {
            return self.signed(self.enveloped(valid.dataset.name(), &values, now)?);
        }
        match unenveloped::content(&values)? {
            Content::Json(text) => self.signed(transform(&text, query.value("query"))?.unwrap_or(text)),
            Content::Bytes(bytes) => Ok(harvested(octets_answer(bytes))),
            Content::Nothing => Ok(harvested(Response::new(Bytes::new()))),
        }
    }

    fn ask_source(
        &self,
        request: &ValidRequest<'_>,
        query: &Query,
        now: Timestamp,
    ) -> Result<Vec<EvidenceValue>, DanError> {
        let (unit, person) = match &request.subject {
            Some(Party::Organization(number)) => (self.register.unit(number), None),
            Some(Party::Person(number)) => (None, self.register.person(number)),
            Some(Party::Foreign(_) | Party::Custom(_)) | None => (None, None),
        };
        let parameters: Map<_, _> =
            query.dataset_parameters().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let scope = AnswerScope {
            subject: request.subject.as_ref().map(Party::identifier),
            unit: unit.unwrap_or(&Value::Null),
            person: person.unwrap_or(&Value::Null),
            parameters: &parameters.into(),
            now,
        };
        Ok(request.dataset.answer.give(&scope)??)
    }

    /// The envelope of an accreditation that lives for this one answer.
    fn enveloped(&self, dataset: &str, values: &[EvidenceValue], now: Timestamp) -> Result<String, DanError> {
        let lifetime = SignedDuration::from_hours(24 * i64::from(self.catalogue.valid_days()));
        let valid_to = (now - VALIDATION_TIME).saturating_add(lifetime);
        let evidence = Evidence {
            evidence_status: EvidenceStatus {
                evidence_code_name: dataset,
                status: StatusCode::AVAILABLE,
                valid_from: clock::with_offset(now),
                valid_to: clock::with_offset(valid_to.unwrap_or(Timestamp::MAX)),
            },
            evidence_values: values,
        };
        Ok(serde_json::to_string(&evidence)?)
    }

    /// A JSON answer with a signature over exactly its bytes.
    fn signed(&self, body: String) -> Result<Response<Bytes>, DanError> {
        let digest: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        let signature = self
            .signature_key
            .sign(&json!({ "alg": "RS256", "typ": "JWT" }), &json!({ "SHA256PayloadDigest": digest }))?;
        let mut answer = harvested(json_answer(body));
        answer
            .headers_mut()
            .insert(SIGNATURE, HeaderValue::try_from(signature).map_err(|_| ErrorCode::Internal)?);
        Ok(answer)
    }
}

/// Marks an answer for which the list of datasets was looked up.
fn harvested(mut answer: Response<Bytes>) -> Response<Bytes> {
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

fn brings_own_token(headers: &HeaderMap, query: &Query) -> bool {
    headers.contains_key(FORWARDED_TOKEN) || query.flag("reuseToken") || query.flag("tokenOnBehalfOfOwner")
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
