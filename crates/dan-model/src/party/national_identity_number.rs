//! The numbers of people in Norway.

use std::fmt;
use std::str::FromStr;

use super::PartyError;
use super::check_digits::{check_digit, digits};
use crate::privacy::MASK;

/// The scheme prefix under which DAN writes people.
pub(super) const PERSON_PREFIX: &str = "nor-freg::";

/// A Norwegian national identity number: eleven digits of which the last two are check digits.
///
/// Birth numbers, D-numbers and the synthetic numbers of the test population all qualify: like the service, this type
/// checks the check digits and not the date. `Debug` and `Display` mask it; [`expose`](Self::expose) gives all digits.
///
/// ```
/// use dan_model::NationalIdentityNumber;
///
/// let number: NationalIdentityNumber = "15867010022".parse()?;
/// assert_eq!(format!("{number} {number:?}"), "*********** ***********");
/// assert_eq!(number.expose(), "15867010022");
/// # Ok::<(), dan_model::PartyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NationalIdentityNumber(String);

impl NationalIdentityNumber {
    /// All eleven digits. Personal data: keep it out of logs, URLs and messages.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The number with its scheme: `nor-freg::` and the eleven digits. Personal data like the number.
    pub fn expose_with_scheme(&self) -> String {
        format!("{PERSON_PREFIX}{}", self.0)
    }

    /// Which register gives numbers of this form, by the first digit: D-numbers have the day of birth plus 40.
    pub fn kind(&self) -> NationalIdentityNumberKind {
        match self.digit(0) {
            4..=7 => NationalIdentityNumberKind::DNumber,
            _ => NationalIdentityNumberKind::BirthNumber,
        }
    }

    /// Whether the number belongs to a test population: the month of birth plus 40, 65 or 80.
    pub fn is_synthetic(&self) -> bool {
        self.digit(2) >= 4
    }

    fn digit(&self, position: usize) -> u8 {
        self.0.as_bytes()[position] - b'0'
    }
}

/// Who has a national identity number of this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NationalIdentityNumberKind {
    /// `fødselsnummer`: somebody who lives, or has lived, in Norway.
    BirthNumber,
    /// `D-nummer`: somebody with ties to Norway who has no birth number.
    DNumber,
}

impl FromStr for NationalIdentityNumber {
    type Err = PartyError;

    /// Reads eleven digits with valid check digits; no blanks, no prefix.
    fn from_str(text: &str) -> Result<Self, PartyError> {
        let digits = digits::<11>(text).ok_or(PartyError::NationalIdentityNumberForm)?;
        let first = check_digit(&digits[..9], &[3, 7, 6, 1, 8, 9, 4, 5, 2]);
        let second = check_digit(&digits[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
        if first != Some(digits[9]) || second != Some(digits[10]) {
            return Err(PartyError::NationalIdentityNumberCheckDigits);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for NationalIdentityNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

impl fmt::Debug for NationalIdentityNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_need_both_check_digits() {
        for valid in ["15867010022", "15867010103", "23815010019", "01899010031", "29880510027"] {
            assert_eq!(valid.parse::<NationalIdentityNumber>().unwrap().expose(), valid);
        }
        for wrong in ["15867010021", "15867010032"] {
            assert_eq!(
                wrong.parse::<NationalIdentityNumber>(),
                Err(PartyError::NationalIdentityNumberCheckDigits)
            );
        }
    }

    #[test]
    fn the_kind_and_the_population_stand_in_the_number() {
        let number = |text: &str| text.parse::<NationalIdentityNumber>().unwrap();
        assert_eq!(number("15867010022").kind(), NationalIdentityNumberKind::BirthNumber);
        assert_eq!(number("55867010016").kind(), NationalIdentityNumberKind::DNumber);
        assert!(number("15867010022").is_synthetic() && number("55867010016").is_synthetic());
        // No day has this date.
        assert!(!number("00010010063").is_synthetic());
    }
}
