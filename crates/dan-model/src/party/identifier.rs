//! Who is asked about, and who asks, in any form that the service reads.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::national_identity_number::PERSON_PREFIX;
use super::organization_number::ORGANIZATION_PREFIX;
use super::{NationalIdentityNumber, OrganizationNumber, PartyError};
use crate::Party;
use crate::privacy::MASK;

/// What stands between a scheme and an identifier.
const SCHEME_END: &str = "::";
/// The scheme of organizations in any country (ISO/IEC 6523).
const ORGANIZATION_SCHEME: &str = "iso6523-actorid-upis";
/// The scheme of people in Norway.
const PERSON_SCHEME: &str = "nor-freg";
/// The Norwegian register in the scheme of organizations.
const NORWEGIAN_REGISTER: &str = "0192";

/// Identifies a subject or a requestor, as DAN reads it.
///
/// Any text is a party identifier: some datasets take subjects of their own kind, and it is the service that refuses
/// what it cannot read; [`check`](Self::check) tells beforehand. The kinds matter for privacy. Only what is surely a
/// Norwegian organization may stand in a URL or a message; everything else is masked by `Debug` and `Display`.
///
/// A number with its scheme and the bare number are the same party, and the bare number is what is written.
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

    /// The same with its scheme in front, which a dataset's own kind of subject has none of. It may be personal data.
    ///
    /// ```
    /// use dan_model::PartyIdentifier;
    ///
    /// let party = PartyIdentifier::from("991825827");
    /// assert_eq!(party.expose_with_scheme(), "iso6523-actorid-upis::0192:991825827");
    /// ```
    pub fn expose_with_scheme(&self) -> Cow<'_, str> {
        match self {
            Self::Organization(number) => number.with_scheme().into(),
            Self::Person(number) => number.expose_with_scheme().into(),
            Self::Other(text) => text.into(),
        }
    }

    /// The organization number, when the party is a Norwegian organization.
    pub fn as_organization(&self) -> Option<&OrganizationNumber> {
        match self {
            Self::Organization(number) => Some(number),
            Self::Person(_) | Self::Other(_) => None,
        }
    }

    /// The national identity number, when the party is a person in Norway.
    pub fn as_person(&self) -> Option<&NationalIdentityNumber> {
        match self {
            Self::Person(number) => Some(number),
            Self::Organization(_) | Self::Other(_) => None,
        }
    }

    /// Whether the service can read it as a party in Norway or abroad, by the rules it has for all datasets.
    ///
    /// ```
    /// use dan_model::{PartyError, PartyIdentifier};
    ///
    /// assert_eq!(PartyIdentifier::from("iso6523-actorid-upis::0007:5560000001").check(), Ok(()));
    /// assert_eq!(
    ///     PartyIdentifier::from("123456789").check(),
    ///     Err(PartyError::OrganizationNumberCheckDigit)
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with it. A dataset with subjects of its own kind may take it nevertheless.
    pub fn check(&self) -> Result<(), PartyError> {
        match self {
            Self::Organization(_) | Self::Person(_) => Ok(()),
            Self::Other(text) => match text.split_once(SCHEME_END) {
                Some((ORGANIZATION_SCHEME, id)) => check_organization(id),
                Some((PERSON_SCHEME, id)) => id.parse::<NationalIdentityNumber>().map(drop),
                Some(_) => Err(PartyError::UnknownScheme),
                None => check_number(text),
            },
        }
    }
}

/// An organization in its scheme: the code of a register, a colon, and its number there.
fn check_organization(id: &str) -> Result<(), PartyError> {
    match id.split_once(':') {
        Some((NORWEGIAN_REGISTER, number)) => number.parse::<OrganizationNumber>().map(drop),
        Some((register, number)) if !register.is_empty() && !number.is_empty() && !number.contains(':') => {
            Ok(())
        }
        _ => Err(PartyError::ForeignPartyForm),
    }
}

