//! One request and its answer over HTTP, for all servers that give tokens.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use reqwest::header::{ACCEPT, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, Url};
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::error::{AuthError, AuthErrorKind};
use crate::identity::ClientCertificateRefusal;
use crate::server::answer::Answer;
use crate::server::clock_offset::ClockOffset;
use crate::tls_error::is_untrusted_certificate;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

/// Room for most answers, so that no copy of a token is left behind by growing.
const USUAL_BYTES: usize = 16 << 10;
/// What is longer is no answer with a token.
const MOST_BYTES: usize = 256 << 10;

/// How a server is reached.
#[derive(Debug, Clone, Default)]
pub(crate) struct HttpSettings {
    /// In PEM; the platform's without.
    pub(crate) certificate_authorities: Option<Vec<u8>>,
    /// How long one request may take.
    pub(crate) timeout: Option<Duration>,
}

impl HttpSettings {
    fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(TIMEOUT)
    }

    /// Assertions and tokens never follow a redirect, and are never sent twice.
    fn client(&self) -> Result<reqwest::Client, AuthError> {
        let timeout = self.timeout();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("dan-auth/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .timeout(timeout);
        if let Some(pem) = &self.certificate_authorities {
            let roots = reqwest::Certificate::from_pem_bundle(pem).ok().filter(|roots| !roots.is_empty());
            builder = builder.tls_certs_only(roots.ok_or_else(|| {
                configuration("the trusted certificate authorities are no PEM certificates")
            })?);
        }
        builder.build().map_err(|_| configuration("TLS cannot be set up with these certificate authorities"))
    }
}

/// A server that gives tokens.
pub(crate) struct Server {
    /// What it is, for errors and events: `the token server`.
    pub(crate) name: &'static str,
    pub(crate) http: reqwest::Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) clock_offset: ClockOffset,
    /// How long one request may take.
    pub(crate) timeout: Duration,
}

impl Server {
    pub(crate) fn new(
        name: &'static str,
        settings: &HttpSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AuthError> {
        let (http, timeout) = (settings.client()?, settings.timeout());
        Ok(Self { name, http, clock, clock_offset: ClockOffset::default(), timeout })
    }

    /// Sends the request, and tells the log what went over the wire: no query, no header, no body.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, AuthError> {
        let (http, request) =
            request.header(ACCEPT, HeaderValue::from_static("application/json")).build_split();
        let request = request.map_err(|_| {
            AuthError::new(
                AuthErrorKind::Configuration,
                format!("the request to {} cannot be made", self.name),
            )
        })?;
        let (method, url) = (request.method().clone(), request.url().clone());
        let (started, sent) = (Instant::now(), self.clock.now());
        let response = http.execute(request).await;
        let status = response.as_ref().ok().map(|response| response.status().as_u16());
        let answer = match response {
            Ok(response) => self.read(response, sent, &url).await,
            Err(error) => Err(self.no_answer(error, &url)),
        };
        tracing::debug!(
            http.request.method = %method,
            server.address = url.host_str(),
            url.path = url.path(),
            http.response.status_code = status,
            elapsed_ms = started.elapsed().as_secs_f64() * 1000.0,
            "{} {}",
            self.name,
            if answer.is_ok() { "answered" } else { "did not answer" }
        );
        answer
    }

    async fn read(&self, mut response: Response, sent: SystemTime, url: &Url) -> Result<Answer, AuthError> {
        let answered = self.clock.now();
        if let Some(date) = http_date(response.headers(), &DATE) {
            self.clock_offset.observe(date, sent, answered);
        }
        let mut answer = Answer {
            status: response.status(),
            body: Zeroizing::new(Vec::with_capacity(USUAL_BYTES)),
            retry_after: retry_after(response.headers(), answered),
            server: self.at(url),
        };
        while let Some(chunk) = response.chunk().await.map_err(|error| self.no_answer(error, url))? {
            if answer.body.len() + chunk.len() > MOST_BYTES {
                return Err(answer.unexpected());
            }
            answer.body.extend_from_slice(&chunk);
        }
        Ok(answer)
    }

    fn no_answer(&self, error: reqwest::Error, url: &Url) -> AuthError {
        let server = self.at(url);
        if let Some(refusal) = ClientCertificateRefusal::of_error(&error) {
            return AuthError::network(format!("{server} broke the connection: {refusal}"), error)
                .permanent();
        }
        if is_untrusted_certificate(&error) {
            let message = format!(
                "the certificate of {server} is not trusted; check the address, and trust the authority that issued it"
            );
            return AuthError::network(message, error).permanent();
        }
        let message = if error.is_timeout() {
            format!("{server} did not answer in time; try again")
        } else if error.is_connect() {
            format!("{server} cannot be reached; check the address, the network and trusted certificates")
        } else {
            format!("the connection to {server} broke; try again")
        };
        AuthError::network(message, error)
    }

    fn at(&self, url: &Url) -> String {
        format!("{} at {}", self.name, url.host_str().unwrap_or_default())
    }
}

fn http_date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// Seconds, or a date (RFC 9110 section 10.2.3).
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs);
    seconds.or_else(|| http_date(headers, &RETRY_AFTER)?.duration_since(now).ok())
}

fn configuration(message: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = httpdate::parse_http_date("Thu, 26 Nov 2026 12:00:00 GMT").unwrap();
        for (value, expected) in [
            ("7", Some(7)),
            ("Thu, 26 Nov 2026 12:00:30 GMT", Some(30)),
            ("Thu, 26 Nov 2026 11:00:00 GMT", None),
            ("soon", None),
            ("-1", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{value}");
        }
    }
}
