//! A successful answer, as it arrived.

use std::borrow::Cow;

use bytes::Bytes;
use dan_model::mask_personal_numbers;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind};

/// What the service answered: the bytes as they arrived, decoded when the caller says into what.
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body }
    }

    /// The HTTP status, always a success.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
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
        self.header("x-signature-jwt")
    }

    /// The service's id of the request, to be quoted to its support (`x-invocationId`).
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-invocationid")
    }

    /// Whether the answer calls itself JSON. What is not is bytes: a binary dataset, or an attachment by itself.
    pub fn is_json(&self) -> bool {
        media_type(&self.headers)
            .is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
    }

    /// Decodes the body as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`] names the place in the answer that does not fit. It quotes no value, since
    /// answers hold personal data.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| self.unexpected(self.misfit::<T>(&error)))
    }

    /// An error about this answer, with its status and request id: it is not what the caller expects.
    pub fn unexpected(&self, message: impl Into<String>) -> Error {
        Error::new(ErrorKind::UnexpectedAnswer, message)
            .with_status(self.status())
            .with_request_id(self.request_id().map(str::to_owned))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The place is looked for only now, because tracking it makes decoding slower.
    fn misfit<T: DeserializeOwned>(&self, error: &serde_json::Error) -> String {
        if self.body.is_empty() {
            return "the answer is empty, where JSON was expected".to_owned();
        }
        if !error.is_data() {
            let (line, column) = (error.line(), error.column());
            return format!("the answer is no whole JSON document (line {line}, column {column})");
        }
        let deserializer = &mut serde_json::Deserializer::from_slice(&self.body);
        match serde_path_to_error::deserialize::<_, T>(deserializer) {
            Ok(_) => "the answer does not fit the type that was expected".to_owned(),
            Err(error) => {
                let (path, message) = (error.path().to_string(), error.inner().to_string());
                let (path, problem) = (mask_personal_numbers(&path), without_values(&message));
                format!("the answer does not fit the type that was expected at '{path}': {problem}")
            }
        }
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The media type of an answer, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').next().map(str::trim)
}

/// What serde says of a misfit, without the value that it found: `expected …` and `missing field …` name only what
/// the caller's type wants.
fn without_values(message: &str) -> Cow<'_, str> {
    let safe = if message.starts_with("missing field") {
        message
    } else {
        message.rfind("expected ").map_or("the value is of another kind", |start| &message[start..])
    };
    mask_personal_numbers(safe)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Person {
        #[expect(dead_code, reason = "only decoded")]
        number: u64,
    }

    fn answer(body: &'static str) -> Answer {
        Answer::new(StatusCode::OK, HeaderMap::new(), Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn a_misfit_names_its_place_and_no_value() {
        let error = answer(r#"[{"number":"15867010022"}]"#).json::<Vec<Person>>().unwrap_err();
        insta::assert_snapshot!(error, @"the answer does not fit the type that was expected at '[0].number': expected u64 at line 1 column 24");
        let error = answer("[{}]").json::<Vec<Person>>().unwrap_err();
        insta::assert_snapshot!(error, @"the answer does not fit the type that was expected at '[0]': missing field `number` at line 1 column 3");
    }

    #[test]
    fn what_is_no_json_is_told_as_such() {
        let error = answer("15867010022 <html>").json::<Person>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer);
        assert!(!error.to_string().contains("15867010022"));
    }

    #[test]
    fn an_answer_does_not_print_its_body() {
        let printed = format!("{:?}", answer(r#"{"number":15867010022}"#));
        assert!(!printed.contains("15867010022"), "{printed}");
    }
}
