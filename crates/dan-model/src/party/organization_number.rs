//! The numbers of Norwegian organizations.

use std::fmt;
use std::str::FromStr;

use super::PartyError;
use super::check_digits::{check_digit, digits};

/// The scheme prefix under which DAN writes Norwegian organizations.
pub(super) const ORGANIZATION_PREFIX: &str = "iso6523-actorid-upis::0192:";

/// A Norwegian organization number: nine digits, the last a modulus-11 check digit.
///
/// ```
/// use dan_model::OrganizationNumber;
///
/// let number: OrganizationNumber = "991825827".parse()?;
/// assert_eq!(number.as_str(), "991825827");
/// # Ok::<(), dan_model::PartyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganizationNumber(String);

impl OrganizationNumber {
    /// The nine digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with its scheme: `iso6523-actorid-upis::0192:` and the nine digits.
    pub fn with_scheme(&self) -> String {
        format!("{ORGANIZATION_PREFIX}{}", self.0)
    }

    /// Whether the number belongs to a test population, as those with a 2 or a 3 in front do. The service does not find
    /// them in production.
    pub fn is_synthetic(&self) -> bool {
        self.0.starts_with(['2', '3'])
    }
}

impl FromStr for OrganizationNumber {
    type Err = PartyError;

    /// Reads nine digits with a valid check digit; no blanks, no prefix.
    fn from_str(text: &str) -> Result<Self, PartyError> {
        let digits = digits::<9>(text).ok_or(PartyError::OrganizationNumberForm)?;
        if check_digit(&digits[..8], &[3, 2, 7, 6, 5, 4, 3, 2]) != Some(digits[8]) {
            return Err(PartyError::OrganizationNumberCheckDigit);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for OrganizationNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organization_numbers_need_their_check_digit() {
        for valid in ["991825827", "998997801", "958935420", "992037601", "974760673", "310000000"] {
            assert_eq!(valid.parse::<OrganizationNumber>().unwrap().as_str(), valid);
        }
        assert_eq!("123456789".parse::<OrganizationNumber>(), Err(PartyError::OrganizationNumberCheckDigit));
        for malformed in ["", "99182582", "9918258270", " 991825827", "99182582७", "991 825 827"] {
            assert_eq!(malformed.parse::<OrganizationNumber>(), Err(PartyError::OrganizationNumberForm));
        }
    }

    #[test]
    fn test_organizations_are_told() {
        let is_synthetic = |text: &str| text.parse::<OrganizationNumber>().unwrap().is_synthetic();
        assert!(is_synthetic("310000000") && is_synthetic("210777121") && !is_synthetic("991825827"));
    }
}
