//! The calls that the sandbox received, secrets masked: for tests that check what a client sends, and for the log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use serde::Serialize;

use crate::mask::{MASK, is_secret_header, mask};

/// How much text is kept of one body.
const BODY_LIMIT: usize = 16 * 1024;

/// How much text is kept of all requests; the oldest give way.
const TOTAL_LIMIT: usize = 64 * 1024 * 1024;

/// A call as the sandbox received it. Tokens, assertions, keys and national identity numbers are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query as it came, without the question mark; empty when there was none.
    pub query: String,
    /// The headers, names in lower case; the values of a repeated header are joined with commas.
    pub headers: BTreeMap<String, String>,
    /// The body as text, at most 16 KiB of it; empty when there was none.
    pub body: String,
    /// What the sandbox answered.
    pub answer: RecordedAnswer,
}

/// What the sandbox answered to a call, masked likewise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedAnswer {
    /// The status code.
    pub status: u16,
    /// The headers, as in the request.
    pub headers: BTreeMap<String, String>,
    /// The body as text, at most 16 KiB of it; empty when there was none.
    pub body: String,
}

/// Keeps the calls in the order in which they were answered.
#[derive(Default)]
pub(crate) struct RequestLog {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    requests: VecDeque<RecordedRequest>,
    size: usize,
}

impl RequestLog {
    pub(crate) fn record(&self, request: RecordedRequest) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.size += request.size();
        kept.requests.push_back(request);
        while kept.size > TOTAL_LIMIT {
            let Some(oldest) = kept.requests.pop_front() else { break };
            kept.size -= oldest.size();
        }
    }

    pub(crate) fn clear(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.requests.iter().cloned().collect()
    }
}

impl RecordedRequest {
    pub(crate) fn new(request: &Request<Bytes>, answer: &Response<Bytes>) -> Self {
        Self {
            method: request.method().to_string(),
            path: mask(request.uri().path()).into_owned(),
            query: mask_fields(request.uri().query().unwrap_or_default()),
            headers: headers(request.headers()),
            body: body(request.headers(), request.body()),
            answer: RecordedAnswer {
                status: answer.status().as_u16(),
                headers: headers(answer.headers()),
                body: body(answer.headers(), answer.body()),
            },
        }
    }

    /// Method and address in one line.
    pub(crate) fn line(&self) -> String {
        let question_mark = if self.query.is_empty() { "" } else { "?" };
        format!("{} {}{question_mark}{}", self.method, self.path, self.query)
    }

    /// The length of the texts kept, roughly.
    fn size(&self) -> usize {
        let headers = |headers: &BTreeMap<String, String>| -> usize {
            headers.iter().map(|(name, value)| name.len() + value.len()).sum()
        };
        let texts = [&self.method, &self.path, &self.query, &self.body, &self.answer.body];
        let texts: usize = texts.into_iter().map(String::len).sum();
        texts + headers(&self.headers) + headers(&self.answer.headers)
    }
}

fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .keys()
        .map(|name| {
            let values: Vec<_> = headers
                .get_all(name)
                .into_iter()
                .map(|value| {
                    if is_secret_header(name.as_str()) {
                        MASK.into()
                    } else {
                        shown_value(name.as_str(), value)
                    }
                })
                .collect();
            (name.to_string(), values.join(","))
        })
        .collect()
}

/// A signature over an answer looks like a token and is none.
fn shown_value(name: &str, value: &http::HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    if name == "x-signature-jwt" { text.into_owned() } else { mask(&text).into_owned() }
}

fn body(headers: &HeaderMap, body: &Bytes) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(BODY_LIMIT)]);
    let is_form = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"));
    if is_form { mask_fields(&text) } else { mask(&text).into_owned() }
}

/// Masks a query or a form: the fields that hold secrets whatever they look like, and what [`mask`] finds.
fn mask_fields(fields: &str) -> String {
    let masked: Vec<_> = fields
        .split('&')
        .map(|field| match field.split_once('=') {
            Some((name @ ("assertion" | "subscription-key" | "code"), _)) => format!("{name}={MASK}"),
            _ => mask(field).into_owned(),
        })
        .collect();
    masked.join("&")
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn recorded(request: http::request::Builder, body: &'static str) -> RecordedRequest {
        let answer = Response::builder()
            .status(StatusCode::OK)
            .header("X-Signature-JWT", "eyJh.eyJT.c2ln")
            .body(Bytes::from_static(br#"{"access_token":"eyJh.eyJT.c2ln"}"#))
            .unwrap();
        RecordedRequest::new(&request.body(Bytes::from_static(body.as_bytes())).unwrap(), &answer)
    }

    #[test]
    fn shows_a_call_without_its_secrets() {
        let request =
            Request::post("https://127.0.0.1:1/v1/directharvest/X?subject=15867010022&subscription-key=abc")
                .header("Authorization", "Bearer secret")
                .header("Ocp-Apim-Subscription-Key", "secret")
                .header("Accept", "a")
                .header("Accept", "b");
        let recorded = recorded(request, r#"{"subject":"15867010022"}"#);
        insta::assert_json_snapshot!(recorded, @r#"
        {
          "method": "POST",
          "path": "/v1/directharvest/X",
          "query": "subject=***********&subscription-key=***",
          "headers": {
            "accept": "a,b",
            "authorization": "***",
            "ocp-apim-subscription-key": "***"
          },
          "body": "{\"subject\":\"***********\"}",
          "answer": {
            "status": 200,
            "headers": {
              "x-signature-jwt": "eyJh.eyJT.c2ln"
            },
            "body": "{\"access_token\":\"***\"}"
          }
        }
        "#);
        assert_eq!(recorded.line(), "POST /v1/directharvest/X?subject=***********&subscription-key=***");
    }

    #[test]
    fn shows_no_assertion_even_when_it_is_broken() {
        let request = Request::post("/token").header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(
            recorded(request, "grant_type=x&assertion=eyJh%0Asecret").body,
            "grant_type=x&assertion=***"
        );
    }

    #[test]
    fn the_oldest_give_way() {
        let log = RequestLog::default();
        let template = recorded(Request::get("/"), "");
        let large = RecordedRequest { body: "x".repeat(TOTAL_LIMIT / 2), ..template };
        for method in ["ONE", "TWO", "THREE"] {
            log.record(RecordedRequest { method: method.into(), ..large.clone() });
        }
        let kept: Vec<_> = log.requests().into_iter().map(|request| request.method).collect();
        assert_eq!(kept, ["THREE"]);
    }
}
