//! How a token is got from Maskinporten: an assertion, its exchange, and another try where that helps.

mod algorithm;
mod assertion;
mod jws;
mod jwt_bearer;
mod retry;

pub(crate) use jwt_bearer::{JwtBearerClient, JwtBearerGrant};
pub(crate) use retry::Retry;

pub use algorithm::SigningAlgorithm;
