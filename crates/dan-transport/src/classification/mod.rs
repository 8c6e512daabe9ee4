//! Whether an answer is the data, an error of the service, an error of the gateway, or neither's.

mod gateway;
mod retry_after;
mod sender_time;
mod service;
mod unlabelled;

use std::borrow::Cow;
use std::time::SystemTime;

use dan_model::mask_personal_numbers;
use url::Url;

use self::sender_time::SenderTime;
use crate::answer_head::AnswerHead;
use crate::error::Error;

/// The longest part of a foreign text that is worth showing.
const SHOWN_CHARACTERS: usize = 1_000;

/// Whether what follows the head is what was asked for.
pub(crate) fn is_data(head: &AnswerHead) -> bool {
    head.status.is_success() && (head.is_json() || !is_page(head)) && head.unasked_encoding().is_none()
}

/// What an answer that is no data means. `body` is none when it is longer than any error; `base` is where the request went;
/// `now` is when the answer came.
///
/// The service's own codes count before the HTTP status: some come as 500 that are no failures of the service.
pub(crate) fn failure(head: &AnswerHead, body: Option<&[u8]>, base: &Url, now: SystemTime) -> Error {
    let time = SenderTime::of(head, now);
    let retry_at = retry_after::time(head, time);
    let error = if let Some(said) = body.and_then(service::read) {
        service::error(&said, head.status, retry_at, time)
    } else if let Some(said) = body.and_then(gateway::read) {
        gateway::error(&said.message, head.status, retry_at, now)
    } else {
        unlabelled::error(head, body, base, retry_at)
    };
    head.told_of(error)
}

/// The way in for the fuzz target: what becomes of an answer, unless it is data.
#[cfg(fuzzing)]
pub fn failure_for_fuzzing<'a>(
    status: u16,
    headers: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    body: &[u8],
) -> Option<Error> {
    let header = |(name, value): (&[u8], &[u8])| {
        Some((http::HeaderName::from_bytes(name).ok()?, http::HeaderValue::from_bytes(value).ok()?))
    };
    let head = AnswerHead {
        status: http::StatusCode::from_u16(status).ok()?,
        headers: headers.filter_map(header).collect(),
    };
    let base = Url::parse("https://dan.example.no/v1").ok()?;
    (!is_data(&head)).then(|| failure(&head, Some(body), &base, SystemTime::UNIX_EPOCH))
}

/// The service answers JSON or bytes. Text, pages and XML come from something on the way, such as a proxy that wants a
/// log-in.
fn is_page(head: &AnswerHead) -> bool {
    let Some(media_type) = head.media_type() else { return false };
    let media_type = media_type.to_ascii_lowercase();
    media_type.starts_with("text/") || media_type == "application/xml" || media_type.ends_with("+xml")
}

