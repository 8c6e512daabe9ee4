//! Keeps personal numbers out of what people and logs read.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::{NationalIdentityNumber, OrganizationNumber};

/// What stands in the place of a number that is not shown.
pub(crate) const MASK: &str = "***********";

/// How many digits in a row may be personal: a date of birth has six.
const DATE_DIGITS: usize = 6;

/// How many follow the date of birth in a national identity number.
const DIGITS_AFTER_DATE: usize = 5;

/// How many signs may stand between the two, as in `158670 - 10022`.
const SIGNS_AFTER_DATE: usize = 3;

/// Masks the numbers in a text that may identify a person.
///
/// Six or more digits in a row are masked unless they are a valid organization number; so is a national identity
/// number that is written with a blank, or up to three other signs, after its six first digits. Error texts of the service
/// repeat the identifiers they complain of, mistyped ones too, which is why the rule is this broad. Digits of other scripts
/// count as well.
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
    for number in numbers(text).filter(|number| may_be_personal(&text[number.clone()])) {
        masked.push_str(&text[copied..number.start]);
        masked.push_str(MASK);
        copied = number.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

/// Whether a national identity number stands in a text, alone or among other things, also as people write it: see
/// [`mask_personal_numbers`]. The check digits tell it from other numbers, as far as they are written in ASCII.
///
/// ```
/// use dan_model::holds_national_identity_number;
///
/// assert!(holds_national_identity_number("subject 158670 - 10022"));
/// assert!(!holds_national_identity_number("2026-12-31T10:15:00.1234567"));
/// ```
pub fn holds_national_identity_number(text: &str) -> bool {
    // Most texts are told by a glance at their bytes.
    let may_be_digit = |byte: &u8| byte.is_ascii_digit() || !byte.is_ascii();
    text.bytes().filter(may_be_digit).count() >= DATE_DIGITS + DIGITS_AFTER_DATE
        && numbers(text).any(|number| is_national_identity_number(&text[number]))
}

/// Alone, or with what else stands beside it in the same number. The check digits of other scripts are not known.
fn is_national_identity_number(number: &str) -> bool {
    const DIGITS: usize = DATE_DIGITS + DIGITS_AFTER_DATE;
    let is_valid = |digits: &str| digits.parse::<NationalIdentityNumber>().is_ok();
    let ascii: String = number.chars().filter(char::is_ascii_digit).collect();
    let all = number.chars().filter(|sign| sign.is_numeric()).count();
    is_valid(&ascii)
        || number.split(|sign: char| !sign.is_ascii_digit()).any(is_valid)
        || all == DIGITS && ascii.len() < DIGITS
}

fn may_be_personal(number: &str) -> bool {
    number.chars().filter(|sign| sign.is_numeric()).count() >= DATE_DIGITS
        && number.parse::<OrganizationNumber>().is_err()
}

/// Where the numbers of a text stand: digits in a row, and what may be a date of birth together with the five digits that
/// follow it.
fn numbers(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut position = 0;
    std::iter::from_fn(move || {
        let start = position + text[position..].find(char::is_numeric)?;
        position = end_of_digits(text, start);
        if may_be_personal(&text[start..position]) {
            position = end_after_date(text, position).unwrap_or(position);
        }
        Some(start..position)
    })
}

/// Where the five digits end that follow after some signs.
fn end_after_date(text: &str, date_end: usize) -> Option<usize> {
    let signs = text[date_end..].char_indices().take(SIGNS_AFTER_DATE + 1);
    let (length, _) = signs.skip(1).find(|(_, sign)| sign.is_numeric())?;
    let start = date_end + length;
    if text[date_end..start].contains(char::is_alphanumeric) {
        return None;
    }
    let end = end_of_digits(text, start);
    (text[start..end].chars().count() == DIGITS_AFTER_DATE).then_some(end)
}

fn end_of_digits(text: &str, start: usize) -> usize {
    text[start..].find(|sign: char| !sign.is_numeric()).map_or(text.len(), |length| start + length)
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

    /// In texts of all kinds.
    const WRITTEN: [&str; 13] = [
        "15867010022",
        "²15867010022",
        "²158670 10022",
        "15867010022, 12345",
        "158670 10022",
        "158670-10022",
        "158670 - 10022",
        "158670\u{a0}\u{2013} 10022",
        "158670\u{a0}10022",
        "158670+10022",
        "nor-freg::15867010022",
        "ø15867010022,",
        "１５８６７０ １００２２",
    ];

    /// With slips, or in a form that only a machine gives them.
    const MISTYPED: [&str; 5] =
        ["15867010021", "158670 10021", "1586701002", "158670100221", "subject=158670%2010022&"];

    #[test]
    fn identity_numbers_are_masked_however_they_are_written() {
        for written in WRITTEN.into_iter().chain(MISTYPED) {
            let masked = mask_personal_numbers(written);
            assert!(masked.contains(MASK), "{masked}");
            assert!(!masked.contains("158670") && !masked.contains("1002"), "{masked}");
            assert!(!masked.contains("１５８６７０") && !masked.contains("１００２"), "{masked}");
        }
    }

    #[test]
    fn identity_numbers_are_found_however_they_are_written() {
        for written in WRITTEN {
            assert!(holds_national_identity_number(written), "{written}");
        }
        for other in MISTYPED.into_iter().chain(OTHER) {
            assert!(!holds_national_identity_number(other), "{other}");
        }
    }

    #[test]
    fn several_numbers_in_a_text_are_masked() {
        assert_eq!(
            mask_personal_numbers("ø15867010022,158670 10022 and 991825827; 15867010103"),
            "ø***********,*********** and 991825827; ***********"
        );
    }

    const OTHER: [&str; 7] = [
        "",
        "991825827",
        "991825827 12345",
        "iso6523-actorid-upis::0192:991825827",
        "no earlier than: 2026-09-24T12:00:00",
        "IDX10223: Lifetime validation failed.",
        "12345 12345",
    ];

    #[test]
    fn other_digits_stay() {
        for text in OTHER {
            assert!(matches!(mask_personal_numbers(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
