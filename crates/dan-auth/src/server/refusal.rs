//! What a token server says when it gives no token.

use std::fmt;

use serde::Deserialize;

use crate::server::redaction::shown;
use crate::server::refusal_cause::RefusalCause;

/// The error answer of a token server (RFC 6749 section 5.2), with Maskinporten's additions.
///
/// What a server may have repeated of an assertion, a token or a national identity number is left out of the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What it is about, and what can be done: [`RefusalCause::advice`].
    pub cause: RefusalCause,
    /// The HTTP status.
    pub status: u16,
    /// The OAuth error code, such as `invalid_grant`.
    pub error: String,
    /// The server's own words, without the trace id.
    pub description: Option<String>,
    /// Maskinporten's stable code for the cause, such as `MP-110`: the last segment of `error_uri`.
    pub reference: Option<String>,
    /// The id under which Digdir's support finds the request.
    pub trace_id: Option<String>,
}

#[derive(Deserialize)]
struct ErrorAnswer {
    error: String,
    error_description: Option<String>,
    error_uri: Option<String>,
}

impl Refusal {
    /// Reads an error answer; `None` when the body is not one.
    pub(crate) fn read(status: u16, body: &[u8]) -> Option<Self> {
        let answer: ErrorAnswer = serde_json::from_slice(body).ok()?;
        let (description, trace_id) = match answer.error_description {
            Some(text) => {
                let (words, trace_id) = split_trace_id(&text);
                (Some(shown(words)), trace_id.map(str::to_owned))
            }
            None => (None, None),
        };
        let reference = answer.error_uri.and_then(|uri| {
            let last = uri.rsplit('/').next()?;
            last.starts_with("MP-").then(|| shown(last))
        });
        let error = shown(&answer.error);
        let words = description.as_deref().unwrap_or_default();
        let cause = RefusalCause::of(status, &error, reference.as_deref(), words);
        Some(Self { cause, status, error, description, reference, trace_id })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the token server refused the grant ({}", self.error)?;
        if let Some(reference) = &self.reference {
            write!(formatter, ", {reference}")?;
        }
        formatter.write_str(")")?;
        if let Some(description) = &self.description {
            write!(formatter, ": {}", description.trim_end_matches('.'))?;
        }
        write!(formatter, ". {}", self.cause.advice())
    }
}

/// Takes `(trace_id: …)` off the end of a description; older installations write `(correlation id: …)`.
fn split_trace_id(text: &str) -> (&str, Option<&str>) {
    ["(trace_id:", "(correlation id:"]
        .iter()
        .find_map(|label| {
            let (before, after) = text.rsplit_once(label)?;
            let id = after.trim().strip_suffix(')')?.trim();
            is_trace_id(id).then_some((before.trim_end(), Some(id)))
        })
        .unwrap_or((text, None))
}

/// 32 hexadecimal digits, or a UUID.
fn is_trace_id(id: &str) -> bool {
    matches!(id.len(), 32 | 36) && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_maskinportens_answer() {
        let body = br#"{"error":"invalid_grant","error_description":"Invalid assertion. Expired key. (trace_id: 0af7651916cd43dd8448eb211c80319c)","error_uri":"https://test.maskinporten.no/errors/MP-121"}"#;
        let refusal = Refusal::read(400, body).unwrap();
        assert_eq!(refusal.reference.as_deref(), Some("MP-121"));
        assert_eq!(refusal.trace_id.as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
        insta::assert_snapshot!(refusal, @"the token server refused the grant (invalid_grant, MP-121): Invalid assertion. Expired key. The registered key is older than a year: upload it again, or a new one.");
    }

    #[test]
    fn a_bare_error_is_enough() {
        let refusal = Refusal::read(400, br#"{"error":"invalid_scope"}"#).unwrap();
        insta::assert_snapshot!(refusal, @"the token server refused the grant (invalid_scope). Check the scopes: each must be registered on the client.");
    }

    #[test]
    fn each_documented_refusal_has_its_cause() {
        let mut report = String::new();
        for row in DOCUMENTED.trim().lines() {
            let mut cells = row.trim().split(" | ").map(|cell| Some(cell).filter(|cell| *cell != "-"));
            let [error, code, words] = [(); 3].map(|()| cells.next().unwrap());
            let read = refusal(error, code, words);
            report.push_str(&format!("{}: {:?}\n", row.trim(), read.cause));
            if words.is_some() {
                assert_eq!(refusal(error, None, words).cause, read.cause, "without its code: {row}");
            }
        }
        insta::assert_snapshot!(report);
    }

    fn refusal(error: Option<&str>, code: Option<&str>, words: Option<&str>) -> Refusal {
        let uri = code.map(|code| format!("https://test.maskinporten.no/errors/{code}"));
        let body = serde_json::json!({ "error": error, "error_description": words, "error_uri": uri });
        Refusal::read(400, body.to_string().as_bytes()).unwrap()
    }

    /// What Maskinporten's own documentation lists, and what its users report: error, code and words, of which some have
    /// none.
    const DOCUMENTED: &str = "
        invalid_grant | MP-100 | Invalid assertion. Client authentication failed. Client not found
        invalid_grant | MP-110 | Invalid assertion. Client authentication failed. Invalid JWT claim aud
        invalid_grant | MP-120 | The JWT is signed with an invalid certificate.
        invalid_grant | MP-121 | Invalid assertion. Client authentication failed. Expired key
        invalid_grant | MP-122 | Invalid JWT. Invalid organization number for client. Does not match certificate orgno
        invalid_grant | MP-123 | Invalid JWT header x5c
        invalid_grant | - | Failed to extract certificate from jwt
        invalid_grant | MP-124 | Invalid JWT signature
        invalid_grant | - | Could not validate JWT Signature
        invalid_grant | - | Unknown key identifier (kid) for client.
        invalid_grant | - | Invalid JWT. The client requires pre-registered jwk and no key identifier (kid) provided
        invalid_grant | MP-130 | JWT is expired
        invalid_grant | - | Issue time is after now
        invalid_grant | MP-012 | Grant is used before
        invalid_request | MP-011 | Invalid assertion. Invalid parameter value
        unsupported_grant_type | - | -
        invalid_scope | MP-200 | Token request contains invalid scopes for client, a:b
        invalid_scope | MP-201 | Token request contains scopes not allowed for maskinporten
        forbidden | MP-250 | Consumer has not been granted access to the scope a:b.
        forbidden | MP-251 | Consumer 1 has not delegated access to the scope a:b to supplier 2.
        invalid_request | - | Validation of JWT claim failed: The combination consumer_org in claim and delegation scope on client is invalid
        invalid_target | - | -
        invalid_request | MP-301 | Unknown authorization details type
        invalid_request | MP-302 | Unknown fields in the authorization details
        invalid_altinn_customer_configuration | MP-303 | Invalid authorization details values
        something_new | - | -
    ";

    #[test]
    fn a_page_is_no_refusal() {
        assert_eq!(Refusal::read(502, b"<html>Bad gateway</html>"), None);
    }
}
