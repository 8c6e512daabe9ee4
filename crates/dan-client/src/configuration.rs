//! Settings from variables.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dan_auth::{
    AccessToken, AccessTokenProvider, AuthError, AuthErrorKind, CertificateChain, ClientCredential,
    Endpoints, MaskinportenClient, MaskinportenClientBuilder, PrivateKey, Secret, async_trait,
};
use dan_transport::{Environment, Error, ErrorKind, SubscriptionKey};

use crate::client::DanClient;
use crate::subscription_keys::SubscriptionKeys;
use crate::variables::Variables;

const DEFAULT_SCOPES: &str = "altinn:dataaltinnno";
const CONTEXT_KEY_PREFIX: &str = "DAN_SUBSCRIPTION_KEY_";

const NO_CREDENTIALS: &str = "an access token is needed: set MASKINPORTEN_CLIENT_ID with a key \
     (MASKINPORTEN_CLIENT_JWK, or DAN_CERTIFICATE_FILE and DAN_PRIVATE_KEY_FILE), or DAN_ACCESS_TOKEN";

/// Settings as they stand in variables, before they become a client. Every field can be changed in between.
///
/// | variable | meaning |
/// | --- | --- |
/// | `DAN_ENVIRONMENT` | the installation: `production`, `test` (unless said), `development`, `local` |
/// | `DAN_BASE_URL` | another origin instead |
/// | `DAN_CA_FILE` | the certificate authorities to trust (PEM), instead of the platform's |
/// | `DAN_SUBSCRIPTION_KEY`, `DAN_SUBSCRIPTION_KEY_FILE` | the subscription key, or the file that holds it |
/// | `DAN_SUBSCRIPTION_KEY_<CONTEXT>` | the key of a service context: its name in capitals, other characters as `_` |
/// | `DAN_ACCESS_TOKEN` | a ready token; goes before Maskinporten |
/// | `MASKINPORTEN_CLIENT_ID` | the client |
/// | `MASKINPORTEN_SCOPES` | scopes, separated by blanks; `altinn:dataaltinnno` unless said |
/// | `MASKINPORTEN_CLIENT_JWK`, `MASKINPORTEN_CLIENT_JWK_FILE` | the registered key as a private JWK, or base64 of it |
/// | `MASKINPORTEN_KID` | the key id, when it is not the one in the JWK |
/// | `DAN_CERTIFICATE_FILE` and `DAN_PRIVATE_KEY_FILE` | an enterprise certificate and its key (PEM) |
/// | `MASKINPORTEN_ISSUER`, `MASKINPORTEN_TOKEN_ENDPOINT`, `MASKINPORTEN_WELL_KNOWN_URL` | another token server |
/// | `MASKINPORTEN_RESOURCE`, `MASKINPORTEN_CONSUMER_ORG` | optional claims of the assertion |
///
/// An empty variable counts as none.
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
    /// A ready token; goes before Maskinporten.
    pub access_token: Option<Secret>,
    /// The Maskinporten client.
    pub maskinporten: MaskinportenConfiguration,
    /// How long a call may take.
    pub timeout: Option<Duration>,
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
    /// The key id, when it is not the one in the JWK.
    pub key_id: Option<String>,
    /// The enterprise certificate (PEM).
    pub certificate_file: Option<PathBuf>,
    /// The private key of the certificate, or of the key id (PEM).
    pub private_key_file: Option<PathBuf>,
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
}

impl Configuration {
    /// Reads the process's environment variables.
    ///
    /// # Errors
    /// As [`from_variables`](Self::from_variables).
    pub fn from_environment() -> Result<Self, Error> {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from_variables(variables)
    }

