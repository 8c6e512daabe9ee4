//! Keeps personal numbers out of what people and logs read.

use std::borrow::Cow;
use std::fmt;

use crate::OrganizationNumber;

/// What stands in the place of a number that is not shown.
pub(crate) const MASK: &str = "***********";

/// How many digits in a row may be personal: a date of birth has six, a national identity number eleven.
const PERSONAL_DIGITS: usize = 6;

/// Masks the numbers in a text that may identify a person.
///
/// Six or more digits in a row are masked unless they are a valid organization number; so is a national identity
/// number that is written with a blank, or any other sign, after its six first digits. Error texts of the service
/// repeat the identifiers they complain of, mistyped ones too, which is why the rule is this broad.
///
/// ```
/// use dan_model::mask_personal_numbers;
///
/// assert_eq!(mask_personal_numbers("no such subject: 158670 10022"), "no such subject: ***********");
/// assert_eq!(mask_personal_numbers("991825827 has been deleted"), "991825827 has been deleted");
/// ```
pub fn mask_personal_numbers(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut copied = 0;
    let mut position = 0;
    while position < text.len() {
        let digits = digits_at(text, position);
        if digits == 0 {
            position += char_length(text, position);
            continue;
        }
        let end = personal_number_end(text, position, digits);
        if let Some(end) = end {
            masked.push_str(&text[copied..position]);
            masked.push_str(MASK);
            copied = end;
        }
        position = end.unwrap_or(position + digits);
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

/// Where the personal number ends that begins at `start` with so many bytes of digits, if it is one.
fn personal_number_end(text: &str, start: usize, digits: usize) -> Option<usize> {
    let end = start + digits;
    let count = text[start..end].chars().count();
    if count < PERSONAL_DIGITS || text[start..end].parse::<OrganizationNumber>().is_ok() {
        return None;
    }
    let separator = text[end..].chars().next().filter(|sign| !sign.is_alphanumeric());
    if let (PERSONAL_DIGITS, Some(separator)) = (count, separator) {
        let rest = end + separator.len_utf8();
        let more = digits_at(text, rest);
        if text[rest..rest + more].chars().count() == 5 {
            return Some(rest + more);
        }
    }
    Some(end)
}

/// How many bytes of digits stand at a position.
fn digits_at(text: &str, position: usize) -> usize {
    text[position..].chars().take_while(|sign| sign.is_numeric()).map(char::len_utf8).sum()
}

fn char_length(text: &str, position: usize) -> usize {
    text[position..].chars().next().map_or(1, char::len_utf8)
}

/// Stands in `Debug` output for a value that may be personal: prints `…`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Withheld;

impl fmt::Debug for Withheld {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_are_masked_however_they_are_written() {
        for written in [
            "15867010022",
            "158670 10022",
            "158670-10022",
            "158670\u{a0}10022",
            "158670+10022",
            "nor-freg::15867010022",
            "subject=158670%2010022&",
            "15867010021",
            "1586701002",
            "158670100221",
            "１５８６７０１００２２",
        ] {
            let masked = mask_personal_numbers(written);
            assert!(masked.contains(MASK), "{masked}");
            assert!(!masked.contains("158670") && !masked.contains("10022"), "{masked}");
        }
    }

    #[test]
    fn several_numbers_in_a_text_are_masked() {
        assert_eq!(
            mask_personal_numbers("ø15867010022,158670 10022 and 991825827; 15867010103"),
            "ø***********,*********** and 991825827; ***********"
        );
    }

    #[test]
    fn other_digits_stay() {
        for text in [
            "",
            "991825827",
            "iso6523-actorid-upis::0192:991825827",
            "no earlier than: 2026-09-24T12:00:00",
            "IDX10223: Lifetime validation failed.",
            "12345 12345",
        ] {
            assert!(matches!(mask_personal_numbers(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
