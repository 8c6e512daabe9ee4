//! What a token is asked for.

mod authorization_details;
mod token_request;

pub use authorization_details::AuthorizationDetails;
pub use token_request::TokenRequest;