    /// Reads variables given as pairs of name and value. Names of others are passed over.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] names the variable that cannot be right, or the file that cannot be read.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut variables = Variables::new(variables);
        Ok(Self {
            environment: match variables.take("DAN_ENVIRONMENT") {
                Some(name) => name.parse()?,
                None => Environment::default(),
            },
            base_url: variables.take("DAN_BASE_URL"),
            certificate_authorities_file: variables.take_path("DAN_CA_FILE"),
            service_context: None,
            access_token: variables.take_secret("DAN_ACCESS_TOKEN"),
            maskinporten: MaskinportenConfiguration::from_variables(&mut variables)?,
            subscription_keys: subscription_keys(&mut variables)?,
            timeout: None,
        })
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] names the setting that cannot be right, or the file that cannot be read.
    pub fn client(&self) -> Result<DanClient, Error> {
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
        let provider =
            if self.names_credentials() { self.access_token_provider()? } else { Arc::new(NoCredentials) };
        builder.access_token_provider(provider).build()
    }

    /// Makes the provider of access tokens alone.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] says what is missing or cannot be right.
    pub fn access_token_provider(&self) -> Result<Arc<dyn AccessTokenProvider>, Error> {
        if let Some(token) = &self.access_token {
            return Ok(Arc::new(ready_token(token)?));
        }
        let maskinporten = &self.maskinporten;
        let client_id = maskinporten.client_id.as_ref().ok_or_else(|| configuration(NO_CREDENTIALS))?;
        let mut builder = MaskinportenClient::builder(client_id, maskinporten.credential()?)
            .scopes(maskinporten.scopes.as_deref().unwrap_or(DEFAULT_SCOPES));
        builder = maskinporten.token_server(builder, self.environment)?;
        if let Some(resource) = &maskinporten.resource {
            builder = builder.resource(resource);
        }
        if let Some(consumer_org) = &maskinporten.consumer_org {
            builder = builder.consumer_org(consumer_org);
        }
        if let Some(pem) = self.certificate_authorities_pem()? {
            builder = builder.certificate_authorities_pem(pem);
        }
        Ok(Arc::new(builder.build()?))
    }

    /// Whether anything of a credential is there; half a one is a mistake that the provider's making tells.
    fn names_credentials(&self) -> bool {
        let maskinporten = &self.maskinporten;
        self.access_token.is_some()
            || maskinporten.client_id.is_some()
            || maskinporten.client_jwk.is_some()
            || maskinporten.certificate_file.is_some()
            || maskinporten.private_key_file.is_some()
    }

    fn certificate_authorities_pem(&self) -> Result<Option<Vec<u8>>, Error> {
        self.certificate_authorities_file
            .as_deref()
            .map(|path| read("the certificate authorities", path))
            .transpose()
    }
}

/// Lets those who have configured nothing read metadata, and tells them what is missing when they want more.
struct NoCredentials;

#[async_trait]
impl AccessTokenProvider for NoCredentials {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        Err(AuthError::new(AuthErrorKind::Configuration, NO_CREDENTIALS))
    }
}

impl MaskinportenConfiguration {
    fn from_variables(variables: &mut Variables) -> Result<Self, Error> {
        Ok(Self {
            client_id: variables.take("MASKINPORTEN_CLIENT_ID"),
            scopes: variables.take("MASKINPORTEN_SCOPES"),
            client_jwk: variables.take_secret_or_file("MASKINPORTEN_CLIENT_JWK")?,
            key_id: variables.take("MASKINPORTEN_KID"),
            certificate_file: variables.take_path("DAN_CERTIFICATE_FILE"),
            private_key_file: variables.take_path("DAN_PRIVATE_KEY_FILE"),
            issuer: variables.take("MASKINPORTEN_ISSUER"),
            token_endpoint: variables.take("MASKINPORTEN_TOKEN_ENDPOINT"),
            well_known_url: variables.take("MASKINPORTEN_WELL_KNOWN_URL"),
            resource: variables.take("MASKINPORTEN_RESOURCE"),
            consumer_org: variables.take("MASKINPORTEN_CONSUMER_ORG"),
        })
    }

