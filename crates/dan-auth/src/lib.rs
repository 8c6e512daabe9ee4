//! Who is asking: a Maskinporten client with keys, certificates, tokens and a token cache.
//!
//! [Maskinporten](https://docs.digdir.no/docs/Maskinporten/) gives Norwegian enterprises access tokens for each other's
//! APIs. The enterprise signs an assertion with a registered key or its enterprise certificate, and gets a token that
//! lives two minutes as a rule. This crate does that for any such API; it knows nothing of data.altinn.no.
//!
//! - [`Bundle`] reads keys and certificates in whatever form they were delivered, and chooses the [`ClientIdentity`] that
//!   fits a [`Purpose`]; [`PrivateKey`] and [`CertificateChain`] read one of them. [`Certificate`] tells what stands in it.
//! - [`ClientCredential`] is what assertions are signed with: a registered key, or an identity's.
//! - [`MaskinportenClient`] gets tokens and keeps them.
//! - [`AccessTokenProvider`] is what callers of APIs ask; bring your own, or give an [`AccessToken`] as it is.
//! - [`AuthError`] says what went wrong, and [`Refusal`] what the token server said.

mod assertion;
mod cache;
mod certificate;
mod client;
mod credential;
mod endpoints;
mod error;
mod file;
mod identity;
mod key;
mod provider;
mod refusal;
mod secret;
mod token;
mod token_server;

pub use async_trait::async_trait;

pub use cache::TokenCacheKey;
pub use certificate::{
    Certificate, CertificateChain, CertificateFacts, EXPIRY_WARNING, KeyUsage, Purpose, Unfit, Validity,
};
pub use client::{MaskinportenClient, MaskinportenClientBuilder};
pub use credential::ClientCredential;
pub use endpoints::{Endpoints, MaskinportenEnvironment};
pub use error::{AuthError, AuthErrorKind};
pub use file::KeySource;
pub use identity::{
    Bundle, CertificateSelection, Choice, ClientCertificateRefusal, ClientIdentity, PassedOver,
};
pub use key::{KeyProblem, KeyType, PrivateKey, PublicJwk, PublicJwkParameters};
pub use provider::AccessTokenProvider;
pub use refusal::Refusal;
pub use secret::Secret;
pub use token::AccessToken;
