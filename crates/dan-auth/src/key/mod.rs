//! Private keys, in the forms that people have them.

mod elliptic_curve;
pub(crate) mod encrypted;
pub(crate) mod jwk;
pub(crate) mod jwk_set;
mod key_type;
mod private_key;
mod problem;
mod public_jwk;
mod rsa;

pub(crate) use elliptic_curve::{ALGORITHM as EC_ALGORITHM, Curve};
pub(crate) use problem::damaged_key;
pub(crate) use rsa::{ALGORITHM as RSA_ALGORITHM, RsaKey, SMALLEST_BITS as SMALLEST_RSA_BITS};

pub use key_type::KeyType;
pub use private_key::PrivateKey;
pub use problem::KeyProblem;
pub use public_jwk::{PublicJwk, PublicJwkParameters};
