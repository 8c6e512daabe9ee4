//! A running sandbox: started, asked, and stopped by dropping it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, io};

use bytes::Bytes;
use dan_model::OrganizationNumber;
use http::{Request, Response};
use serde::Serialize;

use crate::body::GeneratedBody;
use crate::core::{Core, Service};
use crate::environment;
use crate::error::StartError;
use crate::request_log::RecordedRequest;
use crate::start::{Addresses, Files, SandboxBuilder, Server};

/// A DAN and a Maskinporten on ports of this machine, with a registered client and everything that trusting them takes.
///
/// Any number of sandboxes can run side by side; each has its own ports, keys, certificate authority and memory. They
/// listen on loopback alone, and hold nothing but synthetic data. Dropping a sandbox stops it, frees its ports and removes
/// its files.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), dan_sandbox::StartError> {
/// let sandbox = dan_sandbox::Sandbox::start().await?;
/// assert!(sandbox.base_url().starts_with("https://127.0.0.1:"));
/// assert!(sandbox.subscription_keys().contains_key("eBevis"));
/// # Ok(())
/// # }
/// ```
pub struct Sandbox {
    pub(crate) core: Arc<Core>,
    pub(crate) addresses: Addresses,
    pub(crate) files: Files,
    /// None when there are no ports.
    pub(crate) _server: Option<Server>,
}

/// Where the sandbox's Maskinporten is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MaskinportenAddresses {
    /// The issuer, which is also the audience of assertions; it ends with a slash.
    pub issuer: String,
    /// The token endpoint.
    pub token_endpoint: String,
    /// The metadata document (RFC 8414).
    pub well_known: String,
}

/// Everything that a program beside the sandbox needs in order to use it, but for the client's private key.
///
/// Serialized, it is the line that `dan sandbox` prints. `Debug` leaves the subscription keys out.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Ready {
    /// The base URL of DAN, without the version.
    pub base_url: String,
    /// The base URL of DAN for callers who authenticate with an enterprise certificate; none over plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_base_url: Option<String>,
    /// Where Maskinporten is found.
    pub maskinporten: MaskinportenAddresses,
    /// The certificate to trust, PEM; none over plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// The id of the client that is registered already.
    pub client_id: String,
    /// The organization number of that client's owner.
    pub organisation: String,
    /// The subscription keys by the name of their service context.
    pub subscription_keys: BTreeMap<String, String>,
    /// The public key of `X-Signature-JWT`, PEM.
    pub signing_key_file: PathBuf,
    /// The address that the control calls stand under; it ends with a slash.
    pub control_url: String,
    /// The file with the variables, when one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env_file: Option<PathBuf>,
}

impl Sandbox {
    /// Starts a sandbox on free ports, over TLS.
    ///
    /// # Errors
    ///
    /// If the system refuses ports, files, threads or randomness.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Starts a sandbox step by step.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Answers a request without a port, as if it had come over one.
    ///
    /// A file comes in one piece, however large it is. Faults that break or delay connections leave the answer as it is,
    /// for there is no connection.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use dan_sandbox::{Sandbox, Service};
    ///
    /// let sandbox = Sandbox::builder().without_ports().start().await?;
    /// let request = http::Request::get("/v1/public/metadata/servicecontexts").body(bytes::Bytes::new())?;
    /// let answer = sandbox.answer(Service::Dan, request);
    /// assert_eq!(answer.status(), 200);
    /// assert!(answer.body().starts_with(b"[\"eBevis\","));
    /// # Ok(())
    /// # }
    /// ```
    pub fn answer(&self, service: Service, request: Request<Bytes>) -> Response<Bytes> {
        let mut answer = self.core.answer(service, request);
        match answer.extensions_mut().remove::<GeneratedBody>() {
            Some(generated) => answer.map(|_| generated.bytes()),
            None => answer,
        }
    }

    /// The base URL of DAN without the version, such as `https://127.0.0.1:40123`; without gateway, what comes before `/api`.
    pub fn base_url(&self) -> &str {
        &self.addresses.base_url
    }

    /// The base URL of DAN for callers who authenticate with an enterprise certificate over mutual TLS, without the
    /// version; none over plain HTTP.
    pub fn certificate_base_url(&self) -> Option<&str> {
        self.addresses.certificate_base_url.as_deref()
    }

    /// Where Maskinporten is found.
    pub fn maskinporten(&self) -> &MaskinportenAddresses {
        &self.addresses.maskinporten
    }

    /// The file with the certificate of the authority that a client must trust, PEM; none over plain HTTP.
    pub fn ca_file(&self) -> Option<&Path> {
        self.files.ca.as_ref().map(|(path, _)| path.as_path())
    }

