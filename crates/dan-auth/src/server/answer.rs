//! What a server answered, before anybody knows what it means.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::{AuthError, AuthErrorKind};
use crate::server::refusal::Refusal;
use crate::token::{AccessToken, GrantedToken};

/// An answer with its whole body.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// How long the server wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
    /// Who answered, for errors: `the token server at example.no`.
    pub(super) server: String,
}

/// A token answer (RFC 6749 section 5.1). What it says of scopes is what was asked for.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: AccessToken,
    expires_in: Option<Seconds>,
}

/// A number of seconds; some servers write it as text, some as a broken number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

impl Answer {
    /// The token that was granted, or why there is none.
    pub(crate) fn into_token(self) -> Result<GrantedToken, AuthError> {
        if self.status != StatusCode::OK {
            return Err(self.refusal());
        }
        let answer: TokenAnswer = self.json()?;
        if answer.access_token.expose().is_empty() {
            return Err(self.unexpected());
        }
        let lifetime = answer.expires_in.and_then(Seconds::duration);
        let lifetime = lifetime.or_else(|| answer.access_token.lifetime());
        // A server that does not say is not asked for each call; it is asked as if its tokens arrived expired.
        Ok(GrantedToken::new(answer.access_token, Some(lifetime.unwrap_or_default())))
    }

    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, AuthError> {
        serde_json::from_slice(&self.body).map_err(|_| self.unexpected())
    }

    /// Why a server gave nothing.
    pub(crate) fn refusal(&self) -> AuthError {
        let unavailable = self.status.is_server_error() || self.status == StatusCode::TOO_MANY_REQUESTS;
        let kind = if unavailable { AuthErrorKind::Unavailable } else { AuthErrorKind::Refused };
        let error = match Refusal::read(self.status.as_u16(), &self.body) {
            Some(refusal) => AuthError::refused(kind, refusal),
            None if unavailable => AuthError::new(
                kind,
                format!("{} cannot serve now (HTTP {}); try again later", self.server, self.status.as_u16()),
            ),
            None => self.unexpected(),
        };
        error.with_retry_after(self.retry_after)
    }

    /// It is not what such a server answers.
    pub(crate) fn unexpected(&self) -> AuthError {
        AuthError::new(
            AuthErrorKind::UnexpectedAnswer,
            format!(
                "the answer of {} (HTTP {}) is not one that such a server gives; check the address",
                self.server,
                self.status.as_u16()
            ),
        )
    }
}

impl Seconds {
    fn duration(self) -> Option<Duration> {
        let seconds = match self {
            Self::Number(seconds) => seconds,
            Self::Text(text) => text.trim().parse().ok()?,
        };
        Duration::try_from_secs_f64(seconds).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            body: Zeroizing::new(body.as_bytes().to_vec()),
            retry_after: Some(Duration::from_secs(7)),
            server: "the token server at example.no".to_owned(),
        }
    }

    #[test]
    fn lifetimes_are_read_in_every_form() {
        for (expires_in, expected) in [
            ("119", 119),
            ("\"119\"", 119),
            ("119.0", 119),
            ("null", 0),
            ("-1", 0),
            ("\"soon\"", 0),
            ("1e300", 0),
        ] {
            let body = format!(r#"{{"access_token":"t","expires_in":{expires_in},"token_type":"Bearer"}}"#);
            let token = answer(200, &body).into_token().unwrap();
            assert_eq!(token.lifetime, Some(Duration::from_secs(expected)), "{expires_in}");
        }
    }

    #[test]
    fn what_a_jwt_says_of_its_life_counts_when_the_answer_says_nothing() {
        // {"iat":1000,"exp":1120}
        let body = r#"{"access_token":"e30.eyJpYXQiOjEwMDAsImV4cCI6MTEyMH0.c2ln"}"#;
        assert_eq!(answer(200, body).into_token().unwrap().lifetime, Some(Duration::from_secs(120)));
    }

    #[test]
    fn each_answer_that_brings_no_token_is_told_apart() {
        let mut report = String::new();
        for (status, body) in [
            (200, "<html>"),
            (200, r#"{"access_token":""}"#),
            (302, ""),
            (400, r#"{"error":"invalid_scope"}"#),
            (404, "<html>"),
            (429, ""),
            (503, "<html>maintenance</html>"),
            (500, r#"{"error":"server_error"}"#),
        ] {
            let error = answer(status, body).into_token().err().unwrap();
            report.push_str(&format!(
                "{status} {body}: {:?}, retryable {}, after {:?}: {error}\n",
                error.kind(),
                error.is_retryable(),
                error.retry_after()
            ));
        }
        insta::assert_snapshot!(report);
    }
}
