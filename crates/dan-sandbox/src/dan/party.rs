//! Who is asked about, and on whose behalf: identifiers as the service reads them.

use dan_model::{NationalIdentityNumber, OrganizationNumber};

const ORGANIZATION_SCHEME: &str = "iso6523-actorid-upis";
const PERSON_SCHEME: &str = "nor-freg";

/// The prefix of Norwegian organization numbers in ISO 6523.
const NORWAY: &str = "0192";

/// Error texts repeat this much of an identifier.
const SHOWN_CHARACTERS: usize = 20;

/// A party of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Party {
    Organization(OrganizationNumber),
    Person(NationalIdentityNumber),
    /// An organization of another country; its identifier is not checked.
    Foreign(String),
    /// A subject of a dataset's own kind.
    Custom(String),
}

impl Party {
    /// Reads an identifier, with or without a scheme. Schemes are case-sensitive, and nothing is trimmed.
    pub(crate) fn parse(identifier: &str) -> Result<Self, String> {
        let shown: String = identifier.chars().take(SHOWN_CHARACTERS).collect();
        let invalid = || format!("'{shown}' is not a valid organization number or national identity number");
        let mut parts = identifier.split("::");
        match (parts.next().unwrap_or_default(), parts.next()) {
            (number, None) => {
                let organization = || number.parse().map(Self::Organization).ok();
                let person = || number.parse().map(Self::Person).ok();
                organization().or_else(person).ok_or_else(invalid)
            }
            (ORGANIZATION_SCHEME, Some(identifier)) => match identifier.split_once(':') {
                Some((NORWAY, number)) => number.parse().map(Self::Organization).map_err(|_| invalid()),
                Some((_, number)) if !number.contains(':') => Ok(Self::Foreign(identifier.to_owned())),
                _ => Err(invalid()),
            },
            (PERSON_SCHEME, Some(number)) => number.parse().map(Self::Person).map_err(|_| invalid()),
            _ => Err(format!(
                "'{shown}' has an unknown scheme; the schemes are {ORGANIZATION_SCHEME} and {PERSON_SCHEME}"
            )),
        }
    }

    /// The bare Norwegian number, which foreign parties and subjects of a dataset's own kind lack.
    pub(crate) fn norwegian_number(&self) -> Option<&str> {
        match self {
            Self::Organization(number) => Some(number.as_str()),
            Self::Person(number) => Some(number.expose()),
            Self::Foreign(_) | Self::Custom(_) => None,
        }
    }

    /// The identifier that a source is asked with.
    pub(crate) fn identifier(&self) -> &str {
        match self {
            Self::Organization(number) => number.as_str(),
            Self::Person(number) => number.expose(),
            Self::Foreign(identifier) | Self::Custom(identifier) => identifier,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling() {
        let organization = Party::Organization("991825827".parse().unwrap());
        let person = Party::Person("15867010022".parse().unwrap());
        assert_eq!(Party::parse("991825827"), Ok(organization.clone()));
        assert_eq!(Party::parse("iso6523-actorid-upis::0192:991825827"), Ok(organization.clone()));
        assert_eq!(Party::parse("iso6523-actorid-upis::0192:991825827::more"), Ok(organization));
        assert_eq!(Party::parse("15867010022"), Ok(person.clone()));
        assert_eq!(Party::parse("nor-freg::15867010022"), Ok(person));
        assert_eq!(Party::parse("iso6523-actorid-upis::0007:55"), Ok(Party::Foreign("0007:55".into())));
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for identifier in [
            "",
            "991825828",
            " 991825827",
            "15867010021",
            "iso6523-actorid-upis::0192:991825828",
            "iso6523-actorid-upis::0007:5:5",
            "iso6523-actorid-upis::0007",
            "nor-freg::991825827",
        ] {
            assert!(Party::parse(identifier).unwrap_err().contains("is not a valid"), "{identifier}");
        }
        assert!(Party::parse("NOR-FREG::15867010022").unwrap_err().contains("unknown scheme"));
        assert!(Party::parse(&"9".repeat(30)).unwrap_err().starts_with("'99999999999999999999' is"));
    }
}
