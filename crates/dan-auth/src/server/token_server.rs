//! A token server that takes assertions (RFC 7523).

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::cache::TokenCacheKeyBuilder;
use crate::error::AuthError;
use crate::server::discovery::WellKnown;
use crate::server::endpoints::Endpoints;
use crate::server::exchange::Server;
use crate::token::GrantedToken;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

pub(crate) struct TokenServer {
    server: Server,
    location: Location,
}

#[derive(Debug)]
pub(crate) enum Location {
    Known(Endpoints),
    WellKnown(WellKnown),
}

impl TokenServer {
    pub(crate) fn new(server: Server, location: Location) -> Self {
        Self { server, location }
    }

    /// Which server it is, known without asking it.
    pub(crate) fn add_to(&self, key: TokenCacheKeyBuilder) -> TokenCacheKeyBuilder {
        match &self.location {
            Location::Known(endpoints) => {
                key.with("issuer", endpoints.issuer()).with("token_endpoint", endpoints.token_endpoint())
            }
            Location::WellKnown(document) => key.with("well_known", document.url()),
        }
    }

    pub(crate) async fn endpoints(&self) -> Result<&Endpoints, AuthError> {
        match &self.location {
            Location::Known(known) => Ok(known),
            Location::WellKnown(document) => document.endpoints(&self.server).await,
        }
    }

    /// How long one request may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.server.timeout
    }

    /// Hands in an assertion (RFC 7523 section 2.1). There is no client authentication but the assertion itself.
    pub(crate) async fn grant(&self, assertion: &str) -> Result<GrantedToken, AuthError> {
        let endpoint = self.endpoints().await?.token_endpoint();
        let request = self.server.http.post(endpoint).header(CONTENT_TYPE, FORM).body(form(assertion));
        self.server.send(request).await?.into_token()
    }

    /// The time that assertions are made by.
    pub(crate) fn time(&self) -> SystemTime {
        self.server.clock_offset.server_time(self.server.clock.now())
    }

    /// Makes assertions by the clock that the last answer showed.
    pub(crate) fn correct_time(&self) {
        self.server.clock_offset.apply();
    }

    /// How far ahead the server's clock is, by its last answer.
    pub(crate) fn clock_offset_seconds(&self) -> i64 {
        self.server.clock_offset.observed_seconds()
    }
}

/// The body of the request, overwritten in memory when it has been sent.
fn form(assertion: &str) -> bytes::Bytes {
    // Room enough from the start, so that no copy is left behind by growing: an assertion needs no escapes.
    let mut form = form_urlencoded::Serializer::new(String::with_capacity(assertion.len() + 128));
    form.append_pair("grant_type", GRANT_TYPE).append_pair("assertion", assertion);
    bytes::Bytes::from_owner(Zeroizing::new(form.finish().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_has_two_fields() {
        let form = form("e30.e30.c2ln_-");
        insta::assert_snapshot!(str::from_utf8(&form).unwrap(), @"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=e30.e30.c2ln_-");
    }
}