/// A foreign text in one line, of a readable length, without personal numbers. Sources may put whole reports into a text.
fn shown(text: &str) -> String {
    let words =
        text.split(|sign: char| sign.is_whitespace() || sign.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let line = mask_personal_numbers(line.trim_end_matches('.'));
    match line.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => Cow::into_owned(line),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use http::{HeaderValue, StatusCode};

    use super::*;
    use crate::error::{Delivery, ErrorKind};

    /// Status, headers and body.
    type Case = (u16, &'static [(&'static str, &'static str)], &'static str);

    fn head(status: u16, headers: &[(&'static str, &'static str)]) -> AnswerHead {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        AnswerHead { status: StatusCode::from_u16(status).unwrap(), headers: headers.collect() }
    }

    fn error(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Error {
        let base = "https://dan.example.no/v1".parse().unwrap();
        failure(&head(status, headers), Some(body.as_bytes()), &base, UNIX_EPOCH)
    }

    /// What a caller can ask of an error, in one line, and what a person reads.
    fn outline(error: &Error) -> String {
        let retry_at = error.retry_at().map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs());
        format!(
            "{} by {}, code {:?}, detail {:?}, status {:?}, id {:?}, {:?}, {:?} at {retry_at:?}\n    {error}",
            error.kind().as_str(),
            error.origin().as_str(),
            error.code(),
            error.detail_code(),
            error.status(),
            error.request_id(),
            error.delivery(),
            error.retry(),
        )
    }

    #[test]
    fn every_code_of_the_service_becomes_an_error() {
        let known = (0..10_000)
            .map(dan_model::ErrorCode::from)
            .filter(|code| !matches!(code, dan_model::ErrorCode::Unknown(_)));
        let outlines: Vec<String> = known
            .map(|code| {
                let body = format!(r#"{{"code":{code},"description":"Text","invocationId":"7d0c-{code}"}}"#);
                outline(&error(code.http_status().unwrap(), &[], &body))
            })
            .collect();
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(outlines.join("\n")) });
    }

    #[test]
    fn what_one_code_mixes_is_told_apart() {
        let consent = "There was an error regarding consent with one or more of the evidence codes requested";
        let not_ready = "The data is not yet available, a retry should be made no earlier than";
        let cases = [
            (403, 1010, format!("{consent}: A: The consent request is pending")),
            (403, 1010, format!("{consent}: A: The consent request was denied or withdrawn")),
            (403, 1010, format!("{consent}: A: The consent has expired")),
            (403, 1010, format!("{consent}: nothing to consent to")),
            (
                403,
                1019,
                "The request has been denied authorization: A reminder was sent within 7 days".into(),
            ),
            (403, 1019, "The request has been denied authorization: A: lacks the scope 'x'".into()),
            (503, 1016, format!("{not_ready}: 1970-01-02T00:00:00")),
            (503, 1016, "The data is not yet available".into()),
            (400, 1999, "New".into()),
            (401, 1999, "New".into()),
            (403, 1999, "New".into()),
            (404, 1999, "New".into()),
            (503, 1999, "New".into()),
        ];
        let outlines = cases.map(|(status, code, description)| {
            let body =
                serde_json::json!({ "code": code, "description": description, "invocationId": "7d0c" });
            outline(&error(status, &[], &body.to_string()))
        });
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(outlines.join("\n")) });
    }

    #[test]
    fn a_source_is_quoted_and_personal_numbers_are_not() {
        let error = error(
            400,
            &[],
            r#"{"code":3002,"description":"There was a permanent error","detailCode":"BRREG-1","detailDescription":"15867010022\n was not found",
            "stacktrace":"at 15867010022","subject":"15867010022","invocationId":"15867010022 or so"}"#,
        );
        insta::assert_snapshot!(outline(&error));
        assert_eq!(
            error.service_error().unwrap().detail_description.as_deref(),
            Some("***********\n was not found")
        );
        assert!(
            !format!("{error:?} {:?}", serde_json::to_string(error.service_error().unwrap()))
                .contains("15867010022")
        );
    }

    #[test]
    fn a_report_in_a_text_is_cut() {
        let body = serde_json::json!({ "code": 1015, "description": "æ ".repeat(10_000) }).to_string();
        let message = error(500, &[], &body).to_string();
        assert!(message.len() < 4_000 && message.contains('…'), "{message}");
    }

    #[test]
    fn the_gateway_is_told_apart() {
        const WAIT: &[(&str, &str)] = &[("retry-after", "42")];
        const DATE: &[(&str, &str)] = &[("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT")];
        let cases: [Case; 10] = [
            (400, &[], "Request body is larger than the limit"),
            (401, &[], "Access denied due to invalid subscription key."),
            (403, &[], "Out of call volume quota. Quota will be replenished in 1.02:03:04."),
            (403, &[], "Out of call volume quota."),
            (403, &[], "Forbidden for 15867010022"),
            (404, &[], "Resource not found"),
            (429, WAIT, "Rate limit is exceeded. Try again in 42 seconds."),
            (429, DATE, "Rate limit is exceeded."),
            (500, &[], "Internal server error"),
            (504, &[], "The backend did not answer"),
        ];
        let outlines = cases.map(|(status, headers, message)| {
            let body = serde_json::json!({ "statusCode": status, "message": message }).to_string();
            outline(&error(status, headers, &body))
        });
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(outlines.join("\n")) });
    }

    #[test]
    fn pages_redirects_and_empty_bodies_go_by_their_status() {
        const PAGE: &[(&str, &str)] = &[("content-type", "text/html; charset=utf-8")];
        const AWAY: &[(&str, &str)] = &[("location", "https://login.example.no/path?secret=15867010022")];
        const NEAR: &[(&str, &str)] = &[("location", "/login?secret=15867010022")];
        const ODD: &[(&str, &str)] = &[("location", "http://[::x/")];
        const NAMELESS: &[(&str, &str)] = &[("content-type", " ; charset=utf-8")];
        let cases: [Case; 19] = [
            (200, PAGE, "<html>Please log in</html>"),
            (204, &[("content-type", "application/soap+xml")], ""),
            (302, AWAY, ""),
            (308, NEAR, ""),
            (301, ODD, "{}"),
            (304, &[], ""),
            (400, PAGE, "<html>"),
            (401, &[], ""),
            (401, &[], "{}"),
            (403, &[], ""),
            (404, &[], ""),
            (404, PAGE, "<html>nginx</html>"),
            (407, PAGE, "<html>"),
            (418, &[], ""),
            (418, NAMELESS, "teapot"),
            (429, &[("retry-after", "1")], ""),
            (500, &[], ""),
            (502, PAGE, "<html>Bad gateway</html>"),
            (503, &[("retry-after", "5")], "\u{feff}{}"),
        ];
        let outlines = cases.map(|(status, headers, body)| outline(&error(status, headers, body)));
        let outlines = outlines.join("\n");
        assert!(!outlines.contains("secret"), "{outlines}");
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(outlines) });
    }

    #[test]
    fn an_empty_body_is_the_services_only_with_its_header() {
        const OF_SERVICE: &[(&str, &str)] = &[("x-invocationid", "7d0c")];
        let cases: [Case; 5] = [
            (401, OF_SERVICE, ""),
            (403, OF_SERVICE, ""),
            (404, OF_SERVICE, ""),
            (404, &[("x-invocationid", "")], ""),
            (500, OF_SERVICE, ""),
        ];
        let outlines = cases.map(|(status, headers, body)| outline(&error(status, headers, body)));
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(outlines.join("\n")) });
    }

    #[test]
    fn a_body_beyond_the_limit_is_not_taken_for_none() {
        let headers = [("x-invocationid", "7d0c"), ("content-type", "text/html")];
        let base = "https://dan.example.no/v1".parse().unwrap();
        let of_status = |status| failure(&head(status, &headers), None, &base, UNIX_EPOCH);
        for status in [401, 403, 404] {
            let error = of_status(status);
            assert_eq!((error.kind(), error.delivery()), (ErrorKind::UnexpectedAnswer, Delivery::Unknown));
        }
        assert_eq!(of_status(502).kind(), ErrorKind::Unavailable);
    }

    #[test]
    fn a_code_that_may_be_anybodys_is_not_the_services() {
        for (status, kind) in [(504, ErrorKind::Unavailable), (400, ErrorKind::UnexpectedAnswer)] {
            let body = format!(r#"{{"code":{status},"message":"upstream timeout"}}"#);
            let error = error(status, &[], &body);
            assert_eq!((error.kind(), error.code(), error.delivery()), (kind, None, Delivery::Unknown));
        }
        let of_tomorrow = error(400, &[], r#"{"code":1999,"invocationId":"7d0c"}"#);
        assert_eq!((of_tomorrow.code(), of_tomorrow.delivery()), (Some(1999), Delivery::Answered));
        let of_today = error(400, &[], r#"{"code":1007}"#);
        assert_eq!((of_today.code(), of_today.delivery()), (Some(1007), Delivery::Answered));
    }

    #[test]
    fn a_source_is_ready_by_our_clock_and_not_by_the_services() {
        let body = r#"{"code":1016,"description":"The data is not yet available: no earlier than: 2026-09-24T12:00:00"}"#;
        let date = [("date", "Thu, 24 Sep 2026 11:59:00 GMT")];
        let ready_at = error(503, &date, body).retry_at();
        assert_eq!(ready_at, Some(UNIX_EPOCH + Duration::from_secs(60)));
    }

    #[test]
    fn a_client_certificate_may_be_refused_by_a_page() {
        const PAGE: &[(&str, &str)] = &[("content-type", "text/html")];
        let page = |words: &str| format!("<html><head><title>400 {words}</title></head></html>");
        let missing = page("No required SSL certificate was sent");
        let refused = page("The SSL certificate error");
        let cases = [(400, &missing), (496, &missing), (400, &refused), (495, &refused)];
        let outlines = cases.map(|(status, body)| outline(&error(status, PAGE, body)));
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(outlines.join("\n")) });
        assert_eq!(error(404, PAGE, &refused).kind(), ErrorKind::UnexpectedAnswer);
        let of_service = format!(r#"{{"code":1007,"description":"{refused}"}}"#);
        assert_eq!(error(400, &[], &of_service).code(), Some(1007));
    }

    #[test]
    fn data_is_a_success_that_is_no_page() {
        for (status, content_type, is_data_) in [
            (200, "application/json", true),
            (200, "APPLICATION/JSON; charset=utf-8", true),
            (200, "text/json", true),
            (200, "application/octet-stream", true),
            (200, "application/pdf", true),
            (200, "", true),
            (200, "text/html", false),
            (200, "Text/Plain", false),
            (200, "application/xml", false),
            (200, "image/svg+xml", false),
            (301, "application/json", false),
            (404, "application/json", false),
        ] {
            assert_eq!(
                is_data(&head(status, &[("content-type", content_type)])),
                is_data_,
                "{status} {content_type}"
            );
        }
        assert!(is_data(&head(204, &[])));
    }

    #[test]
    fn the_request_id_stands_in_the_body_or_in_a_header() {
        let header = [("x-invocationid", "of-header")];
        let of_body = error(400, &header, r#"{"code":1007,"invocationId":"of-body"}"#);
        assert_eq!(of_body.request_id(), Some("of-body"));
        assert_eq!(error(404, &header, "").request_id(), Some("of-header"));
    }

    #[test]
    fn an_answer_that_tells_no_time_tells_none() {
        assert_eq!(error(429, &[("retry-after", "soon")], "").retry_at(), None);
        let at = UNIX_EPOCH + Duration::from_secs(9);
        assert_eq!(error(503, &[("retry-after", "9")], r#"{"code":1013}"#).retry_at(), Some(at));
    }
}
