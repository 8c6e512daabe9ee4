//! Settings, before they become a client.

mod authentication;
mod origin;
mod profile;
mod setting;
mod sources;
mod variables;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use dan_auth::{AuthError, Secret, TokenCacheLocation};
use dan_transport::{Environment, Error, ErrorKind};

use crate::client::DanClient;
use crate::client_builder::DanClientBuilder;
use crate::configuration::sources::Values;
use crate::subscription_keys::SubscriptionKeys;

pub use authentication::AuthenticationMethod;
pub use origin::{EffectiveSetting, Origin};
pub use profile::default_configuration_file;
pub use setting::Setting;
pub use sources::ConfigurationSources;

const DEFAULT_SCOPES: &str = "altinn:dataaltinnno";

/// How a certificate begins in PEM (RFC 7468 section 5.1).
const PEM_CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Settings as they stand in options, variables and profiles, before they become a client. Every field can be changed in
/// between.
///
/// | variable | meaning |
/// | --- | --- |
/// | `DAN_ENVIRONMENT` | the installation: `production`, `test` (unless said), `development`, `local` |
/// | `DAN_BASE_URL` | another origin instead |
/// | `DAN_CA_FILE` | the certificate authorities to trust (PEM), instead of the platform's |
/// | `DAN_CONFIG`, `DAN_PROFILE` | a configuration file, and the profile in it; see [`EXAMPLE_FILE`](Self::EXAMPLE_FILE) |
/// | `DAN_SUBSCRIPTION_KEY` | the subscription key |
/// | `DAN_SUBSCRIPTION_KEY_<CONTEXT>` | the key of a service context: its name in capitals, other characters as `_` |
/// | `DAN_ACCESS_TOKEN` | a ready token; goes before Maskinporten |
/// | `MASKINPORTEN_CLIENT_ID` | the client |
/// | `MASKINPORTEN_SCOPES` | scopes, separated by blanks; `altinn:dataaltinnno` unless said |
/// | `MASKINPORTEN_CLIENT_JWK` | the registered key as a private JWK, or base64 of it |
/// | `MASKINPORTEN_KID` | the key id, when it is not the one in the JWK |
/// | `DAN_CERTIFICATE_FILE` and `DAN_PRIVATE_KEY_FILE` | an enterprise certificate and its key, in any form |
/// | `DAN_PKCS12_FILE` | the two in one file |
/// | `DAN_KEY_PASSWORD` | the password of the key or of the PKCS#12 file |
/// | `MASKINPORTEN_ISSUER`, `MASKINPORTEN_TOKEN_ENDPOINT`, `MASKINPORTEN_WELL_KNOWN_URL` | another token server |
/// | `MASKINPORTEN_RESOURCE`, `MASKINPORTEN_CONSUMER_ORG` | optional claims of the assertion |
/// | `DAN_TOKEN_CACHE` | where tokens are kept: `memory` (unless said), `file:PATH`, `redis://…` |
///
/// An empty variable counts as none. Secrets may lie in files, too: `DAN_SUBSCRIPTION_KEY_FILE`,
/// `DAN_SUBSCRIPTION_KEY_<CONTEXT>_FILE`, `DAN_ACCESS_TOKEN_FILE`, `MASKINPORTEN_CLIENT_JWK_FILE` and
/// `DAN_KEY_PASSWORD_FILE` name them.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Configuration {
    /// The installation.
    pub environment: Environment,
    /// Another origin instead of the environment's.
    pub base_url: Option<String>,
    /// The certificate authorities to trust instead of the platform's, for the service and the token server.
    pub certificate_authorities_file: Option<PathBuf>,
    /// The service context of calls that do not say their own.
    pub service_context: Option<String>,
    /// The subscription keys.
    pub subscription_keys: SubscriptionKeys,
    /// The way of authenticating, when it does not follow from what is there; see
    /// [`authentication_method`](Self::authentication_method).
    pub authentication: Option<AuthenticationMethod>,
    /// A ready token; goes before Maskinporten.
    pub access_token: Option<Secret>,
    /// The Maskinporten client.
    pub maskinporten: MaskinportenConfiguration,
    /// The files of an enterprise certificate, for assertions or for mutual TLS.
    pub key_files: KeyFiles,
    /// How long one attempt of a call may take.
    pub timeout: Option<Duration>,
    /// How the command `dan` writes its results, in its own words.
    pub output: Option<String>,
    effective: Vec<EffectiveSetting>,
}

/// The Maskinporten client's part of a [`Configuration`].
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct MaskinportenConfiguration {
    /// The client id.
    pub client_id: Option<String>,
    /// The scopes, separated by blanks.
    pub scopes: Option<String>,
    /// The registered key: a private JWK, or base64 of it.
    pub client_jwk: Option<Secret>,
    /// The key id under which the key is registered, when it is not the one in the JWK.
    pub key_id: Option<String>,
    /// The issuer, when it is not the environment's.
    pub issuer: Option<String>,
    /// The token endpoint, when it is not `token` below the issuer.
    pub token_endpoint: Option<String>,
    /// The metadata document of another token server; used when neither issuer nor token endpoint is given.
    pub well_known_url: Option<String>,
    /// The API that the token is meant for.
    pub resource: Option<String>,
    /// The customer on whose behalf a supplier asks.
    pub consumer_org: Option<String>,
    /// Where tokens are kept beside the memory of the process.
    pub token_cache: Option<TokenCacheLocation>,
}

