//! Answers in which nobody's error stands: empty bodies, pages, redirects.

use std::time::SystemTime;

use dan_auth::ClientCertificateRefusal;
use dan_model::Retry;
use http::StatusCode;
use http::header::LOCATION;
use url::Url;

use super::shown;
use crate::answer_head::AnswerHead;
use crate::error::{Delivery, Error, ErrorKind, ErrorOrigin};

/// The service answers some errors without a body, but not without the id of the invocation in a header; pages come from
/// proxies and outages. `body` is none when it is longer than any error.
pub(super) fn error(
    head: &AnswerHead,
    body: Option<&[u8]>,
    base: &Url,
    retry_at: Option<SystemTime>,
) -> Error {
    let status = head.status;
    let number = head.status();
    if let Some(refusal) = body.and_then(|body| ClientCertificateRefusal::of_answer(number, body)) {
        let message = format!("what answered (HTTP {number}) did not pass the request on: {refusal}.");
        return Error::from_origin(
            ErrorKind::Unauthenticated,
            ErrorOrigin::Gateway,
            Delivery::NotSent,
            message,
        );
    }
    let is_empty = body.is_some_and(<[u8]>::is_empty);
    let is_of_service = is_empty && head.request_id().is_some();
    let origin = if is_of_service { ErrorOrigin::Dan } else { ErrorOrigin::Gateway };
    let (kind, delivery, message) = match status {
        // Something on the way wants a log-in, and says so in the service's place (RFC 6585 section 6).
        StatusCode::NETWORK_AUTHENTICATION_REQUIRED => (
            ErrorKind::UnexpectedAnswer,
            Delivery::NotSent,
            format!("the network wants a log-in first (HTTP {number}). Log in to it, and try again."),
        ),
        _ if status.is_server_error() => (
            ErrorKind::Unavailable,
            Delivery::Unknown,
            format!("the service cannot serve now (HTTP {number}). Try again later."),
        ),
        _ if status.is_redirection() && head.headers.contains_key(LOCATION) => (
            ErrorKind::UnexpectedAnswer,
            Delivery::Unknown,
            format!(
                "what answered (HTTP {number}) sends on to {}, which is not followed. Check the base URL, and any proxy on the way.",
                target(head, base)
            ),
        ),
        _ if status.is_success()
            && let Some(encoding) = head.unasked_encoding() =>
        {
            (
                ErrorKind::UnexpectedAnswer,
                Delivery::Unknown,
                format!(
                    "the answer (HTTP {number}) is packed as '{}', which was not asked for. Check any proxy on the way.",
                    shown(encoding)
                ),
            )
        }
        StatusCode::TOO_MANY_REQUESTS => (
            ErrorKind::Throttled,
            Delivery::NotSent,
            format!("too many requests (HTTP {number}). Ask less often."),
        ),
        StatusCode::NOT_FOUND if is_of_service => {
            (ErrorKind::NotFound, Delivery::Answered, format!("there is no such thing (HTTP {number})."))
        }
        StatusCode::FORBIDDEN if is_of_service => (
            ErrorKind::Forbidden,
            Delivery::Answered,
            format!("this is not there, or not for the one who asks (HTTP {number})."),
        ),
        // Whoever else says so has not let the request pass.
        StatusCode::UNAUTHORIZED if is_empty => (
            ErrorKind::Unauthenticated,
            if is_of_service { Delivery::Answered } else { Delivery::NotSent },
            format!(
                "the one who asks is not known (HTTP {number}). Check the subscription key and the access token."
            ),
        ),
        _ => (
            ErrorKind::UnexpectedAnswer,
            Delivery::Unknown,
            format!(
                "what answered (HTTP {number}{}) is not the service. Check the base URL, and any proxy on the way.",
                called(head)
            ),
        ),
    };
    Error::from_origin(kind, origin, delivery, message).with_retry(retry_of(status), retry_at)
}

/// Whether trying again helps, as far as a bare status tells.
pub(super) fn retry_of(status: StatusCode) -> Retry {
    match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Retry::BackOff,
        StatusCode::NETWORK_AUTHENTICATION_REQUIRED => Retry::Never,
        _ if status.is_server_error() => Retry::Once,
        _ => Retry::Never,
    }
}

/// Where a redirect leads: its origin alone, since a path or a query may hold anything.
fn target(head: &AnswerHead, base: &Url) -> String {
    match head.header(&LOCATION).map(|location| base.join(location)) {
        Some(Ok(url)) => shown(&url.origin().ascii_serialization()),
        _ => "what is no URL".to_owned(),
    }
}

fn called(head: &AnswerHead) -> String {
    match head.media_type() {
        Some(media_type) if !media_type.is_empty() => format!(", {}", shown(media_type)),
        _ => String::new(),
    }
}
