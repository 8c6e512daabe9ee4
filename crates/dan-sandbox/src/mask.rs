//! Keeps secrets and national identity numbers out of what the sandbox shows: its log and its list of requests.

use std::borrow::Cow;
use std::ops::Range;

/// What stands in the place of a secret.
pub(crate) const MASK: &str = "***";

/// What stands in the place of a national identity number.
const IDENTITY_NUMBER_MASK: &str = "***********";

/// The request headers whose values are secrets.
const SECRET_HEADERS: [&str; 4] =
    ["authorization", "ocp-apim-subscription-key", "x-forward-access-token", "x-nadobe-authorization"];

/// Whether a header's value is a secret. Names are in lower case, as `http` has them.
pub(crate) fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS.contains(&name)
}

/// Masks every JWT in a text, and every run of digits that a national identity number can hide in.
///
/// Longer runs than eleven count, as the escape of a blank (`%20`) may stand before the number.
pub(crate) fn mask(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut shown = 0;
    for (range, replacement) in sensitive_ranges(text) {
        masked.push_str(&text[shown..range.start]);
        masked.push_str(replacement);
        shown = range.end;
    }
    if shown == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[shown..]);
    Cow::Owned(masked)
}

fn sensitive_ranges(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    words(text).flat_map(|word| {
        if is_jwt(&text[word.clone()]) {
            vec![(word, MASK)]
        } else {
            digit_runs(&text[word.clone()])
                .filter(|run| run.len() >= IDENTITY_NUMBER_MASK.len())
                .map(|run| (word.start + run.start..word.start + run.end, IDENTITY_NUMBER_MASK))
                .collect()
        }
    })
}

/// The stretches of characters that a compact JWS is written in.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    runs(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn digit_runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    runs(text, |byte| byte.is_ascii_digit())
}

fn runs(text: &str, belongs: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut position = 0;
    std::iter::from_fn(move || {
        let start = position + bytes[position..].iter().position(|byte| belongs(*byte))?;
        let length = bytes[start..].iter().position(|byte| !belongs(*byte)).unwrap_or(bytes.len() - start);
        position = start + length;
        Some(start..position)
    })
}

/// Whether a word has the look of a JWT: three parts, of which the first is a JSON object in base64url.
fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.bytes().filter(|byte| *byte == b'.').count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_identity_numbers_and_nothing_else_that_has_digits() {
        for (text, masked) in [
            ("subject=15867010022&x=1", "subject=***********&x=1"),
            ("nor-freg::15867010022", "nor-freg::***********"),
            (r#"{"a":"15867010022","b":"15867010103"}"#, r#"{"a":"***********","b":"***********"}"#),
            ("åøå 15867010022", "åøå ***********"),
            ("/v1/directharvest/X?subject=991825827", "/v1/directharvest/X?subject=991825827"),
            ("subject=%2015867010022", "subject=%***********"),
            ("1586701002 2026-09-24T10:15:00.4988224Z", "1586701002 2026-09-24T10:15:00.4988224Z"),
        ] {
            assert_eq!(mask(text), masked);
        }
    }

    #[test]
    fn masks_tokens() {
        assert_eq!(
            mask(r#"{"access_token":"eyJhbGciOi.eyJpc3Mi.c2ln","x":1}"#),
            r#"{"access_token":"***","x":1}"#
        );
        assert_eq!(mask("file.with.dots and eyJ.only"), "file.with.dots and eyJ.only");
    }

    #[test]
    fn knows_the_headers_that_hold_secrets() {
        assert!(is_secret_header("authorization"));
        assert!(!is_secret_header("x-signature-jwt"));
    }
}
