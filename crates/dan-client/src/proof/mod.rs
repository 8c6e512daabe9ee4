//! Proof of what was received: the service's signature, and an archive of answers as they arrived.

mod archive;
mod request_record;
mod signature;
mod signature_error;
mod signature_key;
mod signature_rule;
mod streamed_proof;

pub use archive::{Archive, ArchiveRecord};
pub use request_record::RequestRecord;
pub use signature::Signature;
pub use signature_error::SignatureError;
pub use signature_key::SignatureKey;

pub(crate) use signature_rule::{SignatureRule, verify};
pub(crate) use streamed_proof::StreamedProof;
