//! Who is asking: a Maskinporten client with keys, certificates, tokens and a token cache.
//!
//! [Maskinporten](https://docs.digdir.no/docs/Maskinporten/) gives Norwegian enterprises access tokens for each other's
//! APIs. The enterprise signs an assertion with a registered key or its enterprise certificate, and gets a token that
//! lives two minutes as a rule. This crate does that for any such API; it knows nothing of data.altinn.no.
//!
//! - [`PrivateKey`] and [`CertificateChain`] are read from PEM or JWK; [`ClientCredential`] joins what belongs together.
//! - [`MaskinportenClient`] gets tokens and keeps them.
//! - [`AccessTokenProvider`] is what callers of APIs ask; bring your own, or give an [`AccessToken`] as it is.
//! - [`AuthError`] says what went wrong, and [`Refusal`] what the token server said.

mod assertion;
mod cache;
mod certificate_chain;
mod client;
mod credential;
mod endpoints;
mod error;
mod jwk;
mod pem;
mod private_key;
mod provider;
mod refusal;
mod secret;
mod token;
mod token_server;

pub use async_trait::async_trait;

pub use certificate_chain::CertificateChain;
pub use client::{MaskinportenClient, MaskinportenClientBuilder};
pub use credential::ClientCredential;
pub use endpoints::{Endpoints, MaskinportenEnvironment};
pub use error::{AuthError, AuthErrorKind};
pub use private_key::{PrivateKey, PublicJwk};
pub use provider::AccessTokenProvider;
pub use refusal::Refusal;
pub use secret::Secret;
pub use token::AccessToken;
