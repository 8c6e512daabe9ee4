//! Whether an answer is the data, an error of the service, an error of the gateway, or neither's.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dan_model::{ErrorModel, GatewayError, mask_personal_numbers};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

use crate::answer::{Answer, media_type};
use crate::error::{Error, ErrorKind, ErrorOrigin};
use crate::error_code::{is_transient, kind};

/// The one place that decides what an answer is. `now` counts `Retry-After`.
pub(crate) fn classify(
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    now: SystemTime,
) -> Result<Answer, Error> {
    if status.is_success() && !is_page(&headers) {
        return Ok(Answer::new(status, headers, body));
    }
    let error = if let Ok(error) = serde_json::from_slice::<ErrorModel>(&body) {
        dan_error(error)
    } else if let Ok(error) = serde_json::from_slice::<GatewayError>(&body) {
        gateway_error(status, &error.message).with_retry(passes_by_itself(status), retry_at(&headers, now))
    } else {
        unlabelled_error(status, &body).with_retry(passes_by_itself(status), retry_at(&headers, now))
    };
    Err(error.with_status(status.as_u16()))
}

/// The member `code` tells the service's errors apart from the gateway's.
fn dan_error(error: ErrorModel) -> Error {
    let mut message = format!("DAN {}", error.code);
    for part in [error.description.as_deref(), error.detail_description.as_deref()].into_iter().flatten() {
        if !part.is_empty() {
            message.push_str(": ");
            message.push_str(in_one_line(part).trim_end_matches('.'));
        }
    }
    let message = format!("{}. {}", mask_personal_numbers(&message), error.code.advice());
    Error::from_origin(kind(error.code), ErrorOrigin::Dan, message)
        .with_code(error.code.value(), error.detail_code)
        .with_request_id(error.invocation_id)
        .with_retry(is_transient(error.code), None)
}

/// Sources may put whole reports into a text.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn gateway_error(status: StatusCode, said: &str) -> Error {
    let said = in_one_line(said);
    let said = mask_personal_numbers(said.trim_end_matches('.'));
    let (kind, advice) = match status {
        StatusCode::UNAUTHORIZED => (
            ErrorKind::Unauthenticated,
            "Check the subscription key: it belongs to one environment and one service context.",
        ),
        StatusCode::FORBIDDEN => (ErrorKind::Forbidden, "The subscription does not allow this now."),
        StatusCode::NOT_FOUND => (ErrorKind::NotFound, "Check the base URL."),
        StatusCode::TOO_MANY_REQUESTS => (ErrorKind::Throttled, "Ask less often."),
        _ if status.is_client_error() => (ErrorKind::InvalidRequest, "Check the request."),
        _ => (ErrorKind::Unavailable, "Try again later."),
    };
    let message = format!("the gateway answered HTTP {}: {said}. {advice}", status.as_u16());
    Error::from_origin(kind, ErrorOrigin::Gateway, message)
}

/// The service answers some errors without a body; pages come from proxies and outages.
fn unlabelled_error(status: StatusCode, body: &Bytes) -> Error {
    let number = status.as_u16();
    let (kind, message) = match status {
        _ if status.is_server_error() => (
            ErrorKind::Unavailable,
            format!("the service cannot serve now (HTTP {number}). Try again later."),
        ),
        StatusCode::TOO_MANY_REQUESTS => {
            (ErrorKind::Throttled, format!("too many requests (HTTP {number}). Ask less often."))
        }
        StatusCode::NOT_FOUND if body.is_empty() => {
            (ErrorKind::NotFound, format!("there is no such thing (HTTP {number})."))
        }
        StatusCode::FORBIDDEN if body.is_empty() => {
            (ErrorKind::Forbidden, format!("this is not there, or not for the one who asks (HTTP {number})."))
        }
        _ => (
            ErrorKind::UnexpectedAnswer,
            format!(
                "what answered (HTTP {number}) is not the service. Check the base URL, and any proxy on the way."
            ),
        ),
    };
    Error::from_origin(kind, ErrorOrigin::Gateway, message)
}

/// The service answers JSON or bytes. A page comes from something on the way, such as a proxy that wants a log-in.
fn is_page(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media_type| media_type.eq_ignore_ascii_case("text/html"))
}