    /// The certificate of the authority that a client must trust, PEM; none over plain HTTP.
    pub fn ca_pem(&self) -> Option<&str> {
        self.files.ca.as_ref().map(|(_, pem)| pem.as_str())
    }

    /// The id of the client that is registered already. Its private key is among the [`variables`](Self::variables).
    pub fn client_id(&self) -> &str {
        &self.core.ready_client().client_id
    }

    /// The organization number of the registered client's owner.
    pub fn organisation(&self) -> &str {
        self.core.ready_client().organisation.as_str()
    }

    /// The subscription keys by the name of their service context, such as `eBevis`. They are random at each start.
    pub fn subscription_keys(&self) -> BTreeMap<String, String> {
        self.core.subscription_keys()
    }

    /// The address that the control calls stand under; it ends with a slash.
    pub fn control_url(&self) -> &str {
        &self.addresses.control_url
    }

    /// The file with the public key of `X-Signature-JWT`, PEM.
    pub fn signing_key_file(&self) -> &Path {
        &self.files.signing_key
    }

    /// The environment variables that make the command `dan` use this sandbox, secrets included. One
    /// [without gateway](SandboxBuilder::without_gateway) is reached at the port 7071, by plain HTTP, alone.
    pub fn variables(&self) -> Vec<(String, String)> {
        let client = self.core.ready_client();
        let maskinporten = self.maskinporten();
        // The version is appended to a base URL, and a bare backend has none.
        let address = if self.core.has_gateway() {
            ("DAN_BASE_URL".to_owned(), self.base_url().to_owned())
        } else {
            ("DAN_ENVIRONMENT".to_owned(), "local".to_owned())
        };
        let mut variables = vec![address];
        if let Some(ca_file) = self.ca_file() {
            variables.push(("DAN_CA_FILE".to_owned(), ca_file.display().to_string()));
        }
        variables.extend(environment::subscription_key_variables(&self.subscription_keys()));
        variables.extend(
            [
                ("MASKINPORTEN_CLIENT_ID", client.client_id.clone()),
                ("MASKINPORTEN_CLIENT_JWK", client.jwk.clone()),
                ("MASKINPORTEN_SCOPES", client.scopes.join(" ")),
                ("MASKINPORTEN_ISSUER", maskinporten.issuer.clone()),
                ("MASKINPORTEN_TOKEN_ENDPOINT", maskinporten.token_endpoint.clone()),
                ("MASKINPORTEN_WELL_KNOWN_URL", maskinporten.well_known.clone()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        variables
    }

    /// Writes the [`variables`](Self::variables) to a file that a shell can read with `.`.
    ///
    /// The file is for its owner alone (mode 0600). It is written whole or not at all, and replaces one that is there.
    ///
    /// # Errors
    ///
    /// If the directory is not there or cannot be written to.
    pub fn write_env_file(&self, path: impl AsRef<Path>) -> io::Result<()> {
        environment::write_file(path.as_ref(), &self.variables())
    }

    /// What to tell a program beside the sandbox once it is ready.
    pub fn ready(&self) -> Ready {
        Ready {
            base_url: self.base_url().to_owned(),
            certificate_base_url: self.certificate_base_url().map(str::to_owned),
            maskinporten: self.maskinporten().clone(),
            ca_file: self.ca_file().map(Path::to_owned),
            client_id: self.client_id().to_owned(),
            organisation: self.organisation().to_owned(),
            subscription_keys: self.subscription_keys(),
            signing_key_file: self.signing_key_file().to_owned(),
            control_url: self.control_url().to_owned(),
            env_file: None,
        }
    }

    /// A token of the registered client with all its scopes, for a test that has no business with Maskinporten.
    ///
    /// It lives for two minutes by the sandbox's clock, as one from the token endpoint does.
    ///
    /// # Errors
    ///
    /// If the system refuses randomness.
    pub fn access_token(&self) -> Result<String, StartError> {
        let client = self.core.ready_client();
        self.access_token_for(&client.organisation, &client.scopes)
    }

    /// A token of another organization, with scopes of your choice.
    ///
    /// # Errors
    ///
    /// See [`access_token`](Self::access_token).
    pub fn access_token_for(
        &self,
        organisation: &OrganizationNumber,
        scopes: &[String],
    ) -> Result<String, StartError> {
        Ok(self.core.access_token(organisation, scopes)?)
    }

    /// The calls received so far, secrets and national identity numbers masked; control calls are not among them.
    ///
    /// At most 64 MiB of them are kept, the latest.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.core.requests()
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ready")
            .field("base_url", &self.base_url)
            .field("maskinporten", &self.maskinporten)
            .field("client_id", &self.client_id)
            .field("control_url", &self.control_url)
            .finish_non_exhaustive()
    }
}
