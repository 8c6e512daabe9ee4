//! The calls that the sandbox received, secrets masked: for tests that check what a client sends, and for the log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Request, Response, StatusCode, header};
use serde::Serialize;

use crate::mask::Mask;

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

/// Keeps the calls in the order in which they were answered. They are masked when they are shown.
pub(crate) struct RequestLog {
    mask: Mask,
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    calls: VecDeque<Call>,
    size: usize,
}

/// A call with its answer, as they travelled.
struct Call {
    request: Parts,
    body: Bytes,
    status: StatusCode,
    answer_headers: HeaderMap,
    answer_body: Bytes,
}

impl RequestLog {
    pub(crate) fn new(mask: Mask) -> Self {
        Self { mask, limit: TOTAL_LIMIT, kept: Mutex::default() }
    }

    pub(crate) fn record(&self, request: Request<Bytes>, answer: &Response<Bytes>) {
        let (request, body) = request.into_parts();
        let call = Call {
            request,
            body: beginning(&body),
            status: answer.status(),
            answer_headers: answer.headers().clone(),
            answer_body: beginning(answer.body()),
        };
        let mut kept = self.kept();
        kept.size += call.size();
        kept.calls.push_back(call);
        while kept.size > self.limit {
            let Some(oldest) = kept.calls.pop_front() else { break };
            kept.size -= oldest.size();
        }
    }

    /// Method and address of a request in one line.
    pub(crate) fn line(&self, request: &Request<Bytes>) -> String {
        let uri = request.uri();
        let query = uri.query().map(|query| format!("?{}", self.mask.fields(query)));
        format!("{} {}{}", request.method(), self.mask.text(uri.path()), query.unwrap_or_default())
    }

    pub(crate) fn clear(&self) {
        *self.kept() = Kept::default();
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.kept().calls.iter().map(|call| call.shown(&self.mask)).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    fn shown(&self, mask: &Mask) -> RecordedRequest {
        let Parts { method, uri, headers, .. } = &self.request;
        RecordedRequest {
            method: method.to_string(),
            path: mask.text(uri.path()).into_owned(),
            query: mask.fields(uri.query().unwrap_or_default()),
            headers: shown_headers(headers, mask),
            body: shown_body(headers, &self.body, mask),
            answer: RecordedAnswer {
                status: self.status.as_u16(),
                headers: shown_headers(&self.answer_headers, mask),
                body: shown_body(&self.answer_headers, &self.answer_body, mask),
            },
        }
    }

    /// The length of the texts kept, roughly.
    fn size(&self) -> usize {
        let headers = |headers: &HeaderMap| -> usize {
            headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
        };
        let uri = self.request.uri.path_and_query().map_or(0, |address| address.as_str().len());
        let texts = uri + self.body.len() + self.answer_body.len();
        size_of::<Self>() + texts + headers(&self.request.headers) + headers(&self.answer_headers)
    }
}

/// As much of a body as is kept. Of a large one the rest shall not stay in memory.
fn beginning(body: &Bytes) -> Bytes {
    if body.len() <= BODY_LIMIT { body.clone() } else { Bytes::copy_from_slice(&body[..BODY_LIMIT]) }
}

fn shown_headers(headers: &HeaderMap, mask: &Mask) -> BTreeMap<String, String> {
    let shown = |name: &header::HeaderName| {
        let values = headers.get_all(name).into_iter().map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            mask.header(name.as_str(), &text).into_owned()
        });
        (name.to_string(), values.collect::<Vec<_>>().join(","))
    };
    headers.keys().map(shown).collect()
}

fn shown_body(headers: &HeaderMap, body: &[u8], mask: &Mask) -> String {
    let text = String::from_utf8_lossy(body);
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"));
    if is_form { mask.fields(&text) } else { mask.text(&text).into_owned() }
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
        let log = RequestLog::new(Mask::new([]));
        log.record(request.body(Bytes::from_static(body.as_bytes())).unwrap(), &answer);
        log.requests().remove(0)
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
    }

    #[test]
    fn the_line_of_a_call_has_no_secrets() {
        let log = RequestLog::new(Mask::new([]));
        let line = |uri: &str| log.line(&Request::get(uri).body(Bytes::new()).unwrap());
        assert_eq!(line("/a?subject=158670%2010022&code=x"), "GET /a?subject=***********&code=***");
        assert_eq!(line("/opendata/X/15867010022"), "GET /opendata/X/***********");
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
        let log = RequestLog { limit: 4 * BODY_LIMIT, ..RequestLog::new(Mask::new([])) };
        let body = Bytes::from(vec![b'x'; 2 * BODY_LIMIT]);
        let calls = 10;
        for number in 0..calls {
            let request = Request::post(format!("/{number}")).body(body.clone()).unwrap();
            log.record(request, &Response::new(Bytes::new()));
        }
        let kept = log.requests();
        let paths: Vec<_> = kept.iter().map(|call| call.path.as_str()).collect();
        assert_eq!(paths, ["/7", "/8", "/9"]);
        assert!(kept.iter().all(|call| call.body.len() == BODY_LIMIT));
    }
}
