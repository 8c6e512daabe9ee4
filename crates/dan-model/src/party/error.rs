//! Why a text identifies nobody.

use std::fmt;

/// Why a text is no organization number, no national identity number or no party. Never holds the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// Neither nine nor eleven digits, and no scheme: only a dataset with subjects of its own kind takes it.
    NoNumber,
    /// A scheme that the service does not know. Schemes are case-sensitive.
    UnknownScheme,
    /// After `iso6523-actorid-upis::` there are not a code of the register, one colon, and a number.
    ForeignPartyForm,
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
            Self::NoNumber => {
                "a party is an organization number of nine digits, a national identity number of eleven, \
                 or a scheme, `::` and an identifier"
            }
            Self::UnknownScheme => {
                "the scheme of a party is `iso6523-actorid-upis` for organizations or `nor-freg` for people"
            }
            Self::ForeignPartyForm => {
                "a foreign party is written `iso6523-actorid-upis::`, the four digits of its register, `:` and its number"
            }
        })
    }
}

impl std::error::Error for PartyError {}
