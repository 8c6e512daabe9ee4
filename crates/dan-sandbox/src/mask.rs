//! Keeps secrets and national identity numbers out of what the sandbox shows: its log and its list of requests.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands in the place of a secret.
pub(crate) const MASK: &str = "***";

/// What stands in the place of a national identity number.
const IDENTITY_NUMBER_MASK: &str = "***********";

/// The request headers whose values are secrets.
const SECRET_HEADERS: [&str; 4] =
    ["authorization", "ocp-apim-subscription-key", "x-forward-access-token", "x-nadobe-authorization"];

/// The fields of a query or a form that are secrets whatever they look like.
const SECRET_FIELDS: [&str; 4] = ["assertion", "subscription-key", "code", "hmac"];

/// What may have to be masked in a text.
///
/// A JWT has three parts, of which the first is a JSON object in base64url. Private keys stand in PEM, or in the private
/// members of a JWK. A national identity number is a run of digits, or six and five of them with what people write in
/// between; longer runs count, as the escape of a blank (`%20`) may stand before the number. What looks like a
/// subscription key is compared with the keys that there are. The ids of accreditations and invocations may hold as many
/// digits, and are none of these.
///
/// Words end as in ASCII: a search for the ends of any other words takes many times as long in a text with a letter such as
/// `ø`.
static SENSITIVE: LazyLock<Result<Regex, regex::Error>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?<id> (?-u:\b)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?-u:\b) )
        | (?<key> (?-u:\b)[0-9a-f]{32}(?-u:\b) )
        | (?<secret> (?-u:\b)eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*
            | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----[^-]*(?:-----END\ [A-Z\ ]*PRIVATE\ KEY-----)? )
        | (?<member> "(?:d|p|q|dp|dq|qi|k)"\s*:\s*" )[A-Za-z0-9_-]{20,}
        | (?<number> (?:(?-u:\b)|%20|%C2%A0) [0-9]{6} (?:[\ +\-\u{a0}]|%20|%C2%A0) [0-9]{5}(?-u:\b) | [0-9]{11,} )
        "#,
    )
});

/// Masks texts.
#[derive(Debug)]
pub(crate) struct Mask {
    subscription_keys: HashSet<String>,
}

impl Mask {
    pub(crate) fn new(subscription_keys: impl IntoIterator<Item = String>) -> Self {
        Self { subscription_keys: subscription_keys.into_iter().collect() }
    }

    /// A text without tokens, keys and national identity numbers.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Ok(sensitive) = &*SENSITIVE else { return Cow::Borrowed(MASK) };
        sensitive.replace_all(text, |found: &Captures<'_>| {
            let whole = &found[0];
            if found.name("number").is_some() {
                IDENTITY_NUMBER_MASK.to_owned()
            } else if let Some(member) = found.name("member") {
                format!("{}{MASK}", member.as_str())
            } else if found.name("secret").is_some() || self.subscription_keys.contains(whole) {
                MASK.to_owned()
            } else {
                whole.to_owned()
            }
        })
    }

    /// A query or a form without secrets.
    pub(crate) fn fields(&self, fields: &str) -> String {
        let masked = fields.split('&').map(|field| match field.split_once('=') {
            Some((name, _)) if SECRET_FIELDS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) => {
                format!("{name}={MASK}").into()
            }
            _ => self.text(field),
        });
        masked.collect::<Vec<_>>().join("&")
    }

    /// The value of a header; names are in lower case, as `http` has them. A signature over an answer looks like a token
    /// and is none.
    pub(crate) fn header<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        match name {
            "x-signature-jwt" => Cow::Borrowed(value),
            _ if SECRET_HEADERS.contains(&name) => Cow::Borrowed(MASK),
            _ => self.text(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        Mask::new(["0123456789abcdef0123456789abcdef".to_owned()]).text(text).into_owned()
    }

    #[test]
    fn masks_identity_numbers_however_they_are_written() {
        for (text, expected) in [
            ("subject=15867010022&x=1", "subject=***********&x=1"),
            ("nor-freg::15867010022", "nor-freg::***********"),
            (r#"{"a":"15867010022","b":"15867010103"}"#, r#"{"a":"***********","b":"***********"}"#),
            ("åøå 15867010022", "åøå ***********"),
            ("subject=%2015867010022", "subject=%***********"),
            (r#"{"subject":"158670 10022"}"#, r#"{"subject":"***********"}"#),
            ("subject=158670%2010022&x=1", "subject=***********&x=1"),
            ("subject=%20158670%2010022", "subject=***********"),
            ("subject=158670+10022", "subject=***********"),
            ("158670-10022, 158670\u{a0}10103", "***********, ***********"),
            ("person15867010022", "person***********"),
            ("på158670 10022", "på***********"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn leaves_alone_what_only_has_digits() {
        for text in [
            "/v1/directharvest/X?subject=991825827",
            "1586701002 2026-09-24T10:15:00.4988224Z",
            "7d0c2f7a-5a0c-4f3f-9f4e-123456789012",
            "trace_id: 11111111111111111111111111111111",
            "20260924 10022",
            "12500 NOK, 1234567 12345",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn masks_tokens_and_keys() {
        for (text, expected) in [
            (r#"{"access_token":"eyJhbGciOi.eyJpc3Mi.c2ln","x":1}"#, r#"{"access_token":"***","x":1}"#),
            ("file.with.dots and eyJ.only", "file.with.dots and eyJ.only"),
            ("the key is 0123456789abcdef0123456789abcdef", "the key is ***"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\n-----END RSA PRIVATE KEY-----\nand more",
                "***\nand more",
            ),
            ("-----BEGIN PRIVATE KEY-----\\nMIIE", "***"),
            (
                r#"{"kty":"RSA","n":"AAAAAAAAAAAAAAAAAAAAAAAA","d":"AAAAAAAAAAAAAAAAAAAAAAAA"}"#,
                r#"{"kty":"RSA","n":"AAAAAAAAAAAAAAAAAAAAAAAA","d":"***"}"#,
            ),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn masks_fields_and_headers_by_name() {
        let mask = Mask::new([]);
        assert_eq!(
            mask.fields("a=1&assertion=x&Subscription-Key=k&code=c"),
            "a=1&assertion=***&Subscription-Key=***&code=***"
        );
        assert_eq!(mask.header("authorization", "Basic x"), "***");
        assert_eq!(mask.header("x-signature-jwt", "eyJh.eyJT.c2ln"), "eyJh.eyJT.c2ln");
        assert_eq!(mask.header("location", "/a?subject=15867010022"), "/a?subject=***********");
    }
}
