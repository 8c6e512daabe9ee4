//! Credentials that change while the client runs.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;

use crate::credential::ClientCredential;
use crate::error::{AuthError, AuthErrorKind};
use crate::file::{KeySource, SourceDigest};
use crate::identity::{Bundle, CertificateSelection};
use crate::key::PrivateKey;

/// Where a client's credential comes from. It is asked before each grant, and again when the token server has refused the
/// key, so that a key can be replaced without a restart.
///
/// ```
/// use dan_auth::{AuthError, ClientCredential, CredentialSource, PrivateKey, async_trait};
///
/// struct Vault;
///
/// #[async_trait]
/// impl CredentialSource for Vault {
///     async fn credential(&self) -> Result<ClientCredential, AuthError> {
///         let jwk = "read from the vault";
///         ClientCredential::registered_jwk(PrivateKey::from_jwk(jwk)?)
///     }
/// }
/// ```
#[async_trait]
pub trait CredentialSource: Send + Sync {
    /// The credential to sign with now.
    ///
    /// # Errors
    /// Says why there is none.
    async fn credential(&self) -> Result<ClientCredential, AuthError>;
}

/// A credential that does not change.
#[async_trait]
impl CredentialSource for ClientCredential {
    async fn credential(&self) -> Result<ClientCredential, AuthError> {
        Ok(self.clone())
    }
}

/// A credential from files or variables that is read again when their content has changed.
///
/// The old credential goes on while the new content cannot be used, as when a file is half written or its certificate
/// lacks its key: the log is warned, and the next grant tries again.
///
/// ```no_run
/// use dan_auth::{KeySource, MaskinportenClient, ReloadingCredential};
///
/// # fn example() -> Result<(), dan_auth::AuthError> {
/// // The key id is in the JWK: a new one comes with the new key.
/// let credential = ReloadingCredential::registered_jwk(KeySource::path("/run/secrets/maskinporten.jwk"))?;
/// let client = MaskinportenClient::with_credential_source("my-client-id", credential)
///     .scopes("altinn:dataaltinnno")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ReloadingCredential(Arc<Watched>);

struct Watched {
    sources: Vec<KeySource>,
    load: Box<Load>,
    current: Mutex<Current>,
}

impl fmt::Debug for ReloadingCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ReloadingCredential")
            .field("sources", &self.0.sources)
            .finish_non_exhaustive()
    }
}

type Load = dyn Fn(&[KeySource]) -> Result<ClientCredential, AuthError> + Send + Sync;

struct Current {
    credential: ClientCredential,
    digests: Vec<SourceDigest>,
}

impl ReloadingCredential {
    /// A registered key from a JWK that names its key id, or from a JWKS with one private key.
    ///
    /// # Errors
    /// As [`PrivateKey::load`] and [`ClientCredential::registered_jwk`].
    pub fn registered_jwk(source: KeySource) -> Result<Self, AuthError> {
        Self::new([source], |sources| match sources {
            [source] => ClientCredential::registered_jwk(PrivateKey::load(source)?),
            _ => Err(no_source()),
        })
    }

    /// A registered key in any form, which keeps its key id when it is replaced.
    ///
    /// # Errors
    /// As [`PrivateKey::load`].
    pub fn registered_key(source: KeySource, key_id: impl Into<String>) -> Result<Self, AuthError> {
        let key_id = key_id.into();
        Self::new([source], move |sources| match sources {
            [source] => Ok(ClientCredential::registered_key(PrivateKey::load(source)?, &key_id)),
            _ => Err(no_source()),
        })
    }

    /// An enterprise certificate with its key, chosen from everything that lies in these places.
    ///
    /// # Errors
    /// As [`Bundle::load`] and [`Bundle::identity`].
    pub fn enterprise_certificate(
        sources: impl IntoIterator<Item = KeySource>,
        selection: CertificateSelection,
    ) -> Result<Self, AuthError> {
        Self::new(sources, move |sources| {
            let mut bundle = Bundle::default();
            for source in sources {
                bundle = bundle.with(Bundle::load(source)?);
            }
            ClientCredential::from_identity(&bundle.identity(&selection)?)
        })
    }

    /// A credential that `load` makes from these places, at once and whenever one of them has changed.
    ///
    /// # Errors
    /// As `load`, and as [`ClientCredential::check`].
    pub fn new(
        sources: impl IntoIterator<Item = KeySource>,
        load: impl Fn(&[KeySource]) -> Result<ClientCredential, AuthError> + Send + Sync + 'static,
    ) -> Result<Self, AuthError> {
        let sources: Vec<KeySource> = sources.into_iter().collect();
        let current = Current::load(&sources, &load)?;
        Ok(Self(Arc::new(Watched { sources, load: Box::new(load), current: Mutex::new(current) })))
    }
}

#[async_trait]
impl CredentialSource for ReloadingCredential {
    async fn credential(&self) -> Result<ClientCredential, AuthError> {
        let watched = Arc::clone(&self.0);
        // Files are read here, and deriving a key from a password takes its time.
        let read = tokio::task::spawn_blocking(move || watched.credential());
        read.await.map_err(|_| {
            AuthError::new(AuthErrorKind::Configuration, "reading the credential anew was broken off")
        })
    }
}

impl Watched {
    fn credential(&self) -> ClientCredential {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if digests(&self.sources) != current.digests {
            match Current::load(&self.sources, &self.load) {
                Ok(renewed) => {
                    if !renewed.credential.is_same_as(&current.credential) {
                        tracing::info!("the credential has changed, and is used from now on");
                    }
                    *current = renewed;
                }
                Err(error) => {
                    tracing::warn!(%error, "the credential has changed and cannot be used; the old one goes on");
                }
            }
        }
        current.credential.clone()
    }
}

impl Current {
    /// The digests are taken first: what changes while it is read is read again the next time.
    fn load(
        sources: &[KeySource],
        load: &(impl Fn(&[KeySource]) -> Result<ClientCredential, AuthError> + ?Sized),
    ) -> Result<Self, AuthError> {
        let digests = digests(sources);
        let credential = load(sources)?;
        credential.check(SystemTime::now())?;
        Ok(Self { credential, digests })
    }
}

/// Contents and not times of change tell, since a file may be replaced twice within the resolution of its time.
fn digests(sources: &[KeySource]) -> Vec<SourceDigest> {
    sources.iter().map(KeySource::digest).collect()
}

fn no_source() -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, "there is nowhere to read the credential from")
}
