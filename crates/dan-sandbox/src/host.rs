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
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::danger::ClientCertVerifier;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, copy, sink};
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

/// The name of HTTP/2 in the TLS handshake.
const HTTP2: &[u8] = b"h2";

/// How many connections one port serves at once; others wait.
const MOST_CONNECTIONS: usize = 4096;

/// The size of a request's line and headers together. What is larger is answered with 431.
const HEADER_LIMIT: u16 = 32 * 1024;

/// The size of a request's body. What is larger is answered with 413.
const BODY_LIMIT: usize = 1024 * 1024;

/// How long a client may take for the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client that failed at it may take to go.
const PARTING_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a client may take for a request's headers, and a connection may idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a client may take for a request's body. A slower one is answered with 408.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How often a connection of HTTP/2 is asked whether somebody is there, and how long the answer may take.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

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
    config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
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
            let stream = match timeout(HANDSHAKE_TIMEOUT, tls.accept(stream).into_fallible()).await? {
                Ok(stream) => stream,
                Err((error, stream)) => {
                    part(stream).await;
                    return Err(error.into());
                }
            };
            let (_, session) = stream.get_ref();
            let is_http2 = session.alpn_protocol() == Some(HTTP2);
            let certificates = session.peer_certificates().unwrap_or_default();
            let certificate = certificates.first().and_then(ClientCertificate::read);
            requests(stream, is_http2, core, service, certificate).await
        }
        None => requests(stream, false, core, service, None).await,
    }
}

/// Ends a connection whose handshake failed. By TLS 1.3 the client may have begun to ask already: if nobody took that in, it
/// might hear of a broken connection, and not why.
async fn part(mut stream: TcpStream) {
    let unread = async {
        stream.shutdown().await?;
        copy(&mut stream, &mut sink()).await
    };
    if timeout(PARTING_TIMEOUT, unread).await.is_err() {
        debug!(target: "dan_sandbox", "a client whose handshake failed does not go");
    }
}

/// Answers the requests of a connection. The version is known beforehand: who says nothing at all is not waited for.
async fn requests(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    is_http2: bool,
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
    let stream = TokioIo::new(stream);
    if is_http2 {
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_header_list_size(u32::from(HEADER_LIMIT))
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .serve_connection(stream, answer)
            .await?;
    } else {
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(usize::from(HEADER_LIMIT))
            .serve_connection(stream, answer)
            .await?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::Instant;

    use super::*;

    /// Sends some bytes and then nothing more: what is answered until the connection ends, and how long that takes. Time
    /// passes by itself when nobody has anything to do.
    async fn after_sending(bytes: &[u8]) -> (String, Duration) {
        let core = Core::new("https://issuer/".to_owned(), "https://dan".to_owned(), true, None).unwrap();
        let (mut client, server) = duplex(64 * 1024);
        let started = Instant::now();
        let serving = tokio::spawn(requests(server, false, Arc::new(core), Service::Dan, None));
        client.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        drop(serving.await.unwrap());
        (String::from_utf8(answer).unwrap(), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_without_end() {
        for silent in ["", "GET /v1/version HTTP/1.1\r\nHost: a"] {
            let (answer, waited) = after_sending(silent.as_bytes()).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
            assert_eq!(waited.as_secs(), HEADER_TIMEOUT.as_secs(), "{silent}");
        }
        let body = "POST /v1/authorization HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
        let (answer, waited) = after_sending(body.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("took too long"), "{answer}");
        assert!(waited >= BODY_TIMEOUT && waited <= BODY_TIMEOUT + HEADER_TIMEOUT, "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_of_unknown_length_has_the_same_limit() {
        let head = "POST /v1/authorization HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        let chunk = format!("{:x}\r\n{}\r\n", BODY_LIMIT / 2 + 1, "x".repeat(BODY_LIMIT / 2 + 1));
        let (answer, _) = after_sending(format!("{head}{chunk}{chunk}0\r\n\r\n").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    }
}
