//! What stands before the body of an answer.

use std::time::SystemTime;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, StatusCode};

use crate::error::{Delivery, Error, ErrorKind, ErrorOrigin};
use crate::header;

/// The longest id that is one; the service's are GUIDs.
const REQUEST_ID_LENGTH: usize = 100;

/// Status and headers.
#[derive(Clone)]
pub(crate) struct AnswerHead {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

impl AnswerHead {
    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
    }

    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn signature(&self) -> Option<&str> {
        self.header(&header::SIGNATURE)
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.header(&header::INVOCATION_ID).filter(|id| is_request_id(id))
    }

    /// An error about this answer, with its status, and its request id unless the error has one of its own.
    pub(crate) fn told_of(&self, error: Error) -> Error {
        let request_id = error.request_id().or_else(|| self.request_id()).map(str::to_owned);
        error.with_status(self.status()).with_request_id(request_id)
    }

    /// When it was sent, by the clock of what sent it. It has no fraction of a second.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header(&DATE)?).ok()
    }

    /// An error about this answer: it is not what the caller expects.
    pub(crate) fn unexpected(&self, message: impl Into<String>) -> Error {
        let (kind, origin) = (ErrorKind::UnexpectedAnswer, ErrorOrigin::Client);
        self.told_of(Error::from_origin(kind, origin, Delivery::Answered, message))
    }

    pub(crate) fn service_version(&self) -> Option<&str> {
        self.header(&header::VERSION)
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.header(&CONTENT_TYPE)
    }

    /// The media type, without its parameters.
    pub(crate) fn media_type(&self) -> Option<&str> {
        self.content_type()?.split(';').next().map(str::trim)
    }

    /// How the body is still packed: what was asked for is unpacked by now.
    pub(crate) fn unasked_encoding(&self) -> Option<&str> {
        let encoding = self.header(&CONTENT_ENCODING)?.trim();
        (!encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
    }

    pub(crate) fn is_json(&self) -> bool {
        self.media_type().is_some_and(|media_type| {
            media_type.eq_ignore_ascii_case("application/json")
                || media_type.eq_ignore_ascii_case("text/json")
        })
    }
}

/// Ids are shown to people, so that nothing else may pass for one.
pub(crate) fn is_request_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= REQUEST_ID_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
