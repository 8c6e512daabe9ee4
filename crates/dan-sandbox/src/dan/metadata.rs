//! What the service publishes about itself: datasets, service contexts, status and error codes.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use serde::Serialize;

use super::Dan;
use super::answer::{CACHE, CACHE_HIT, json_answer};
use super::error::DanError;
use super::error_code::ErrorCode;
use super::query::Query;
use super::status_code::StatusCode;
use super::transform::transform;
use crate::catalogue::{Dataset, ServiceContext};

/// An entry of the list of error codes.
#[derive(Serialize)]
struct PublishedError {
    code: u16,
    description: &'static str,
}

impl Dan {
    /// Every dataset, or those of a service context; an unknown context has none.
    pub(super) fn evidence_codes(
        &self,
        request: &Request<Bytes>,
        service_context: Option<&str>,
    ) -> Result<Response<Bytes>, DanError> {
        let belongs = |dataset: &Dataset| {
            let contexts = &dataset.evidence_code.belongs_to_service_contexts;
            service_context
                .is_none_or(|name| contexts.iter().any(|context| context.eq_ignore_ascii_case(name)))
        };
        let datasets = self.catalogue.datasets().iter().filter(|dataset| belongs(dataset));
        let codes: Vec<_> = datasets.map(|dataset| &dataset.evidence_code).collect();
        let mut answer = open_to_browsers(document(request, &codes)?);
        answer.headers_mut().insert(CACHE, CACHE_HIT);
        Ok(answer)
    }

    /// The names of the service contexts.
    pub(super) fn service_contexts(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, DanError> {
        let contexts = self.catalogue.service_contexts();
        let names: Vec<_> = contexts.iter().map(|ServiceContext { name, .. }| name).collect();
        document(request, &names).map(open_to_browsers)
    }
}

/// The status codes that are published.
pub(super) fn status_codes(request: &Request<Bytes>) -> Result<Response<Bytes>, DanError> {
    document(request, &StatusCode::PUBLISHED).map(open_to_browsers)
}

/// The error codes with their default texts.
pub(super) fn error_codes(request: &Request<Bytes>) -> Result<Response<Bytes>, DanError> {
    let codes = ErrorCode::ALL.map(|code| PublishedError { code: code.number(), description: code.text() });
    document(request, &codes.as_slice())
}

fn document(request: &Request<Bytes>, document: &impl Serialize) -> Result<Response<Bytes>, DanError> {
    let text = serde_json::to_string(document)?;
    let query = Query::parse(request.uri().query());
    Ok(json_answer(transform(&text, query.value("query"))?.unwrap_or(text)))
}

fn open_to_browsers(mut answer: Response<Bytes>) -> Response<Bytes> {
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}