/// Files with a private key and its certificate, in any form that [`dan_auth::Bundle`] reads.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct KeyFiles {
    /// The certificate, with those that issued it if they are there.
    pub certificate: Option<PathBuf>,
    /// The private key.
    pub private_key: Option<PathBuf>,
    /// Both in one file.
    pub pkcs12: Option<PathBuf>,
    /// The password of the key or of the one file.
    pub password: Option<Secret>,
}

impl Configuration {
    /// A configuration file with everything that can stand there, all of it commented out, with explanations.
    pub const EXAMPLE_FILE: &str = include_str!("example.toml");

    /// Reads the process's environment variables, and the configuration file that they name or that lies at
    /// [its place](default_configuration_file).
    ///
    /// # Errors
    /// As [`ConfigurationSources::load`].
    pub fn from_environment() -> Result<Self, Error> {
        ConfigurationSources::new().environment_variables()?.default_file().load()
    }

    /// Reads variables given as pairs of name and value, and the configuration file if they name one. Names of others are
    /// passed over.
    ///
    /// # Errors
    /// As [`ConfigurationSources::load`].
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        ConfigurationSources::new().variables(variables).load()
    }

    /// The settings that somebody has given, each with where it comes from; secrets are masked. They are as they were
    /// read, whatever has been changed since.
    pub fn effective_settings(&self) -> &[EffectiveSetting] {
        &self.effective
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] names the setting that cannot be right, or the file that cannot be read.
    pub fn client(&self) -> Result<DanClient, Error> {
        self.builder()?.build()
    }

    /// Begins the client, for what is said in code alone.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dan_client::Configuration;
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// let configuration = Configuration::from_variables(sandbox.variables())?;
    /// let client = configuration.builder()?.application_id("my-service/2.1").timeout(Duration::from_secs(60)).build()?;
    /// # client.metadata().service_contexts().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn builder(&self) -> Result<DanClientBuilder, Error> {
        let mut builder = DanClient::builder()
            .environment(self.environment)
            .subscription_keys(self.subscription_keys.clone());
        if let Some(base_url) = &self.base_url {
            builder = builder.base_url(base_url);
        }
        if let Some(name) = &self.service_context {
            builder = builder.service_context(name);
        }
        if let Some(pem) = self.certificate_authorities_pem()? {
            builder = builder.certificate_authorities_pem(pem);
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        self.authenticate(builder)
    }

    fn of(values: &Values, subscription_keys: SubscriptionKeys) -> Result<Self, Error> {
        Ok(Self {
            environment: values
                .read(Setting::Environment, |name| name.parse().map_err(|error: Error| error.to_string()))?
                .unwrap_or_default(),
            base_url: values.text(Setting::BaseUrl),
            certificate_authorities_file: values.path(Setting::CaFile),
            service_context: values.text(Setting::ServiceContext),
            subscription_keys,
            authentication: values.read(Setting::Auth, str::parse)?,
            access_token: values.secret(Setting::AccessToken),
            maskinporten: MaskinportenConfiguration {
                client_id: values.text(Setting::ClientId),
                scopes: values.read(Setting::Scopes, scopes)?,
                client_jwk: values.secret(Setting::ClientJwk),
                key_id: values.text(Setting::KeyId),
                issuer: values.text(Setting::Issuer),
                token_endpoint: values.text(Setting::TokenEndpoint),
                well_known_url: values.text(Setting::WellKnownUrl),
                resource: values.text(Setting::Resource),
                consumer_org: values.text(Setting::ConsumerOrg),
                token_cache: values.read(Setting::TokenCache, |text| {
                    text.parse().map_err(|error: AuthError| error.to_string())
                })?,
            },
            key_files: KeyFiles {
                certificate: values.path(Setting::CertificateFile),
                private_key: values.path(Setting::PrivateKeyFile),
                pkcs12: values.path(Setting::Pkcs12File),
                password: values.secret(Setting::KeyPassword),
            },
            timeout: values.read(Setting::Timeout, duration)?,
            output: values.text(Setting::Output),
            effective: Vec::new(),
        })
    }

    fn certificate_authorities_pem(&self) -> Result<Option<Vec<u8>>, Error> {
        let Some(path) = &self.certificate_authorities_file else { return Ok(None) };
        let unreadable = |reason: &dyn fmt::Display| {
            let path = path.display();
            configuration(format!("the certificate authorities cannot be read from '{path}': {reason}"))
        };
        let pem = std::fs::read(path).map_err(|error| unreadable(&error))?;
        if !pem.windows(PEM_CERTIFICATE.len()).any(|window| window == PEM_CERTIFICATE) {
            return Err(unreadable(&"no certificate in PEM stands in it"));
        }
        Ok(Some(pem))
    }
}

/// Scopes hold no comma, which others put between them.
fn scopes(text: &str) -> Result<String, String> {
    if text.contains(',') {
        return Err(format!("the scopes '{text}' have commas between them; put blanks there"));
    }
    Ok(text.to_owned())
}

/// Reads a length of time: a number and a unit, such as `30s`, `2m` or `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let duration = text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    duration
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| format!("'{text}' is no length of time; give a number and a unit, such as 30s or 2m"))
}

fn configuration(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
