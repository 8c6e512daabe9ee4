//! Who a caller is: a private key with its certificate, chosen from what there is.

mod bundle;
mod choice;
mod client_identity;
mod selection;

pub use bundle::Bundle;
pub use choice::{Choice, PassedOver};
pub use client_identity::ClientIdentity;
pub(crate) use client_identity::require_pair;
pub use selection::CertificateSelection;