/// A number without a scheme, which was found to be no valid one.
fn check_number(text: &str) -> Result<(), PartyError> {
    match text.len() {
        _ if !text.bytes().all(|byte| byte.is_ascii_digit()) => Err(PartyError::NoNumber),
        9 => text.parse::<OrganizationNumber>().map(drop),
        11 => text.parse::<NationalIdentityNumber>().map(drop),
        _ => Err(PartyError::NoNumber),
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
            Self::Person(_) | Self::Other(_) => formatter.write_str(MASK),
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

impl Party {
    /// The party as one identifier; `None` when the service gave none.
    ///
    /// ```
    /// use dan_model::{Party, PartyIdentifier};
    ///
    /// let party = Party::new().with_scheme("iso6523-actorid-upis").with_id("0192:991825827");
    /// assert_eq!(party.identifier(), Some(PartyIdentifier::from("991825827")));
    /// ```
    pub fn identifier(&self) -> Option<PartyIdentifier> {
        let number =
            self.norwegian_organization_number.as_ref().or(self.norwegian_social_security_number.as_ref());
        match (number, &self.scheme, &self.id) {
            (Some(number), ..) => Some(number.clone()),
            (None, Some(scheme), Some(id)) => {
                Some(PartyIdentifier::from(format!("{scheme}{SCHEME_END}{id}")))
            }
            (None, None, Some(id)) => Some(PartyIdentifier::from(id.as_str())),
            (None, _, None) => None,
        }
    }
}

impl From<&PartyIdentifier> for Party {
    /// The party as the service writes it in an accreditation.
    fn from(identifier: &PartyIdentifier) -> Self {
        let full = identifier.expose_with_scheme();
        let party = match full.split_once(SCHEME_END) {
            Some((scheme, id)) => Self::new().with_scheme(scheme).with_id(id),
            None => Self::new().with_id(full.as_ref()),
        };
        match identifier {
            PartyIdentifier::Organization(_) => party.with_norwegian_organization_number(identifier.expose()),
            PartyIdentifier::Person(_) => party.with_norwegian_social_security_number(identifier.expose()),
            PartyIdentifier::Other(_) => party,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn schemes_come_and_go() {
        for (text, full) in
            [("991825827", "iso6523-actorid-upis::0192:991825827"), ("15867010022", "nor-freg::15867010022")]
        {
            let party = PartyIdentifier::from(text);
            assert_eq!(party.expose_with_scheme(), full);
            assert_eq!(PartyIdentifier::from(full), party);
            assert_eq!(Party::from(&party).identifier(), Some(party));
        }
        for other in ["12345678", "iso6523-actorid-upis::0007:5560000001"] {
            let party = PartyIdentifier::from(other);
            assert_eq!(party.expose_with_scheme(), other);
            assert_eq!(Party::from(&party).identifier(), Some(party));
        }
        assert_eq!(Party::new().identifier(), None);
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, wrong) in [
            ("991825827", None),
            ("iso6523-actorid-upis::0007:5560000001", None),
            ("991825828", Some(PartyError::OrganizationNumberCheckDigit)),
            ("iso6523-actorid-upis::0192:991825828", Some(PartyError::OrganizationNumberCheckDigit)),
            ("iso6523-actorid-upis::0192:99182582", Some(PartyError::OrganizationNumberForm)),
            ("15867010021", Some(PartyError::NationalIdentityNumberCheckDigits)),
            ("nor-freg::15867010021", Some(PartyError::NationalIdentityNumberCheckDigits)),
            ("nor-freg::1586701002", Some(PartyError::NationalIdentityNumberForm)),
            ("iso6523-actorid-upis::991825827", Some(PartyError::ForeignPartyForm)),
            ("iso6523-actorid-upis::0007:1:2", Some(PartyError::ForeignPartyForm)),
            ("ISO6523-actorid-upis::0192:991825827", Some(PartyError::UnknownScheme)),
            ("991 825 827", Some(PartyError::NoNumber)),
            ("12345678", Some(PartyError::NoNumber)),
            ("", Some(PartyError::NoNumber)),
        ] {
            assert_eq!(PartyIdentifier::from(text).check().err(), wrong, "{text}");
        }
    }
}
