//! Who a caller is: a private key with its certificate, chosen from what there is.

mod bundle;
mod certificate_refusal;
mod choice;
mod client_identity;
mod selection;

pub use bundle::Bundle;
pub use certificate_refusal::ClientCertificateRefusal;
pub use choice::{Choice, PassedOver};
pub use client_identity::ClientIdentity;
pub(crate) use client_identity::require_pair;
pub use selection::CertificateSelection;
