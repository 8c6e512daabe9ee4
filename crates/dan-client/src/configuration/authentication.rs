//! Who asks: the way of authenticating, and what it is made of.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use dan_auth::{
    AccessToken, AccessTokenProvider, AuthError, AuthErrorKind, Bundle, CertificateSelection,
    ClientCredential, ClientIdentity, Endpoints, KeyProblem, KeySource, MaskinportenClient,
    MaskinportenClientBuilder, PrivateKey, Purpose, Secret, async_trait,
};
use dan_transport::{Environment, Error, ErrorKind};

use crate::client_builder::DanClientBuilder;
use crate::configuration::{
    Configuration, DEFAULT_SCOPES, KeyFiles, MaskinportenConfiguration, configuration,
};

const NO_CREDENTIALS: &str = "an access token is needed: set MASKINPORTEN_CLIENT_ID with a key \
     (MASKINPORTEN_CLIENT_JWK, or an enterprise certificate), or DAN_ACCESS_TOKEN";
const NO_KEY: &str = "MASKINPORTEN_CLIENT_ID needs a key: set MASKINPORTEN_CLIENT_JWK, or \
     DAN_CERTIFICATE_FILE and DAN_PRIVATE_KEY_FILE, or DAN_PKCS12_FILE";
const TWO_KEYS: &str = "both a registered key (MASKINPORTEN_CLIENT_JWK) and an enterprise certificate are configured; \
     say which one: maskinporten for the former, certificate for mutual TLS with the latter";

/// A way of authenticating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthenticationMethod {
    /// A token of Maskinporten, got with a registered key or an enterprise certificate.
    Maskinporten,
    /// Mutual TLS with an enterprise certificate, at the environment's certificate endpoint. The service itself dropped
    /// client certificates in September 2025; this is for installations that still take them.
    Certificate,
    /// A token that is ready.
    Token,
    /// Nothing: public metadata and open data alone.
    None,
}

impl AuthenticationMethod {
    const ALL: [Self; 4] = [Self::Maskinporten, Self::Certificate, Self::Token, Self::None];

    /// The name by which it is chosen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Maskinporten => "maskinporten",
            Self::Certificate => "certificate",
            Self::Token => "token",
            Self::None => "none",
        }
    }
}

impl fmt::Display for AuthenticationMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for AuthenticationMethod {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|method| method.as_str() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("there is no way of authenticating '{name}'; choose one of: {names}")
        })
    }
}

impl Configuration {
    /// The way of authenticating: the one that is said, else the one that follows from what is there. A ready token goes
    /// before Maskinporten; a client id means Maskinporten; a certificate without a client id means mutual TLS.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when what is there could mean several.
    pub fn authentication_method(&self) -> Result<AuthenticationMethod, Error> {
        if let Some(method) = self.authentication {
            return Ok(method);
        }
        let maskinporten = &self.maskinporten;
        Ok(if self.access_token.is_some() {
            AuthenticationMethod::Token
        } else if maskinporten.client_jwk.is_some() && self.key_files.name_any() {
            return Err(configuration(TWO_KEYS));
        } else if maskinporten.client_id.is_some()
            || maskinporten.client_jwk.is_some()
            || maskinporten.key_id.is_some()
        {
            AuthenticationMethod::Maskinporten
        } else if self.key_files.name_any() {
            AuthenticationMethod::Certificate
        } else {
            AuthenticationMethod::None
        })
    }

    /// Makes the provider of access tokens alone.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] says what is missing or cannot be right, also when the way of authenticating has no
    /// tokens.
    pub fn access_token_provider(&self) -> Result<Arc<dyn AccessTokenProvider>, Error> {
        match self.authentication_method()? {
            AuthenticationMethod::Token => self.ready_token(),
            AuthenticationMethod::Maskinporten => Ok(Arc::new(self.maskinporten_client()?)),
            AuthenticationMethod::Certificate => Err(configuration(
                "with an enterprise certificate in mutual TLS there is no token; set MASKINPORTEN_CLIENT_ID to get one",
            )),
            AuthenticationMethod::None => Err(configuration(NO_CREDENTIALS)),
        }
    }

    /// The enterprise certificate with its key, for mutual TLS.
    ///
    /// Reading a key that a password protects takes up to some hundred milliseconds; inside an async runtime, call this
    /// from a thread that may block.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] says what is missing, cannot be read or does not fit.
    pub fn client_identity(&self) -> Result<ClientIdentity, Error> {
        self.key_files.identity(Purpose::ClientAuthentication)
    }

    pub(super) fn authenticate(&self, builder: DanClientBuilder) -> Result<DanClientBuilder, Error> {
        Ok(match self.authentication_method()? {
            AuthenticationMethod::Certificate => builder.client_identity(self.client_identity()?),
            AuthenticationMethod::None => builder.access_token_provider(Arc::new(NoCredentials)),
            AuthenticationMethod::Token | AuthenticationMethod::Maskinporten => {
                builder.access_token_provider(self.access_token_provider()?)
            }
        })
    }

