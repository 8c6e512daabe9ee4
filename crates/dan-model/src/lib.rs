//! What data.altinn.no says: types, their meaning, their schemas.

mod party;

pub use party::{NationalIdentityNumber, OrganizationNumber, PartyError, PartyIdentifier};