    fn credential(&self) -> Result<ClientCredential, Error> {
        match (&self.client_jwk, &self.private_key_file, &self.certificate_file) {
            (Some(jwk), None, None) => {
                let key = PrivateKey::from_jwk(jwk.expose())?;
                Ok(match &self.key_id {
                    Some(key_id) => ClientCredential::registered_key(key, key_id),
                    None => ClientCredential::registered_jwk(key)?,
                })
            }
            (None, Some(key_file), None) => {
                let key_id = self.key_id.as_ref().ok_or_else(|| {
                    configuration("DAN_PRIVATE_KEY_FILE needs DAN_CERTIFICATE_FILE, or MASKINPORTEN_KID for a registered key")
                })?;
                Ok(ClientCredential::registered_key(private_key(key_file)?, key_id))
            }
            (None, Some(key_file), Some(certificate_file)) => {
                let certificate = read("the certificate", certificate_file)
                    .and_then(|pem| Ok(CertificateChain::from_pem(&pem)?))?;
                Ok(ClientCredential::enterprise_certificate(private_key(key_file)?, certificate))
            }
            (None, None, Some(_)) => Err(configuration("DAN_CERTIFICATE_FILE needs DAN_PRIVATE_KEY_FILE")),
            (None, None, None) => Err(configuration(
                "MASKINPORTEN_CLIENT_ID needs a key: set MASKINPORTEN_CLIENT_JWK, or DAN_CERTIFICATE_FILE and DAN_PRIVATE_KEY_FILE",
            )),
            (Some(_), _, _) => Err(configuration(
                "two keys are configured: keep either MASKINPORTEN_CLIENT_JWK, or DAN_CERTIFICATE_FILE and DAN_PRIVATE_KEY_FILE",
            )),
        }
    }

    /// What is said goes before the environment's own token server; the more exact goes first.
    fn token_server(
        &self,
        builder: MaskinportenClientBuilder,
        environment: Environment,
    ) -> Result<MaskinportenClientBuilder, Error> {
        Ok(match (&self.issuer, &self.token_endpoint, &self.well_known_url) {
            (Some(issuer), Some(token_endpoint), _) => {
                builder.endpoints(Endpoints::new(issuer, token_endpoint)?)
            }
            (Some(issuer), None, _) => builder.endpoints(Endpoints::of_issuer(issuer)?),
            (None, Some(token_endpoint), _) => {
                let issuer = environment.maskinporten().issuer();
                builder.endpoints(Endpoints::new(issuer, token_endpoint)?)
            }
            (None, None, Some(url)) => builder.well_known_url(url),
            (None, None, None) => builder.environment(environment.maskinporten()),
        })
    }
}

fn subscription_keys(variables: &mut Variables) -> Result<SubscriptionKeys, Error> {
    let mut keys = SubscriptionKeys::new();
    if let Some(key) = variables.take_secret_or_file("DAN_SUBSCRIPTION_KEY")? {
        keys.set_default(SubscriptionKey::new(&key)?);
    }
    for (context, key) in variables.take_prefixed(CONTEXT_KEY_PREFIX) {
        keys.set(&context, SubscriptionKey::new(&key)?);
    }
    Ok(keys)
}

/// The service answers a text that is no JWT at all with a fault of its own, which would not tell what is wrong.
fn ready_token(token: &Secret) -> Result<AccessToken, Error> {
    let token = AccessToken::new(token.expose().trim());
    if token.claims().is_none() {
        return Err(Error::new(
            ErrorKind::Unauthenticated,
            "DAN_ACCESS_TOKEN is no access token of Maskinporten: that is a JWT, three parts joined by dots",
        ));
    }
    Ok(token)
}

fn private_key(path: &Path) -> Result<PrivateKey, Error> {
    Ok(PrivateKey::from_pem(&read("the private key", path)?)?)
}

fn read(what: &str, path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path)
        .map_err(|error| configuration(format!("{what} cannot be read from '{}': {error}", path.display())))
}

fn configuration(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
