//! Who is asked about, and who asks: organization numbers, national identity numbers, party identifiers.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The scheme prefix under which DAN writes Norwegian organizations: `iso6523-actorid-upis::0192:<nine digits>`.
const ORGANIZATION_PREFIX: &str = "iso6523-actorid-upis::0192:";
/// The scheme prefix under which DAN writes people: `nor-freg::<eleven digits>`.
const PERSON_PREFIX: &str = "nor-freg::";

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
        formatter.write_str("***********")
    }
}

impl fmt::Debug for NationalIdentityNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Identifies a subject or a requestor, as DAN reads it.
///
/// Any text is a party identifier: some datasets take subjects of their own kind, and it is the service that refuses
/// what it cannot read. The kinds matter for privacy. Only what is surely a Norwegian organization may stand in a URL
/// or a message; everything else is masked by `Debug` and `Display`.
///
/// ```
/// use dan_model::PartyIdentifier;
///
/// assert!(matches!(PartyIdentifier::from("991825827"), PartyIdentifier::Organization(_)));
/// assert!(matches!(PartyIdentifier::from("nor-freg::15867010022"), PartyIdentifier::Person(_)));
/// assert_eq!(PartyIdentifier::from("15867010022").to_string(), "***********");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartyIdentifier {
    /// A Norwegian organization, written as nine digits or with the scheme `iso6523-actorid-upis::0192:`.
    Organization(OrganizationNumber),
    /// A person, written as eleven digits or with the scheme `nor-freg::`.
    Person(NationalIdentityNumber),
    /// Anything else: a foreign party, a dataset's own kind of subject, or a mistake. Treated as personal.
    Other(String),
}

impl PartyIdentifier {
    /// The text that identifies the party on the wire, unmasked. It may be personal data.
    pub fn expose(&self) -> &str {
        match self {
            Self::Organization(number) => number.as_str(),
            Self::Person(number) => number.expose(),
            Self::Other(text) => text,
        }
    }

    /// The organization number, when the party is a Norwegian organization.
    pub fn as_organization(&self) -> Option<&OrganizationNumber> {
        match self {
            Self::Organization(number) => Some(number),
            Self::Person(_) | Self::Other(_) => None,
        }
    }
}

impl From<&str> for PartyIdentifier {
    fn from(text: &str) -> Self {
        if let Ok(number) = text.strip_prefix(ORGANIZATION_PREFIX).unwrap_or(text).parse() {
            Self::Organization(number)
        } else if let Ok(number) = text.strip_prefix(PERSON_PREFIX).unwrap_or(text).parse() {
            Self::Person(number)
        } else {
            Self::Other(text.to_owned())
        }
    }
}

impl From<String> for PartyIdentifier {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<OrganizationNumber> for PartyIdentifier {
    fn from(number: OrganizationNumber) -> Self {
        Self::Organization(number)
    }
}

impl From<NationalIdentityNumber> for PartyIdentifier {
    fn from(number: NationalIdentityNumber) -> Self {
        Self::Person(number)
    }
}

impl fmt::Display for PartyIdentifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(number) => fmt::Display::fmt(number, formatter),
            Self::Person(_) | Self::Other(_) => formatter.write_str("***********"),
        }
    }
}

impl fmt::Debug for PartyIdentifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for PartyIdentifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for PartyIdentifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(Cow::<'de, str>::deserialize(deserializer)?.as_ref()))
    }
}

impl JsonSchema for PartyIdentifier {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("PartyIdentifier")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "party-identifier" })
    }
}

/// Why a text is no organization number or no national identity number. Never holds the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartyError {
    /// Not nine digits.
    OrganizationNumberForm,
    /// Nine digits of which the last is not the check digit of the others.
    OrganizationNumberCheckDigit,
    /// Not eleven digits.
    NationalIdentityNumberForm,
    /// Eleven digits of which the last two are not the check digits of the others.
    NationalIdentityNumberCheckDigits,
}

impl fmt::Display for PartyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OrganizationNumberForm => "an organization number is nine digits without blanks",
            Self::OrganizationNumberCheckDigit => {
                "the check digit of the organization number is wrong; look for a mistyped digit"
            }
            Self::NationalIdentityNumberForm => "a national identity number is eleven digits without blanks",
            Self::NationalIdentityNumberCheckDigits => {
                "the check digits of the national identity number are wrong; look for a mistyped digit"
            }
        })
    }
}

impl std::error::Error for PartyError {}

fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|byte| byte - b'0'))
}

/// The modulus-11 check digit, or `None` for the digits that have none.
fn check_digit(digits: &[u8], weights: &[u8]) -> Option<u8> {
    let sum: u16 = digits.iter().zip(weights).map(|(digit, weight)| u16::from(digit * weight)).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => u8::try_from(digit).ok(),
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
    fn only_organizations_are_shown() {
        for (text, shown) in [
            ("991825827", "991825827"),
            ("iso6523-actorid-upis::0192:991825827", "991825827"),
            ("15867010022", "***********"),
            ("158670 10022", "***********"),
            ("1586701002", "***********"),
            ("iso6523-actorid-upis::9999:158670", "***********"),
        ] {
            let party = PartyIdentifier::from(text);
            assert_eq!(party.to_string(), shown);
            assert_eq!(format!("{party:?}"), shown);
        }
    }

    #[test]
    fn the_wire_form_is_plain_text() {
        let party: PartyIdentifier = serde_json::from_str(r#""15867010022""#).unwrap();
        assert_eq!(party, PartyIdentifier::Person("15867010022".parse().unwrap()));
        assert_eq!(serde_json::to_string(&party).unwrap(), r#""15867010022""#);
    }
}
