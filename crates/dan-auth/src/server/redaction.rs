//! Foreign texts, made fit to be shown.

/// The longest part of a foreign text that is worth showing.
const SHOWN_CHARACTERS: usize = 400;

/// Longer words of these characters are keys, signatures, assertions or tokens; hashes and ids are shorter.
const LONGEST_WORD: usize = 64;

const PERSONAL_NUMBER_DIGITS: usize = 11;

/// What a server said, in one line of readable length, without what it may have repeated of a token, an assertion or a
/// national identity number.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = word_at(rest);
        if word.is_empty() {
            shown.push(if first.is_control() { ' ' } else { first });
            rest = &rest[first.len_utf8()..];
        } else {
            shown.push_str(if is_secret(word) { "[redacted]" } else { word });
            rest = &rest[word.len()..];
        }
    }
    shown.chars().take(SHOWN_CHARACTERS).collect()
}

/// The characters of base64 and base64url at the beginning.
fn word_at(text: &str) -> &str {
    let end =
        text.find(|character: char| !(character.is_ascii_alphanumeric() || "-_+/=".contains(character)));
    &text[..end.unwrap_or(text.len())]
}

fn is_secret(word: &str) -> bool {
    word.len() > LONGEST_WORD || word.starts_with("eyJ") || holds_personal_number(word)
}

fn holds_personal_number(word: &str) -> bool {
    word.split(|character: char| !character.is_ascii_digit())
        .any(|digits| digits.len() == PERSONAL_NUMBER_DIGITS)
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
            ("urn:person:17912099997/x", "urn:person:[redacted]"),
            ("0af7651916cd43dd8448eb211c80319c æ", "0af7651916cd43dd8448eb211c80319c æ"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert_eq!(shown(&"a/".repeat(40)), "[redacted]");
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
