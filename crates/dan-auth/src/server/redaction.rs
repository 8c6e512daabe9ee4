//! Foreign texts, made fit to be shown.

/// The longest part of a foreign text that is worth showing.
const SHOWN_CHARACTERS: usize = 400;

/// Longer words of these characters are keys, signatures, assertions or tokens; hashes and ids are shorter.
const LONGEST_WORD: usize = 64;

/// Stands in the place of what is not shown.
const REDACTED: &str = "[redacted]";

/// How many digits in a row may be personal: a date of birth has six.
const DATE_DIGITS: usize = 6;

/// How many follow the date of birth in a national identity number.
const DIGITS_AFTER_DATE: usize = 5;

/// How many signs may stand between the two, as in `158670 - 10022`.
const SIGNS_AFTER_DATE: usize = 3;

/// What a server said, in one line of readable length, without what it may have repeated of a token, an assertion or a
/// national identity number.
pub(super) fn shown(text: &str) -> String {
    let line = text.replace(char::is_control, " ");
    without_personal_numbers(&without_secrets(&line)).chars().take(SHOWN_CHARACTERS).collect()
}

fn without_secrets(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = word_at(rest);
        if word.is_empty() {
            shown.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            shown.push_str(if is_secret(word) { REDACTED } else { word });
            rest = &rest[word.len()..];
        }
    }
    shown
}

/// The characters of base64 and base64url at the beginning.
fn word_at(text: &str) -> &str {
    let end =
        text.find(|character: char| !(character.is_ascii_alphanumeric() || "-_+/=".contains(character)));
    &text[..end.unwrap_or(text.len())]
}

fn is_secret(word: &str) -> bool {
    word.len() > LONGEST_WORD || word.starts_with("eyJ")
}

/// The rule is that of `dan_model::mask_personal_numbers`, on which this crate does not stand: six or more digits in a row
/// unless they are an organization number, and five that follow them after some signs. Only the digits within hashes and
/// ids stay, of which support asks.
fn without_personal_numbers(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(char::is_numeric) {
        let end = end_of_digits(rest, start);
        shown.push_str(&rest[..start]);
        let is_personal =
            may_be_personal(&rest[start..end]) && !is_within_id(&shown, &rest[start..end], &rest[end..]);
        shown.push_str(if is_personal { REDACTED } else { &rest[start..end] });
        let after_date = if is_personal { end_after_date(rest, end) } else { None };
        rest = &rest[after_date.unwrap_or(end)..];
    }
    shown.push_str(rest);
    shown
}

fn may_be_personal(digits: &str) -> bool {
    digits.chars().count() >= DATE_DIGITS && !is_organization_number(digits)
}

/// Nine digits of which the last is a check digit.
fn is_organization_number(digits: &str) -> bool {
    const WEIGHTS: [u32; 9] = [3, 2, 7, 6, 5, 4, 3, 2, 1];
    let values: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(10)).collect();
    values.is_some_and(|values| {
        let sum: u32 = values.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
        values.len() == WEIGHTS.len() && sum.is_multiple_of(11)
    })
}

/// Whether letters of a hash or an id touch the digits. A whole national identity number is none of their digits.
fn is_within_id(before: &str, digits: &str, after: &str) -> bool {
    let is_letter = |sign: char| sign.is_ascii_alphabetic();
    digits.chars().count() != DATE_DIGITS + DIGITS_AFTER_DATE
        && (before.ends_with(is_letter) || after.starts_with(is_letter))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn secrets_are_left_out() {
        for (text, expected) in [
            ("Expired key.\r\n", "Expired key.  "),
            ("not eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZSJ9.c2ln", "not [redacted].[redacted].c2ln"),
            ("pid 17912099997, org 310123455", "pid [redacted], org 310123455"),
            ("urn:person:17912099997/x", "urn:person:[redacted]/x"),
            ("0af7651916cd43dd8448eb211c80319c æ", "0af7651916cd43dd8448eb211c80319c æ"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert_eq!(shown(&"a/".repeat(40)), "[redacted]");
    }

    #[test]
    fn what_is_cut_was_redacted_before() {
        for (left, secret) in [(50, "s".repeat(100)), (5, "15867010022".to_owned())] {
            let shown = shown(&format!("{} {secret}", ".".repeat(SHOWN_CHARACTERS - left - 1)));
            assert!(!shown.contains(&secret[..5]), "{shown}");
        }
    }

    #[test]
    fn identity_numbers_are_left_out_however_they_are_written() {
        for written in [
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
            "pid15867010022,",
            "１５８６７０ １００２２",
            "15867010021",
            "158670 10021",
            "1586701002",
            "158670100221",
            "subject=158670%2010022&",
        ] {
            let shown = shown(written);
            assert!(shown.contains(REDACTED), "{shown}");
            assert!(!shown.contains("158670") && !shown.contains("1002"), "{shown}");
            assert!(!shown.contains("１５８６７０") && !shown.contains("１００２"), "{shown}");
        }
    }

    #[test]
    fn other_digits_stay() {
        for text in [
            "",
            "991825827",
            "991825827 12345",
            "iso6523-actorid-upis::0192:991825827",
            "no earlier than: 2026-09-24T12:00:00",
            "IDX10223: Lifetime validation failed.",
            "12345 12345",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_said_becomes_one_short_line(text in any::<String>()) {
            let shown = shown(&text);
            prop_assert!(shown.chars().count() <= SHOWN_CHARACTERS);
            prop_assert!(!shown.chars().any(char::is_control));
        }

        #[test]
        fn a_long_secret_is_never_shown(
            before in "[ :.,()]{0,3}", secret in "[A-Za-z0-9_-]{65,200}", after in "[ :.,()]{0,3}"
        ) {
            let text = format!("x{before} {secret}{after}");
            prop_assert!(!shown(&text).contains(&secret[..20]));
        }
    }
}
