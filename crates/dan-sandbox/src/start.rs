//! How a sandbox starts and stops: ports, files, and the thread that serves.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::{fs, io};

use futures_util::future::select_all;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tracing::dispatcher;

use crate::certificate_authority::CertificateAuthority;
use crate::client_certificate;
use crate::control::CONTROL_PATH;
use crate::core::{Core, Service};
use crate::error::StartError;
use crate::host;
use crate::maskinporten::{TOKEN_PATH, WELL_KNOWN_PATH};
use crate::sandbox::{MaskinportenAddresses, Sandbox};

/// How a sandbox is started; see [`Sandbox::builder`].
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct SandboxBuilder {
    port: u16,
    maskinporten_port: u16,
    certificate_port: u16,
    plain_http: bool,
    without_ports: bool,
    without_gateway: bool,
    data: Option<PathBuf>,
}

pub(crate) struct Addresses {
    pub(crate) base_url: String,
    /// None over plain HTTP, which has no certificates.
    pub(crate) certificate_base_url: Option<String>,
    pub(crate) control_url: String,
    pub(crate) maskinporten: MaskinportenAddresses,
}

/// The files that others read, in a directory of their own that goes with the sandbox.
pub(crate) struct Files {
    pub(crate) ca: Option<(PathBuf, String)>,
    pub(crate) signing_key: PathBuf,
    _directory: TempDir,
}

/// The thread that serves, with a runtime of its own: a sandbox answers while the test that uses it blocks.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl SandboxBuilder {
    /// The port of DAN; 0, the default, is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The port of Maskinporten; 0, the default, is any free one.
    pub fn maskinporten_port(mut self, port: u16) -> Self {
        self.maskinporten_port = port;
        self
    }

    /// The port of DAN for callers with an enterprise certificate; 0, the default, is any free one.
    pub fn certificate_port(mut self, port: u16) -> Self {
        self.certificate_port = port;
        self
    }

    /// Speaks HTTP without TLS, and so without the port for callers with a certificate.
    pub fn plain_http(mut self, plain_http: bool) -> Self {
        self.plain_http = plain_http;
        self
    }

    /// Opens no port, and starts no thread: requests are answered by [`Sandbox::answer`] alone. The addresses of the
    /// sandbox are then names that lead nowhere.
    pub fn without_ports(mut self) -> Self {
        self.without_ports = true;
        self
    }

    /// Leaves the gateway out, as on the machine of somebody who develops the service: paths stand under `/api`, without
    /// version and public prefix; nobody has a subscription key; the header `X-NADOBE-SERVICECONTEXT` names the product,
    /// such as `ebevis-product`. With [`plain_http`](Self::plain_http) and the [`port`](Self::port) 7071, the sandbox is
    /// what the environment `local` leads to.
    pub fn without_gateway(mut self) -> Self {
        self.without_gateway = true;
        self
    }

    /// A folder of JSON files, each a dataset that is added to the catalogue or replaces the one of its name.
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Starts the sandbox; when this returns, it answers.
    ///
    /// # Errors
    ///
    /// If a port is taken, or the system refuses files, threads or randomness.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        if self.without_ports {
            let (core, addresses, files) = self.prepare_without_ports()?;
            return Ok(Sandbox { core, addresses, files, _server: None });
        }
        let (ready, started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let dispatch = dispatcher::get_default(Clone::clone);
        let run = move || dispatcher::with_default(&dispatch, || self.run(ready, stopped));
        let thread =
            thread::Builder::new().name("dan-sandbox".to_owned()).spawn(run).map_err(StartError::Thread)?;
        let server = Server { stop: Some(stop), thread: Some(thread) };
        let cut_short = |_| StartError::Thread(io::Error::other("it ended before it was ready"));
        let (core, addresses, files) = started.await.map_err(cut_short)??;
        Ok(Sandbox { core, addresses, files, _server: Some(server) })
    }

    /// Makes the sandbox, tells when it is ready, and serves until it is stopped.
    fn run(self, ready: oneshot::Sender<Result<Parts, StartError>>, stopped: oneshot::Receiver<()>) {
        let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(ready.send(Err(StartError::Thread(error)))),
        };
        runtime.block_on(async {
            let (sandbox, ports) = match self.prepare() {
                Ok(prepared) => prepared,
                Err(error) => return drop(ready.send(Err(error))),
            };
            let core = Arc::clone(&sandbox.0);
            if ready.send(Ok(sandbox)).is_err() {
                return;
            }
            let served = ports.into_iter().map(|Port { listener, tls, service }| {
                Box::pin(host::serve(listener, tls, Arc::clone(&core), service))
            });
            tokio::select! {
                _ = stopped => {}
                _ = select_all(served) => {}
            }
        });
    }

    fn prepare_without_ports(&self) -> Result<Parts, StartError> {
        let addresses = Addresses::new(
            "https://dan.sandbox.invalid".to_owned(),
            None,
            "https://maskinporten.sandbox.invalid/".to_owned(),
        );
        let core = self.core(&addresses)?;
        let files = Files::write(None, &core.signing_key_pem()).map_err(StartError::Directory)?;
        Ok((Arc::new(core), addresses, files))
    }

    fn core(&self, addresses: &Addresses) -> Result<Core, StartError> {
        let issuer = addresses.maskinporten.issuer.clone();
        Core::new(issuer, addresses.base_url.clone(), !self.without_gateway, self.data.as_deref())
    }

    fn prepare(&self) -> Result<(Parts, Vec<Port>), StartError> {
        let (dan, port) = host::bind(self.port)?;
        let (maskinporten, maskinporten_port) = host::bind(self.maskinporten_port)?;
        let by_certificate = if self.plain_http { None } else { Some(host::bind(self.certificate_port)?) };
        let certificate_port = by_certificate.as_ref().map(|(_, port)| *port);
        let scheme = if self.plain_http { "http" } else { "https" };
        let addresses = Addresses::new(
            format!("{scheme}://127.0.0.1:{port}"),
            certificate_port.map(|port| format!("{scheme}://127.0.0.1:{port}")),
            format!("{scheme}://127.0.0.1:{maskinporten_port}/"),
        );
        let core = self.core(&addresses)?;
        let authority = if self.plain_http { None } else { Some(CertificateAuthority::generate()?) };
        let tls = authority.as_ref().map(|authority| host::tls_acceptor(authority, None)).transpose()?;
        let mut ports = vec![
            Port::new(dan, tls.clone(), Service::Dan)?,
            Port::new(maskinporten, tls, Service::Maskinporten)?,
        ];
        if let (Some((listener, _)), Some(authority)) = (by_certificate, &authority) {
            let verifier = client_certificate::verifier(core.enterprise_authority())?;
            let tls = host::tls_acceptor(authority, Some(verifier))?;
            ports.push(Port::new(listener, Some(tls), Service::DanByCertificate)?);
        }
        let files = Files::write(authority.map(|authority| authority.pem()), &core.signing_key_pem())
            .map_err(StartError::Directory)?;
        Ok(((Arc::new(core), addresses, files), ports))
    }
}

