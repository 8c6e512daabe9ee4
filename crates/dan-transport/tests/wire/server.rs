//! A server that says exactly the bytes that a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dan_auth::{AccessToken, Secret};
use dan_transport::{
    ApiVersion, Operation, RetryPolicy, ServiceUrl, SubscriptionKey, Transport, TransportBuilder,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const TOKEN: &str = "eyJhbGciOiJub25lIn0.e30.dG9rZW4";
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";

/// What is said to one request, in parts. The connection closes after the last.
#[derive(Clone)]
pub(crate) enum Part {
    Bytes(Vec<u8>),
    /// Nothing more, until the other side goes.
    Silence,
    /// As many zero bytes, as fast as they are taken.
    Zeros(u64),
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers the first request with the first answer, and so on; the last answer is for all that follow.
    pub(crate) async fn start(answers: Vec<Vec<Part>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let (seen, answers) = (seen.clone(), answers.clone());
                tokio::spawn(async move { serve(connection, &seen, &answers).await });
            }
        });
        Self { address, requests }
    }

    /// Answers every request with the same whole text.
    pub(crate) async fn saying(answer: impl AsRef<[u8]>) -> Self {
        Self::start(vec![vec![Part::Bytes(answer.as_ref().to_vec())]]).await
    }

    /// The requests as they came, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn builder(&self) -> TransportBuilder {
        let url = ServiceUrl::custom(&self.origin(), ApiVersion::V1).unwrap();
        with_token(Transport::builder(url))
    }

    /// A transport that never sends anything again.
    pub(crate) fn transport(&self) -> Transport {
        self.builder().retry_policy(RetryPolicy::never()).build().unwrap()
    }
}

pub(crate) fn with_token(builder: TransportBuilder) -> TransportBuilder {
    builder.access_token_provider(Arc::new(AccessToken::new(TOKEN)))
}

/// Sends again without noticeable pauses.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy::default().first_pause(Duration::from_millis(1))
}

pub(crate) fn key() -> SubscriptionKey {
    SubscriptionKey::new(&Secret::from(KEY)).unwrap()
}

pub(crate) fn harvest() -> Operation {
    Operation::get("/directharvest/{evidenceCode}", key()).path_value("Roller").query("subject", "991825827")
}

/// A whole answer in HTTP/1.1.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn serve(mut connection: TcpStream, seen: &Mutex<Vec<String>>, answers: &[Vec<Part>]) {
    let request = read(&mut connection).await;
    if request.is_empty() {
        return;
    }
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request);
        seen.len() - 1
    };
    let Some(answer) = answers.get(number).or(answers.last()) else { return };
    for part in answer {
        let written = match part {
            Part::Bytes(bytes) => connection.write_all(bytes).await,
            Part::Silence => {
                let _ = connection.read(&mut [0; 1]).await;
                return;
            }
            Part::Zeros(count) => zeros(&mut connection, *count).await,
        };
        // Who has heard enough goes.
        if written.is_err() {
            return;
        }
    }
    let _ = connection.shutdown().await;
}

async fn zeros(connection: &mut TcpStream, count: u64) -> std::io::Result<()> {
    let zeros = vec![0; 1 << 16];
    let mut rest = count;
    while rest > 0 {
        let length = zeros.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
        connection.write_all(&zeros[..length]).await?;
        rest -= length as u64;
    }
    Ok(())
}

/// The request, with a body of its announced length; nothing when the connection was only opened.
async fn read(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let mut buffer = [0; 4096];
        match connection.read(&mut buffer).await {
            Ok(0) | Err(_) => return String::new(),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
