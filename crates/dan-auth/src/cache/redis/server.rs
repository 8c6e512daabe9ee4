//! The connection to the server.

use std::sync::{Mutex, PoisonError};

use ::redis::aio::MultiplexedConnection;
use ::redis::{Client, FromRedisValue, IntoConnectionInfo as _, Pipeline, RedisError, TlsCertificates, pipe};
use url::{Host, Url};

use crate::cache::token_cache::TokenCacheError;
use crate::error::{AuthError, AuthErrorKind};
use crate::secret::Secret;

/// Removes what has this value; another value is another one's.
const REMOVE_IF: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/// A Redis server, and a connection that is kept while it works.
///
/// The connection lives on the runtime that opened it. When that is gone, or the server was, another one is opened.
pub(super) struct RedisServer {
    client: Client,
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl RedisServer {
    pub(super) fn new(url: &Secret, certificate_authorities: Option<Vec<u8>>) -> Result<Self, AuthError> {
        // What the parsers say may quote the password.
        let parsed = Url::parse(url.expose()).map_err(|_| not_of_redis())?;
        if parsed.fragment().is_some() {
            return Err(configuration("the URL of the Redis server has a fragment, which may not be"));
        }
        warn_of_plain_text(&parsed);
        let info = parsed.into_connection_info().map_err(|_| not_of_redis())?;
        let client = match certificate_authorities {
            Some(root_cert) => {
                Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert: Some(root_cert) })
                    .map_err(|_| {
                        configuration(
                            "the certificate authorities for Redis are no PEM certificates, or the URL is not rediss://",
                        )
                    })?
            }
            None => Client::open(info).map_err(|_| not_of_redis())?,
        };
        Ok(Self { client, connection: Mutex::default() })
    }

    /// Sends these commands. Over a connection that turns out to be dead, they are sent once more over another.
    pub(super) async fn ask<T: FromRedisValue>(&self, request: &Pipeline) -> Result<T, TokenCacheError> {
        if let Some(mut connection) = self.kept() {
            match request.query_async(&mut connection).await {
                Err(error) if error.is_io_error() => {
                    self.keep(None);
                    if error.is_timeout() {
                        return Err(failed(&error));
                    }
                }
                answer => return answer.map_err(|error| failed(&error)),
            }
        }
        let connecting = self.client.get_multiplexed_async_connection();
        let mut connection = connecting.await.map_err(|error| failed(&error))?;
        let answer = request.query_async(&mut connection).await.map_err(|error| failed(&error))?;
        self.keep(Some(connection));
        Ok(answer)
    }

    /// Removes what stands under this name, if it has this value.
    pub(super) async fn remove_if(&self, name: &str, value: &[u8]) -> Result<(), TokenCacheError> {
        let mut request = pipe();
        request.cmd("EVAL").arg(REMOVE_IF).arg(1).arg(name).arg(value).ignore();
        self.ask(&request).await
    }

    fn kept(&self) -> Option<MultiplexedConnection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, connection: Option<MultiplexedConnection>) {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}

/// A server repeats in its errors what it was sent. Of those only the code is told.
fn failed(error: &RedisError) -> TokenCacheError {
    let reason = match error.code() {
        Some(code) => code.to_owned(),
        None if error.is_io_error() => error.to_string(),
        None => error.category().to_owned(),
    };
    TokenCacheError::new(format!("the Redis server cannot be used ({reason}); check its URL and the server"))
}

fn warn_of_plain_text(url: &Url) {
    let is_local = match url.host() {
        None => true,
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
    };
    if url.scheme() == "redis" && !is_local {
        tracing::warn!(
            "tokens travel to the Redis server in plain text; use rediss:// unless the network is trusted"
        );
    }
}

fn not_of_redis() -> AuthError {
    configuration("this is no URL of a Redis server: write redis://host:port/database, or rediss:// for TLS")
}

fn configuration(message: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}