/// A port that is served.
struct Port {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: Service,
}

impl Port {
    fn new(
        listener: std::net::TcpListener,
        tls: Option<TlsAcceptor>,
        service: Service,
    ) -> Result<Self, StartError> {
        Ok(Self { listener: TcpListener::from_std(listener).map_err(StartError::Thread)?, tls, service })
    }
}

type Parts = (Arc<Core>, Addresses, Files);

impl Addresses {
    fn new(base_url: String, certificate_base_url: Option<String>, issuer: String) -> Self {
        Self {
            control_url: format!("{base_url}{CONTROL_PATH}"),
            certificate_base_url,
            base_url,
            maskinporten: MaskinportenAddresses {
                token_endpoint: format!("{issuer}{TOKEN_PATH}"),
                well_known: format!("{issuer}{WELL_KNOWN_PATH}"),
                issuer,
            },
        }
    }
}

impl Files {
    fn write(ca_pem: Option<String>, signing_key_pem: &str) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("dan-sandbox-").tempdir()?;
        let signing_key = directory.path().join("signing-key.pem");
        fs::write(&signing_key, signing_key_pem)?;
        let ca = ca_pem.map(|pem| (directory.path().join("ca.pem"), pem));
        if let Some((path, pem)) = &ca {
            fs::write(path, pem)?;
        }
        Ok(Self { ca, signing_key, _directory: directory })
    }
}

impl Drop for Server {
    /// Stops the thread and waits for it, so that the ports are free afterwards.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
