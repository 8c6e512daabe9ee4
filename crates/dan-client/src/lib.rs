//! What can be asked of data.altinn.no: one method per thing a user wants.
//!
//! A [`DanClient`] is made from settings in code ([`DanClient::builder`]) or from variables
//! ([`DanClient::from_environment`]). It harvests datasets ([`DanClient::direct_harvest`]) and reads what can be
//! harvested ([`DanClient::metadata`]).
//!
//! ```
//! use dan_client::{DanClient, PartyIdentifier};
//! use dan_sandbox::Sandbox;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start().await?;
//! let client = DanClient::from_variables(sandbox.variables())?;
//!
//! let evidence = client.direct_harvest("UnitBasicInformation").subject("991825827").evidence().await?;
//! assert_eq!(evidence.evidence_values[0].evidence_value_name, "OrganizationNumber");
//! # Ok(())
//! # }
//! ```

mod client;
mod client_builder;
mod configuration;
mod dataset_changes;
mod direct_harvest;
mod entity_register;
mod harvest;
mod metadata;
mod near_name;
mod open_data;
mod own_token;
mod preflight;
mod proof;
mod subscription_keys;

pub use dan_auth as auth;
pub use dan_auth::{AccessToken, AccessTokenProvider, AuthError, AuthErrorKind, Secret, async_trait};
pub use dan_model as model;
pub use dan_model::{
    Evidence, EvidenceCode, NationalIdentityNumber, OrganizationNumber, PartyError, PartyIdentifier,
};
pub use dan_transport::{
    Answer, ApiVersion, Delivery, Environment, Error, ErrorKind, ErrorOrigin, RetryPolicy, StreamedAnswer,
    SubscriptionKey,
};

pub use client::DanClient;
pub use client_builder::DanClientBuilder;
pub use configuration::{
    AuthenticationMethod, Configuration, ConfigurationSources, EffectiveSetting, KeyFiles,
    MaskinportenConfiguration, Origin, Setting, default_configuration_file,
};
pub use dataset_changes::{DatasetChange, DatasetChangeKind, dataset_changes};
pub use direct_harvest::{Direct, DirectHarvest};
pub use entity_register::EntityRegister;
pub use harvest::{Harvest, HarvestRequest, HarvestStream, HarvestTarget, Progress};
pub use metadata::Metadata;
pub use open_data::OpenData;
pub use preflight::{Finding, Preflight};
pub use proof::{Archive, ArchiveRecord, RequestRecord, Signature, SignatureError, SignatureKey};
pub use subscription_keys::SubscriptionKeys;

/// The README's examples are tested with this crate.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
