//! A server that gives every caller the same answer.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// It listens until it is dropped.
pub(crate) struct Server {
    scheme: &'static str,
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn plain(status: &str, media_type: &str, body: &str) -> Self {
        Self::start(answer(status, media_type, body, body.len()), None)
    }

    /// Promises more than it sends.
    pub(crate) fn that_breaks_off(body: &str) -> Self {
        Self::start(answer("200 OK", "application/json", body, body.len() * 2), None)
    }

    /// With a certificate from a certificate authority of its own, whose certificate comes along (PEM).
    pub(crate) fn with_tls(status: &str, media_type: &str, body: &str) -> (Self, String) {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![certificate.der().clone()],
                    PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
        let server = Self::start(answer(status, media_type, body, body.len()), Some(Arc::new(config)));
        (server, authority.pem())
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}/v1/public/metadata/oas/json", self.scheme, self.address)
    }

    fn start(answer: Vec<u8>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let seen = Arc::clone(&stopped);
        let listening = thread::spawn(move || {
            for connection in listener.incoming() {
                if seen.load(Ordering::SeqCst) {
                    break;
                }
                let connection = connection.unwrap();
                // A caller may hang up, for one that does not trust the certificate.
                let _hung_up = match &tls {
                    None => serve(connection, &answer),
                    Some(config) => {
                        let session = ServerConnection::new(Arc::clone(config)).unwrap();
                        serve(StreamOwned::new(session, connection), &answer)
                    }
                };
            }
        });
        Self { scheme, address, stopped, listening: Some(listening) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        drop(TcpStream::connect(self.address));
        if let Some(listening) = self.listening.take() {
            listening.join().unwrap();
        }
    }
}

fn answer(status: &str, media_type: &str, body: &str, promised: usize) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {promised}\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

fn serve(stream: impl Read + Write, answer: &[u8]) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    let stream = stream.get_mut();
    stream.write_all(answer)?;
    stream.flush()
}
