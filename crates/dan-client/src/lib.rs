//! What can be asked of data.altinn.no: one method per thing a user wants.
//!
//! A [`DanClient`] is made from settings in code ([`DanClient::builder`]) or from variables and files
//! ([`DanClient::from_environment`], [`Configuration`]). It knows no host, header or status number; what travels how is
//! `dan-transport`'s matter.
//!
//! ```
//! use dan_client::DanClient;
//! use dan_sandbox::Sandbox;
//!
//! #[derive(serde::Deserialize)]
//! struct Unit {
//!     #[serde(rename = "OrganizationName")]
//!     name: String,
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start().await?; // Without it: DanClient::from_environment()
//! let client = DanClient::from_variables(sandbox.variables())?;
//!
//! let harvest = client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827");
//! let unit: Unit = harvest.typed().await?;
//! assert!(!unit.name.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What can be asked
//!
//! | to do this | begin here |
//! | --- | --- |
//! | harvest a dataset with one call, in whatever form | [`DanClient::direct_harvest`] |
//! | ask for a permission, with the subject's consent where it takes one | [`DanClient::request_authorization`] |
//! | wait for what a permission covers, harvest it, remind, delete | [`DanClient::accreditation`] |
//! | list permissions, and follow what changes about them | [`DanClient::accreditations`], [`DanClient::accreditation_changes`] |
//! | find out what is wrong with a request before it is sent | [`HarvestRequest::preflight`] |
//! | read what can be harvested, codes, usage | [`DanClient::metadata`] |
//! | read open data | [`DanClient::open_data`] |
//! | look up units in the register of legal entities | [`DanClient::entity_register`] |
//! | prove that an answer is the service's | [`SignatureKey`], [`DanClientBuilder::require_signature`] |
//! | keep answers as they arrived | [`Archive`] |
//!
//! # What is done for you
//!
//! - A person's number goes in the body of a request and never in a URL, a log line or an error.
//! - The subscription key is chosen by the service context, which follows from the dataset where nothing else is said.
//! - Access tokens are got, kept and renewed by the [`AccessTokenProvider`]. A certificate can take their place
//!   ([`DanClientBuilder::client_identity`]).
//! - What may safely be sent again is, within the time that is allowed; what may not, is not. [`Error`] says who said
//!   what, and whether asking again helps.
//!
//! # Features
//!
//! | feature | gives |
//! | --- | --- |
//! | `pkcs12` (default) | keys and certificates from PKCS#12 files, and encrypted keys |
//! | `redis` | access tokens that a fleet shares through a Redis server |
//!
//! TLS is rustls in every case, with the platform's certificate authorities unless others are given.

mod accreditation;
mod accreditations;
mod authorization;
mod client;
mod client_builder;
mod clock;
mod configuration;
mod dataset;
mod dataset_changes;
mod dataset_name;
mod direct_harvest;
mod end;
mod entity_register;
mod harvest;
mod metadata;
mod near_name;
mod once;
mod open_data;
mod own_token;
mod preflight;
mod proof;
mod service_time;
mod subscription_keys;
mod times;

pub use bytes::Bytes;
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

pub use accreditation::{
    AccreditationHandle, AccreditationId, Available, EvidenceHarvest, HarvestOutcome, HarvestOutcomes,
    REMINDER_PAUSE, Reminder, ReminderOutcome, WaitProgress, WaitUntilAvailable,
};
pub use accreditations::{
    AccreditationChange, AccreditationChanges, AccreditationList, Watermark, WatermarkFile,
};
pub use authorization::{Authorization, DatasetRequest, RequestAuthorization};
pub use client::DanClient;
pub use client_builder::DanClientBuilder;
pub use clock::{Clock, SystemClock};
pub use configuration::{
    AuthenticationMethod, Configuration, ConfigurationSources, EffectiveSetting, KeyFiles,
    MaskinportenConfiguration, Origin, Setting, default_configuration_file,
};
pub use dataset::{Dataset, DatasetHarvest, DatasetParameters};
pub use dataset_changes::{DatasetChange, DatasetChangeKind, dataset_changes};
pub use dataset_name::find_dataset;
pub use direct_harvest::{Direct, DirectHarvest};
pub use entity_register::EntityRegister;
pub use harvest::{Harvest, HarvestRequest, HarvestStream, HarvestTarget, Progress};
pub use metadata::Metadata;
pub use near_name::near_name;
pub use open_data::OpenData;
pub use preflight::{Finding, Preflight};
pub use proof::{Archive, ArchiveRecord, RequestRecord, Signature, SignatureError, SignatureKey};
pub use subscription_keys::SubscriptionKeys;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct CrateReadme;

/// The README's examples are tested with this crate.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
