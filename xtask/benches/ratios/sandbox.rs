//! The sandbox against a bare handler that answers the same bytes over the same TLS: neither may be what a client waits
//! for. Each serves on one thread.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use dan_sandbox::Sandbox;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::CertifiedKey;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{self, Runtime};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::side_by_side::Benchmark;

/// How many requests are sent before the first answer is read, so that no server waits for the client.
const PIPELINE: usize = 64;

pub(crate) fn benchmarks() -> Vec<Benchmark> {
    vec![
        against_bare_handler("sandbox/harvest", "UnitBasicInformation?subject=998997801"),
        against_bare_handler("sandbox/small-file", "EksempelBinaer?antallBytes=1000"),
    ]
}

/// The servers start with the first call, so that they start only when they are asked for.
fn against_bare_handler(name: &'static str, dataset: &'static str) -> Benchmark {
    let (mut sandbox, mut bare) = (None, None);
    Benchmark::new(
        name,
        "a bare hyper handler",
        move || sandbox.get_or_insert_with(|| RunningSandbox::start(dataset)).caller.call(),
        move || bare.get_or_insert_with(|| bare_handler(dataset)).call(),
    )
}

/// A sandbox, and somebody who calls it.
struct RunningSandbox {
    caller: Caller,
    _sandbox: Sandbox,
}

impl RunningSandbox {
    fn start(dataset: &str) -> Self {
        let runtime = runtime();
        let sandbox = runtime.block_on(Sandbox::start()).unwrap();
        let authority = CertificateDer::from_pem_slice(sandbox.ca_pem().unwrap().as_bytes()).unwrap();
        let address = sandbox.base_url().trim_start_matches("https://").parse().unwrap();
        let request = format!(
            "GET /v1/directharvest/{dataset} HTTP/1.1\r\nHost: sandbox\r\nOcp-Apim-Subscription-Key: {}\r\n\
             Authorization: Bearer {}\r\n\r\n",
            sandbox.subscription_keys()["eBevis"],
            sandbox.access_token().unwrap()
        );
        Self { caller: Caller::connect(runtime, address, authority, &request), _sandbox: sandbox }
    }
}

/// A server that does nothing but answer what the sandbox answers.
fn bare_handler(dataset: &str) -> Caller {
    let mut sandbox = RunningSandbox::start(dataset);
    let (headers, body) = sandbox.caller.one_answer();
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || runtime().block_on(serve(listener, Arc::new(config), headers, body)));
    Caller::connect(runtime(), address, cert.der().clone(), &sandbox.caller.request)
}

async fn serve(
    listener: std::net::TcpListener,
    config: Arc<ServerConfig>,
    headers: Vec<(String, String)>,
    body: Bytes,
) {
    listener.set_nonblocking(true).unwrap();
    let (stream, _) = TcpListener::from_std(listener).unwrap().accept().await.unwrap();
    // As the sandbox does: otherwise answers would wait for each other.
    stream.set_nodelay(true).unwrap();
    let stream = TlsAcceptor::from(config).accept(stream).await.unwrap();
    let answer = service_fn(|request: Request<Incoming>| {
        let (headers, body) = (&headers, body.clone());
        async move {
            request.into_body().collect().await?;
            let mut response = Response::builder();
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok::<_, hyper::Error>(response.body(Full::new(body)).unwrap())
        }
    });
    // The caller hangs up in the end.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

/// A client that costs next to nothing: one connection, requests sent in one piece.
struct Caller {
    runtime: Runtime,
    stream: TlsStream<TcpStream>,
    request: String,
    requests: Vec<u8>,
    received: Vec<u8>,
}

impl Caller {
    fn connect(
        runtime: Runtime,
        address: SocketAddr,
        authority: CertificateDer<'static>,
        request: &str,
    ) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(authority).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let stream = runtime.block_on(async {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let name = ServerName::from(address.ip());
            TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
        });
        let requests = request.repeat(PIPELINE).into_bytes();
        Self { runtime, stream, request: request.to_owned(), requests, received: Vec::new() }
    }

    /// Sends the requests and reads all answers.
    fn call(&mut self) {
        self.exchange(&self.requests.clone(), PIPELINE);
    }

    /// Headers and body of one answer.
    fn one_answer(&mut self) -> (Vec<(String, String)>, Bytes) {
        let answer = self.exchange(&self.request.clone().into_bytes(), 1);
        let (head, body) = split(&answer).unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        let fields = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let own = fields.filter(|(name, _)| !matches!(*name, "content-length" | "date"));
        let headers = own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (headers, Bytes::copy_from_slice(body))
    }

    /// Gives the last answer.
    fn exchange(&mut self, requests: &[u8], count: usize) -> Vec<u8> {
        let Self { runtime, stream, received, .. } = self;
        runtime.block_on(async {
            stream.write_all(requests).await.unwrap();
            stream.flush().await.unwrap();
            let mut last = Vec::new();
            for _ in 0..count {
                last = loop {
                    if let Some(length) = split(received).map(|(head, body)| head.len() + 4 + body.len()) {
                        break received.drain(..length).collect();
                    }
                    assert_ne!(stream.read_buf(received).await.unwrap(), 0);
                };
            }
            last
        })
    }
}

/// The head and the body of the answer at the beginning, once it is there as a whole.
fn split(received: &[u8]) -> Option<(&str, &[u8])> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let body = received.get(end + 4..end + 4 + length.parse::<usize>().unwrap())?;
    Some((head, body))
}

fn runtime() -> Runtime {
    runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
