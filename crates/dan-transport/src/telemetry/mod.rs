//! What is told to the log: a span for the call, a span and an event for each attempt.

mod attribute;

use std::time::Duration;

use tracing::{Level, Span, field};
use url::Url;

use crate::error::{Delivery, Error};
use crate::operation::Operation;
use crate::server::Server;

use self::attribute::{
    ELAPSED_MS, ERROR_CODE, ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_REQUEST_RESEND_COUNT,
    HTTP_RESPONSE_STATUS_CODE, OTEL_KIND, OTEL_NAME, PAUSE_MS, REQUEST_ID, SERVER_ADDRESS, SERVER_PORT,
    URL_PATH, URL_TEMPLATE,
};

/// The placeholders whose values may be shown: names that the service publishes.
const SHOWN_PLACEHOLDERS: [&str; 2] = ["{evidenceCode}", "{serviceContext}"];

/// The span of a call: what the caller asked for.
pub(crate) fn call_span(operation: &Operation, server: &Server) -> Span {
    tracing::debug_span!(
        "call",
        { OTEL_NAME } = %name(operation),
        { OTEL_KIND } = "internal",
        { HTTP_REQUEST_METHOD } = operation.method.as_str(),
        { URL_TEMPLATE } = operation.template,
        { SERVER_ADDRESS } = server.host(),
        { SERVER_PORT } = server.port(),
        { HTTP_RESPONSE_STATUS_CODE } = field::Empty,
        { ERROR_TYPE } = field::Empty,
    )
}

/// The span of an attempt: what went over the wire.
pub(crate) fn attempt_span(operation: &Operation, server: &Server, resend_count: u32) -> Span {
    let span = tracing::debug_span!(
        "attempt",
        { OTEL_NAME } = %name(operation),
        { OTEL_KIND } = "client",
        { HTTP_REQUEST_METHOD } = operation.method.as_str(),
        { URL_TEMPLATE } = operation.template,
        { SERVER_ADDRESS } = server.host(),
        { SERVER_PORT } = server.port(),
        { HTTP_REQUEST_RESEND_COUNT } = field::Empty,
        { HTTP_RESPONSE_STATUS_CODE } = field::Empty,
        { ERROR_TYPE } = field::Empty,
    );
    if resend_count > 0 {
        span.record(HTTP_REQUEST_RESEND_COUNT, resend_count);
    }
    span
}

/// How a call or an attempt ended, on its span.
pub(crate) fn ended(span: &Span, status: Option<u16>, error: Option<&Error>) {
    if let Some(status) = status {
        span.record(HTTP_RESPONSE_STATUS_CODE, status);
    }
    if let Some(error) = error {
        span.record(ERROR_TYPE, error.kind().as_str());
    }
}

/// How an attempt ended, as an event.
pub(crate) fn attempt_ended(
    operation: &Operation,
    server: &Server,
    path: Option<&str>,
    status: Option<u16>,
    error: Option<&Error>,
    elapsed: Duration,
) {
    let message = match (status, error.map(Error::delivery)) {
        (Some(_), _) => "the service answered",
        (None, Some(Delivery::NotSent)) => "the request did not reach the service",
        (None, _) => "the service did not answer",
    };
    tracing::debug!(
        { HTTP_REQUEST_METHOD } = operation.method.as_str(),
        { SERVER_ADDRESS } = server.host(),
        { URL_TEMPLATE } = operation.template,
        { URL_PATH } = path,
        { HTTP_RESPONSE_STATUS_CODE } = status,
        { ERROR_TYPE } = error.map(|error| error.kind().as_str()),
        { ERROR_CODE } = error.and_then(Error::code),
        { REQUEST_ID } = error.and_then(Error::request_id),
        { ELAPSED_MS } = elapsed.as_secs_f64() * 1_000.0,
        "{message}"
    );
}

/// That an operation will be sent again.
pub(crate) fn pausing(error: &Error, pause: Duration) {
    tracing::debug!(
        { ERROR_TYPE } = error.kind().as_str(),
        { PAUSE_MS } = pause.as_secs_f64() * 1_000.0,
        "the request will be sent again"
    );
}

/// The path for the log, if anybody listens: with the names that the service publishes, and with the placeholders of
/// everything else.
pub(crate) fn shown_path(operation: &Operation, url: &Url, base: &Url) -> Option<String> {
    if !tracing::enabled!(Level::DEBUG) {
        return None;
    }
    let mut placeholders = operation.template.split('/').filter(|segment| segment.starts_with('{'));
    if placeholders.all(|placeholder| SHOWN_PLACEHOLDERS.contains(&placeholder)) {
        return Some(url.path().to_owned());
    }
    Some(format!("{}{}", base.path().trim_end_matches('/'), operation.template))
}

fn name(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.template)
}
