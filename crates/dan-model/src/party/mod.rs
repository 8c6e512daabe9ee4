//! Who is asked about, and who asks: organization numbers, national identity numbers, party identifiers.

mod check_digits;
mod error;
mod identifier;
mod national_identity_number;
mod organization_number;

pub use error::PartyError;
pub use identifier::PartyIdentifier;
pub use national_identity_number::{NationalIdentityNumber, NationalIdentityNumberKind};
pub use organization_number::OrganizationNumber;