    /// The service answers a text that is no JWT at all with a fault of its own, which would not tell what is wrong.
    fn ready_token(&self) -> Result<Arc<dyn AccessTokenProvider>, Error> {
        let token = self.access_token.as_ref().ok_or_else(|| {
            configuration("a ready token is to be used, and there is none: set DAN_ACCESS_TOKEN")
        })?;
        let token = AccessToken::new(token.expose().trim());
        if token.claims().is_none() {
            return Err(Error::new(
                ErrorKind::Unauthenticated,
                "DAN_ACCESS_TOKEN is no access token of Maskinporten: that is a JWT, three parts joined by dots",
            ));
        }
        Ok(Arc::new(token))
    }

    /// Makes the Maskinporten client, whatever the way of authenticating.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] says what is missing or cannot be right.
    pub fn maskinporten_client(&self) -> Result<MaskinportenClient, Error> {
        let maskinporten = &self.maskinporten;
        let client_id = maskinporten.client_id.as_ref().ok_or_else(|| configuration(NO_CREDENTIALS))?;
        let mut builder = MaskinportenClient::builder(client_id, self.credential()?)
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
        if let Some(location) = &maskinporten.token_cache {
            builder = builder.token_cache(location.open()?);
        }
        Ok(builder.build()?)
    }

    /// What assertions are signed with. A key id says that the key is registered; without one, the certificate goes along.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] says what is missing, cannot be read or does not fit.
    pub fn credential(&self) -> Result<ClientCredential, Error> {
        let key_id = self.maskinporten.key_id.as_deref();
        if let Some(jwk) = &self.maskinporten.client_jwk {
            let key = PrivateKey::from_jwk(jwk.expose())
                .map_err(|error| configuration(format!("MASKINPORTEN_CLIENT_JWK: {error}")))?;
            return Ok(match key_id {
                Some(key_id) => ClientCredential::registered_key(key, key_id),
                None => ClientCredential::registered_jwk(key)?,
            });
        }
        if !self.key_files.name_any() {
            return Err(configuration(NO_KEY));
        }
        match key_id {
            Some(key_id) => Ok(ClientCredential::registered_key(self.key_files.private_key()?, key_id)),
            None => Ok(ClientCredential::from_identity(&self.key_files.identity(Purpose::Signing)?)?),
        }
    }
}

impl KeyFiles {
    /// Whether there is a file; a password alone is none.
    fn name_any(&self) -> bool {
        self.certificate.is_some() || self.private_key.is_some() || self.pkcs12.is_some()
    }

    /// The certificate that fits a purpose, with its key.
    pub(crate) fn identity(&self, purpose: Purpose) -> Result<ClientIdentity, Error> {
        if self.pkcs12.is_none() && self.private_key.is_none() {
            return Err(configuration(if self.certificate.is_some() {
                "DAN_CERTIFICATE_FILE needs DAN_PRIVATE_KEY_FILE"
            } else {
                "an enterprise certificate is needed: set DAN_CERTIFICATE_FILE and DAN_PRIVATE_KEY_FILE, or DAN_PKCS12_FILE"
            }));
        }
        Ok(self.bundle()?.identity(&CertificateSelection::for_purpose(purpose))?)
    }

    fn private_key(&self) -> Result<PrivateKey, Error> {
        let bundle = self.bundle()?;
        match bundle.private_keys() {
            [key] => Ok(key.clone()),
            [] => Err(configuration("there is no private key in the files that are configured")),
            _ => Err(configuration(
                "there are several private keys in the files that are configured; keep the registered one",
            )),
        }
    }

    /// Everything that lies in the files.
    fn bundle(&self) -> Result<Bundle, Error> {
        let mut bundle = Bundle::default();
        for path in [&self.pkcs12, &self.private_key, &self.certificate].into_iter().flatten() {
            bundle = bundle.with(self.load(path)?);
        }
        Ok(bundle)
    }

    /// Everything that lies in a file, opened with the [`password`](Self::password).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] says what is wrong with the file, and where a missing password belongs.
    pub fn load(&self, path: &Path) -> Result<Bundle, Error> {
        let mut source = KeySource::path(path);
        if let Some(password) = &self.password {
            source = source.password(Secret::clone(password));
        }
        Bundle::load(&source).map_err(|error| match error.key_problem() {
            Some(KeyProblem::PasswordMissing) => configuration(format!(
                "{error} (the password belongs in DAN_KEY_PASSWORD or DAN_KEY_PASSWORD_FILE)"
            )),
            _ => error.into(),
        })
    }
}

impl MaskinportenConfiguration {
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

/// Lets those who have configured nothing read metadata, and tells them what is missing when they want more.
struct NoCredentials;

#[async_trait]
impl AccessTokenProvider for NoCredentials {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        Err(AuthError::new(AuthErrorKind::Configuration, NO_CREDENTIALS))
    }
}