/// Statuses of a gateway that pass by themselves.
fn passes_by_itself(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3), as the gateway's rate limit writes it.
fn retry_at(headers: &HeaderMap, now: SystemTime) -> Option<SystemTime> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    now.checked_add(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn error(status: u16, body: &'static str) -> Error {
        let status = StatusCode::from_u16(status).unwrap();
        classify(status, HeaderMap::new(), Bytes::from_static(body.as_bytes()), UNIX_EPOCH).unwrap_err()
    }

    fn outline(error: &Error) -> String {
        format!(
            "{} by {} ({:?}, {:?}, {:?}, retry {}): {error}",
            error.kind().as_str(),
            error.origin().as_str(),
            error.code(),
            error.status(),
            error.request_id(),
            error.is_retryable()
        )
    }

    #[test]
    fn the_services_own_code_counts_before_the_status() {
        let unknown = error(
            400,
            r#"{"code":1007,"description":"One or more of the evidence codes requested does not exist: Unknown evidence code: X","invocationId":"7d0c"}"#,
        );
        insta::assert_snapshot!(outline(&unknown), @r#"not_found by dan (Some(1007), Some(400), Some("7d0c"), retry false): DAN 1007: One or more of the evidence codes requested does not exist: Unknown evidence code: X. Dataset names are case-sensitive; the metadata lists them."#);
        let waiting = error(
            503,
            r#"{"code":1016,"description":"The data for the requested evidence is not yet available"}"#,
        );
        assert_eq!(waiting.kind(), ErrorKind::NotAvailableYet);
        assert!(waiting.is_retryable());
    }

    #[test]
    fn a_source_is_quoted_and_personal_numbers_are_not() {
        let error = error(
            400,
            r#"{"code":3002,"description":"There was a permanent error","detailCode":"BRREG-1","detailDescription":"15867010022 was not found"}"#,
        );
        assert_eq!(error.detail_code(), Some("BRREG-1"));
        assert!(error.to_string().contains("*********** was not found"), "{error}");
        assert!(!format!("{error:?}").contains("15867010022"));
    }

    #[test]
    fn a_code_of_tomorrow_goes_by_what_its_number_tells() {
        let unknown = error(400, r#"{"code":1999,"description":"New"}"#);
        assert_eq!((unknown.kind(), unknown.code()), (ErrorKind::InvalidRequest, Some(1999)));
    }

    #[test]
    fn the_gateway_is_told_apart() {
        let key =
            error(401, r#"{"statusCode":401,"message":"Access denied due to invalid subscription key."}"#);
        insta::assert_snapshot!(outline(&key), @"unauthenticated by gateway (None, Some(401), None, retry false): the gateway answered HTTP 401: Access denied due to invalid subscription key. Check the subscription key: it belongs to one environment and one service context.");
    }

    #[test]
    fn a_rate_limit_says_when() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, "42".parse().unwrap());
        let body = Bytes::from_static(br#"{"statusCode":429,"message":"Rate limit is exceeded."}"#);
        let error = classify(StatusCode::TOO_MANY_REQUESTS, headers, body, UNIX_EPOCH).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(error.retry_at(), Some(UNIX_EPOCH + Duration::from_secs(42)));
    }

    #[test]
    fn a_page_is_no_success() {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap());
        let body = Bytes::from_static(b"<html>Please log in</html>");
        let error = classify(StatusCode::OK, headers, body, UNIX_EPOCH).unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedAnswer, Some(200)));
    }

    #[test]
    fn pages_and_empty_bodies_go_by_their_status() {
        for (status, body, kind) in [
            (502, "<html>Bad gateway</html>", ErrorKind::Unavailable),
            (500, "", ErrorKind::Unavailable),
            (404, "", ErrorKind::NotFound),
            (403, "", ErrorKind::Forbidden),
            (404, "<html>nginx</html>", ErrorKind::UnexpectedAnswer),
            (302, "", ErrorKind::UnexpectedAnswer),
            (401, "{}", ErrorKind::UnexpectedAnswer),
        ] {
            assert_eq!(error(status, body).kind(), kind, "{status} {body}");
        }
    }
}
