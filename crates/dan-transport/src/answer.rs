//! A successful answer, as it arrived.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use dan_model::{DecodeError, mask_personal_numbers};
use serde::de::DeserializeOwned;

use crate::answer_head::AnswerHead;
use crate::error::{Effort, Error};
use crate::retry::Brought;

/// What the service answered: the bytes as they arrived, decoded when the caller says into what.
#[derive(Clone)]
pub struct Answer {
    head: AnswerHead,
    body: Bytes,
    effort: Effort,
}

impl Answer {
    pub(crate) fn new(head: AnswerHead, body: Bytes) -> Self {
        Self { head, body, effort: Effort::default() }
    }

    /// The HTTP status, always a success.
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    /// The headers, their names in lower case, in no particular order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.head.headers()
    }

    /// The body, after content decoding and before anything else: what the service's signature is made over.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body alone.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// The service's signature of the body, a compact JWS, on answers that are signed (`X-Signature-JWT`).
    pub fn signature(&self) -> Option<&str> {
        self.head.signature()
    }

    /// The service's id of the request, to be quoted to its support (`x-invocationId`).
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }

    /// When it was sent, by the clock of what sent it (`Date`). It has no fraction of a second.
    pub fn date(&self) -> Option<SystemTime> {
        self.head.date()
    }

    /// When the service that answered was built, and of which commit (`x-version`).
    pub fn service_version(&self) -> Option<&str> {
        self.head.service_version()
    }

    /// What the answer calls itself, such as `application/json`.
    pub fn content_type(&self) -> Option<&str> {
        self.head.content_type()
    }

    /// Whether the answer calls itself JSON. What is not is bytes: a binary dataset, or an attachment by itself.
    pub fn is_json(&self) -> bool {
        self.head.is_json()
    }

    /// Decodes the body as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) names the place in the answer that does not
    /// fit. It quotes no value, since answers hold personal data.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        dan_model::from_json(&self.body).map_err(|error| self.misfit(&error))
    }

    /// An error about this answer, with its status, request id and attempts: it is not what the caller expects.
    pub fn unexpected(&self, message: impl Into<String>) -> Error {
        self.head.unexpected(message).after(self.effort)
    }

    /// An error about this answer, with its status, request id and attempts: it does not fit the caller's type.
    pub fn misfit(&self, error: &DecodeError) -> Error {
        let called = match self.head.media_type() {
            Some(media_type) if !self.is_json() => {
                format!(", which calls itself {},", mask_personal_numbers(media_type))
            }
            _ => String::new(),
        };
        self.unexpected(format!("the answer{called} does not fit what was expected: {error}"))
    }
}

impl Brought for Answer {
    fn after(mut self, effort: Effort) -> Self {
        self.effort = effort;
        self
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.head.status())
            .field("request_id", &self.request_id())
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode};
    use serde::Deserialize;

    use super::*;
    use crate::error::{Delivery, ErrorKind};

    #[derive(Debug, Deserialize)]
    struct Person {
        #[expect(dead_code, reason = "only decoded")]
        number: u64,
    }

    fn answer(content_type: &'static str, body: &'static [u8]) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static(content_type));
        headers.insert("x-invocationid", HeaderValue::from_static("7d0c"));
        Answer::new(AnswerHead { status: StatusCode::OK, headers }, Bytes::from_static(body))
    }

    #[test]
    fn a_misfit_names_its_place_and_no_value() {
        let cases = [
            ("application/json", &br#"[{"number":"15867010022"}]"#[..]),
            ("application/json; charset=utf-8", b"[{}]"),
            ("application/json", b"15867010022 <html>"),
            ("application/json", b"[{\"number\":1"),
            ("application/json", b"\xff\xfe"),
            ("application/json", b""),
            ("application/octet-stream", b"PK\x03\x04"),
        ];
        let told = cases.map(|(content_type, body)| {
            let error = answer(content_type, body).json::<Vec<Person>>().unwrap_err();
            assert_eq!((error.kind(), error.delivery()), (ErrorKind::UnexpectedAnswer, Delivery::Answered));
            assert_eq!((error.status(), error.request_id()), (Some(200), Some("7d0c")));
            error.to_string()
        });
        let told = told.join("\n");
        assert!(!told.contains("15867010022"), "{told}");
        insta::assert_snapshot!(told);
    }

    #[test]
    fn an_answer_does_not_print_its_body() {
        let printed = format!("{:?}", answer("application/json", br#"{"number":15867010022}"#));
        assert!(!printed.contains("15867010022"), "{printed}");
    }
}
