//! Streams of HTTP/2 that a server resets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dan_transport::{ApiVersion, Delivery, Error, ErrorKind, Operation, RetryPolicy, ServiceUrl, Transport};
use h2::Reason;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::server::{key, quick, with_token};

/// A server that resets so many streams, some after the head of the answer, and then answers with nothing.
struct Server {
    origin: String,
    authority: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn resetting(times: usize, reason: Reason, after_head: bool) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let requests = Arc::new(AtomicUsize::new(0));
        let count = requests.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (acceptor, count) = (acceptor.clone(), count.clone());
                tokio::spawn(async move {
                    let connection = acceptor.accept(connection).await.unwrap();
                    let mut connection = h2::server::handshake(connection).await.unwrap();
                    while let Some(Ok((_, mut respond))) = connection.accept().await {
                        let number = count.fetch_add(1, Ordering::Relaxed);
                        let head = http::Response::new(());
                        if number >= times {
                            respond.send_response(head, true).unwrap();
                        } else if after_head {
                            respond.send_response(head, false).unwrap().send_reset(reason);
                        } else {
                            respond.send_reset(reason);
                        }
                    }
                });
            }
        });
        Self { origin, authority: cert.pem(), requests }
    }

    async fn send(&self, operation: &Operation, policy: RetryPolicy) -> Result<u16, Error> {
        let service = ServiceUrl::custom(&self.origin, ApiVersion::V1).unwrap();
        let builder = Transport::builder(service)
            .certificate_authorities_pem(self.authority.as_bytes())
            .retry_policy(policy);
        let answer = with_token(builder).build().unwrap().send(operation).await?;
        Ok(answer.status())
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

fn write() -> Operation {
    Operation::post("/authorization", key(), "{}")
}

#[tokio::test]
async fn a_stream_that_was_refused_unseen_may_be_sent_again() {
    let server = Server::resetting(2, Reason::REFUSED_STREAM, false).await;
    let error = server.send(&write(), RetryPolicy::never()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Network, Delivery::NotSent));
    assert_eq!(server.send(&write(), quick()).await.unwrap(), 200);
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn a_stream_that_broke_may_have_had_an_effect() {
    for (reason, after_head) in [(Reason::INTERNAL_ERROR, false), (Reason::CANCEL, true)] {
        let server = Server::resetting(2, reason, after_head).await;
        let error = server.send(&write(), quick()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Network, Delivery::Unknown));
        assert_eq!((error.attempts(), server.requests()), (1, 1));
        assert_eq!(server.send(&write().repeatable(), quick()).await.unwrap(), 200);
    }
}
