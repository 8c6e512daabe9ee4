//! Who is asking: a Maskinporten client with keys, certificates, tokens and a token cache.
//!
//! [Maskinporten](https://docs.digdir.no/docs/Maskinporten/) gives Norwegian enterprises access tokens for each other's
//! APIs. The enterprise signs an assertion with a registered key or its enterprise certificate, and gets a token that
//! lives two minutes as a rule. This crate does that for any such API; it knows nothing of data.altinn.no.
//!
//! - [`Bundle`] reads keys and certificates in whatever form they were delivered, and chooses the [`ClientIdentity`] that
//!   fits a [`Purpose`]; [`PrivateKey`] and [`CertificateChain`] read one of them. [`Certificate`] tells what stands in it.
//! - [`ClientCredential`] is what assertions are signed with: a registered key, or an identity's.
//! - [`MaskinportenClient`] gets tokens and keeps them: any [`TokenRequest`], by one client. A [`TokenCache`] shares them.
//! - [`CredentialSource`] and [`ReloadingCredential`] replace a key while the client runs.
//! - [`AccessTokenProvider`] is what callers of APIs ask. An [`AccessToken`] gives itself; [`TokenFunction`],
//!   [`NaisTokenProvider`] and [`AltinnTokenExchange`] get tokens elsewhere; or bring your own.
//! - [`AuthError`] says what went wrong, and [`Refusal`] what the token server said.
//! - [`secure_url`] tells whether secrets may go to an address.
//! - [`ClientCertificateRefusal`] tells a refused client certificate from a broken connection.

mod cache;
mod certificate;
mod client;
mod clock;
mod credential;
mod error;
mod file;
mod grant;
mod identity;
mod key;
mod provider;
mod request;
mod secret;
mod server;
mod tls_error;
mod token;
mod unique;

pub use async_trait::async_trait;

pub use cache::{
    CachedToken, FileTokenCache, MemoryTokenCache, TokenCache, TokenCacheError, TokenCacheKey,
    TokenCacheLocation, TokenCacheLock,
};
#[cfg(feature = "redis")]
pub use cache::{RedisTokenCache, RedisTokenCacheBuilder};
pub use certificate::{
    Certificate, CertificateChain, CertificateFacts, EXPIRY_WARNING, KeyUsage, Purpose, Unfit, Validity,
};
pub use client::{MaskinportenClient, MaskinportenClientBuilder};
pub use clock::{Clock, SystemClock};
pub use credential::{ClientCredential, CredentialSource, ReloadingCredential};
pub use error::{AuthError, AuthErrorKind};
pub use file::KeySource;
pub use grant::SigningAlgorithm;
pub use identity::{
    Bundle, CertificateSelection, Choice, ClientCertificateRefusal, ClientIdentity, PassedOver,
};
pub use key::{KeyProblem, KeyType, PrivateKey, PublicJwk, PublicJwkParameters};
pub use provider::{
    AccessTokenProvider, AltinnPlatform, AltinnTokenExchange, AltinnTokenExchangeBuilder, NaisTokenProvider,
    NaisTokenProviderBuilder, TokenFunction,
};
pub use request::{AuthorizationDetails, TokenRequest};
pub use secret::Secret;
pub use server::{Endpoints, MaskinportenEnvironment, Refusal, RefusalCause, secure_url};
pub use tls_error::is_untrusted_certificate;
pub use token::{AccessToken, GrantedToken};

/// The examples of the README, which are compiled and run with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
