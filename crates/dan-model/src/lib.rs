//! What data.altinn.no says: types, their meaning, their schemas.
//!
//! The types of [`v1`] are generated from the API's OpenAPI document and bear its names. Enums are open and unknown
//! fields are kept, since the service may add to both within a version. What the types mean stands beside them, written
//! by hand: party identifiers, timestamps, what may be shown of a text.
//!
//! ```
//! let body = br#"{"evidenceStatus":{"evidenceCodeName":"UnitBasicInformation",
//!     "status":{"code":1,"description":"The information is available for harvest"},"validFrom":null,"validTo":null},
//!     "evidenceValues":[{"evidenceValueName":"OrganizationName","source":"Enhetsregisteret",
//!     "value":"EKSEMPEL AS","valueType":"string"}]}"#;
//! let evidence: dan_model::Evidence = serde_json::from_slice(body)?;
//! assert_eq!(evidence.evidence_values[0].value_type, Some(dan_model::ValueType::String));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! The feature `schemars`, which is on unless it is turned off, gives every type of the API a JSON Schema.

mod amount;
mod decode;
mod error_code;
mod error_text;
mod not_granted;
mod party;
mod privacy;
mod requirement;
mod requirement_meaning;
#[cfg(feature = "schemars")]
mod schema;
mod status_code;
mod timestamp;
mod unknown_fields;
mod value;

pub mod open_enum;
// The generator formats its code itself, so that the check gives the same result everywhere.
#[rustfmt::skip]
pub mod v1;

pub use amount::{Amount, AmountError};
pub use decode::{DecodeError, DecodeErrorKind, decode, fields, from_json};
pub use error_code::Retry;
pub use error_text::{ConsentRefusal, Denial, DenialReason};
pub use not_granted::NotGranted;
pub use party::{
    NationalIdentityNumber, NationalIdentityNumberKind, OrganizationNumber, PartyError, PartyIdentifier,
};
pub use privacy::{Withheld, holds_national_identity_number, mask_personal_numbers};
pub use status_code::Availability;
pub use timestamp::{Offset, TimeOfDay, Timestamp, TimestampError, TimestampParts};
pub use unknown_fields::UnknownFields;
pub use v1::*;
pub use value::{Attachment, JsonDocument, TypedValue, ValueError};
