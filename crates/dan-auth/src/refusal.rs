//! What a token server says when it gives no token.

use std::fmt;

use serde::Deserialize;

/// The longest part of a foreign text that is worth showing.
const SHOWN_CHARACTERS: usize = 400;

/// The error answer of a token server (RFC 6749 section 5.2), with Maskinporten's additions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
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
            Some(text) => split_trace_id(&shown(&text)),
            None => (None, None),
        };
        let reference = answer.error_uri.and_then(|uri| {
            let last = uri.rsplit('/').next()?;
            last.starts_with("MP-").then(|| shown(last))
        });
        Some(Self { status, error: shown(&answer.error), description, reference, trace_id })
    }

    /// What the person who configured the client can do about it.
    fn advice(&self) -> &'static str {
        let description = self.description.as_deref().unwrap_or_default();
        match self.reference.as_deref() {
            Some("MP-100") => "Check the client id, and that it belongs to this environment.",
            Some("MP-110") => {
                "The issuer must be written exactly as the server does, with its trailing slash, and of this environment."
            }
            Some("MP-120" | "MP-122" | "MP-123") => {
                "Check that the certificate is valid, of this environment, and issued to the client's organisation."
            }
            Some("MP-121") => "The registered key is older than a year: upload it again, or a new one.",
            Some("MP-124") => {
                "Check that the private key is the other half of the registered key or certificate."
            }
            Some("MP-012" | "MP-130") => "Check the clock of this machine.",
            Some("MP-200" | "MP-201") => "Check the scopes: each must be registered on the client.",
            Some("MP-250") => "Ask the owner of the API to grant the scope to the organisation.",
            Some("MP-251") => "The customer must delegate the scope to the supplier in Altinn.",
            _ if description.contains("Unknown key identifier") => {
                "Check the key id and the client id: the key must be registered on this very client."
            }
            _ if description.contains("pre-registered") => {
                "The client has a registered key: give its key id instead of a certificate."
            }
            _ if description.contains("Issue time") => "Check the clock of this machine.",
            _ => "Check the client's settings at Maskinporten.",
        }
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
        write!(formatter, ". {}", self.advice())
    }
}

/// Foreign text, kept to one line and a readable length.
fn shown(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(SHOWN_CHARACTERS)
        .collect()
}

/// Takes `(trace_id: …)` off the end of a description.
fn split_trace_id(text: &str) -> (Option<String>, Option<String>) {
    let found = text.rsplit_once("(trace_id:").and_then(|(before, after)| {
        let id = after.trim().strip_suffix(')')?.trim();
        Some((before.trim_end().to_owned(), id.to_owned()))
    });
    match found {
        Some((description, id)) => (Some(description), Some(id)),
        None => (Some(text.to_owned()), None),
    }
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
        insta::assert_snapshot!(refusal, @"the token server refused the grant (invalid_scope). Check the client's settings at Maskinporten.");
    }

    #[test]
    fn a_page_is_no_refusal() {
        assert_eq!(Refusal::read(502, b"<html>Bad gateway</html>"), None);
    }
}
