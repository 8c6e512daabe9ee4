//! The answers of the service, as they leave it.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::error::DanError;
use super::query::Query;
use super::transform::transform;

/// Tells where the list of datasets came from.
pub(super) const CACHE: HeaderName = HeaderName::from_static("x-cache");

/// The list of datasets came from the service's cache, as it does nearly always.
pub(super) const CACHE_HIT: HeaderValue = HeaderValue::from_static("hit-distributed");

/// A document that the service serialized itself: without charset.
pub(super) fn json_answer(body: String) -> Response<Bytes> {
    of_type("application/json", body.into())
}

/// A document that may be transformed before it is sent.
pub(super) fn document(text: String, query: &Query) -> Result<Response<Bytes>, DanError> {
    Ok(json_answer(transform(&text, query.value("query"))?.unwrap_or(text)))
}

/// A document that the framework serialized: with charset.
pub(super) fn framework_answer(body: String) -> Response<Bytes> {
    of_type("application/json; charset=utf-8", body.into())
}

/// No body at all.
pub(super) fn empty_answer(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Bytes of which the service does not know what they are.
pub(super) fn octets_answer(body: Vec<u8>) -> Response<Bytes> {
    of_type("application/octet-stream", body.into())
}

fn of_type(content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
