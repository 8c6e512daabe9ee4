//! The ports: connections, TLS, and the limits of what is read from them.

use std::convert::Infallible;
use std::error::Error;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::danger::ClientCertVerifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tracing::debug;

use crate::body::{AnswerBody, BrokenOnPurpose, GeneratedBody};
use crate::certificate_authority::CertificateAuthority;
use crate::client_certificate::ClientCertificate;
use crate::core::{Core, Service};
use crate::error::StartError;
use crate::fault::Disruption;
use crate::gateway;

/// How many connections one port serves at once; others wait.
const MOST_CONNECTIONS: usize = 1024;

/// The size of a request's line and headers together. What is larger is answered with 431.
const HEADER_LIMIT: u16 = 32 * 1024;

/// The size of a request's body. What is larger is answered with 413.
const BODY_LIMIT: usize = 1024 * 1024;

/// How long a client may take for the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may take for a request's headers, and a connection may idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a client may take for a request's body. A slower one is answered with 408.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the port rests when the system refuses it a connection, for want of file descriptors for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Takes a port of the loopback interface; 0 is any free one.
pub(crate) fn bind(port: u16) -> Result<(TcpListener, u16), StartError> {
    let bound = || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok((listener, port))
    };
    bound().map_err(|source| StartError::Port { port, source })
}

/// TLS 1.2 and 1.3 with a certificate for this machine; HTTP/2 and HTTP/1.1 to choose from. With a verifier, clients
/// must show a certificate too.
pub(crate) fn tls_acceptor(
    authority: &CertificateAuthority,
    clients: Option<Arc<dyn ClientCertVerifier>>,
) -> Result<TlsAcceptor, StartError> {
    let (certificate, key) = authority.issue_loopback_certificate()?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?;
    let config = match clients {
        Some(verifier) => config.with_client_cert_verifier(verifier),
        None => config.with_no_client_auth(),
    };
    let mut config = config.with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves one port for as long as the future is polled.
pub(crate) async fn serve(
    listener: tokio::net::TcpListener,
    tls: Option<TlsAcceptor>,
    core: Arc<Core>,
    service: Service,
) -> Infallible {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let (tls, core) = (tls.clone(), Arc::clone(&core));
                tokio::spawn(async move {
                    if let Err(error) = connection(stream, tls, core, service).await {
                        debug!(target: "dan_sandbox", "{service:?} connection failed: {error}");
                    }
                    drop(place);
                });
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    core: Arc<Core>,
    service: Service,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    match tls {
        Some(tls) => {
            let stream = timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await??;
            let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
            let certificate = certificates.first().and_then(ClientCertificate::read);
            requests(stream, core, service, certificate).await
        }
        None => requests(stream, core, service, None).await,
    }
}

async fn requests(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    core: Arc<Core>,
    service: Service,
    certificate: Option<ClientCertificate>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let answer = service_fn(|mut request: Request<Incoming>| {
        let core = Arc::clone(&core);
        if let Some(certificate) = &certificate {
            request.extensions_mut().insert(certificate.clone());
        }
        async move { sent(answer(request, &core, service).await).await }
    });
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(usize::from(HEADER_LIMIT))
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::from(HEADER_LIMIT));
    server.serve_connection(TokioIo::new(stream), answer).await
}

/// The answer as it goes out: late, broken or made while it is sent, when its extensions say so.
async fn sent(mut response: Response<Bytes>) -> Result<Response<AnswerBody>, BrokenOnPurpose> {
    let disruption = response.extensions_mut().remove::<Disruption>();
    let generated = response.extensions_mut().remove::<GeneratedBody>();
    match disruption {
        Some(Disruption::Close) => return Err(BrokenOnPurpose),
        Some(Disruption::Delay(delay)) => sleep(delay).await,
        Some(Disruption::CloseMidway) => return Ok(response.map(|body| AnswerBody::broken_midway(&body))),
        None => {}
    }
    Ok(match generated {
        Some(generated) => response.map(|_| generated.into()),
        None => response.map(AnswerBody::from),
    })
}

/// Reads the whole request, within its limits, and has it answered.
async fn answer(request: Request<Incoming>, core: &Core, service: Service) -> Response<Bytes> {
    let (head, body) = request.into_parts();
    let body = match timeout(BODY_TIMEOUT, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return gateway::answer(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body of the request is larger than 1 MiB",
            );
        }
        Ok(Err(_)) => return gateway::answer(StatusCode::BAD_REQUEST, "The body of the request broke off"),
        Err(_) => {
            return gateway::answer(StatusCode::REQUEST_TIMEOUT, "The body of the request took too long");
        }
    };
    core.answer(service, Request::from_parts(head, body))
}
