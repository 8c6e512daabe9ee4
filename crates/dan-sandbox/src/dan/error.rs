//! How the service answers when it refuses or fails.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde::Serialize;
use uuid::Uuid;

use super::error_code::ErrorCode;
use crate::catalogue::{AnswerError, SourceErrorCode, SourceFailure};
use crate::signing_key::KeyError;

/// A refusal or a failure, on its way to the caller.
#[derive(Debug)]
pub(crate) struct DanError {
    pub(crate) code: ErrorCode,
    /// What is said beyond the code's default text.
    specific: Option<String>,
    source_failure: Option<SourceFailure>,
}

/// The body of an error answer: `ErrorModel`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorModel<'a> {
    code: u16,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail_description: Option<&'a str>,
    invocation_id: String,
}

impl DanError {
    pub(crate) fn new(code: ErrorCode, specific: impl Into<String>) -> Self {
        Self { code, specific: Some(specific.into()), source_failure: None }
    }

    /// The answer: the id of the invocation stands in the body, not in a header.
    pub(crate) fn response(&self) -> Response<Bytes> {
        let model = ErrorModel {
            code: self.code.number(),
            description: self.description(),
            detail_code: self.source_failure.as_ref().map(|failure| failure.detail_code.as_str()),
            detail_description: self
                .source_failure
                .as_ref()
                .map(|failure| failure.detail_description.as_str()),
            invocation_id: Uuid::new_v4().to_string(),
        };
        let mut response = Response::new(serde_json::to_vec(&model).unwrap_or_default().into());
        *response.status_mut() = self.code.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        if let Some(challenge) = self.challenge() {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }

    fn description(&self) -> String {
        match &self.specific {
            Some(specific) => format!("{}: {specific}", self.code.text()),
            None => self.code.text().to_owned(),
        }
    }

    fn challenge(&self) -> Option<&'static str> {
        match self.code {
            ErrorCode::InvalidAccessToken => Some(r#"Bearer realm="data.altinn.no",error="invalid_token""#),
            code if code.status() == http::StatusCode::UNAUTHORIZED => {
                Some(r#"Bearer realm="data.altinn.no""#)
            }
            _ => None,
        }
    }
}

impl From<ErrorCode> for DanError {
    fn from(code: ErrorCode) -> Self {
        Self { code, specific: None, source_failure: None }
    }
}

impl From<SourceFailure> for DanError {
    fn from(failure: SourceFailure) -> Self {
        let code = match failure.code {
            SourceErrorCode::Unreachable => return ErrorCode::Upstream.into(),
            SourceErrorCode::Transient => ErrorCode::TransientSource,
            SourceErrorCode::PermanentClient => ErrorCode::PermanentClientSource,
            SourceErrorCode::PermanentServer => ErrorCode::PermanentServerSource,
        };
        Self { code, specific: None, source_failure: Some(failure) }
    }
}

/// The source gave an answer that nobody can read: a mistake in the catalogue.
impl From<AnswerError> for DanError {
    fn from(error: AnswerError) -> Self {
        let failure = SourceFailure {
            code: SourceErrorCode::PermanentServer,
            detail_code: "ES-5003".to_owned(),
            detail_description: error.to_string(),
        };
        failure.into()
    }
}

impl From<KeyError> for DanError {
    fn from(_: KeyError) -> Self {
        ErrorCode::Internal.into()
    }
}

impl From<serde_json::Error> for DanError {
    fn from(_: serde_json::Error) -> Self {
        ErrorCode::Internal.into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn body(error: &DanError) -> Value {
        let mut body: Value = serde_json::from_slice(error.response().body()).unwrap();
        body["invocationId"].take().as_str().unwrap().parse::<Uuid>().unwrap();
        body
    }

    #[test]
    fn the_specific_text_follows_the_default_one() {
        insta::assert_json_snapshot!(body(&DanError::new(
            ErrorCode::UnknownEvidenceCode,
            "Unknown evidence code: X"
        )));
        insta::assert_json_snapshot!(body(&ErrorCode::UnknownAccreditation.into()));
    }

    #[test]
    fn a_source_gives_details() {
        let failure = SourceFailure {
            code: SourceErrorCode::PermanentServer,
            detail_code: "BRREG-2".into(),
            detail_description: String::new(),
        };
        insta::assert_json_snapshot!(body(&failure.into()));
    }

    #[test]
    fn only_refused_authentication_is_challenged() {
        let challenge =
            |code: ErrorCode| DanError::from(code).response().headers().get("www-authenticate").cloned();
        assert_eq!(challenge(ErrorCode::MissingAuthentication).unwrap(), r#"Bearer realm="data.altinn.no""#);
        assert_eq!(
            challenge(ErrorCode::InvalidAccessToken).unwrap(),
            r#"Bearer realm="data.altinn.no",error="invalid_token""#
        );
        assert_eq!(challenge(ErrorCode::NotAuthorized), None);
    }
}
