//! A call that has reached the service, with what every operation needs of it.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Request};
use jiff::Timestamp;

use super::authentication::{Caller, TrustedIssuer};
use super::error::DanError;
use super::error_code::ErrorCode;
use super::query::Query;
use super::verified_tokens::VerifiedTokens;
use crate::client_certificate::ClientCertificate;
use crate::operation::{NoServiceContext, Passage};

/// The header that a caller's own token for the source comes in.
const FORWARDED_TOKEN: HeaderName = HeaderName::from_static("x-forward-access-token");

/// A call that has reached the service.
pub(super) struct Call<'a> {
    pub(super) request: &'a Request<Bytes>,
    pub(super) query: Query,
    passage: &'a Passage,
    issuer: &'a TrustedIssuer<'a>,
    verified_tokens: &'a VerifiedTokens,
    pub(super) now: Timestamp,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        request: &'a Request<Bytes>,
        passage: &'a Passage,
        issuer: &'a TrustedIssuer<'a>,
        verified_tokens: &'a VerifiedTokens,
        now: Timestamp,
    ) -> Self {
        Self { request, query: Query::parse(request.uri().query()), passage, issuer, verified_tokens, now }
    }

    /// Who calls, by the certificate of the connection, else by the access token.
    pub(super) fn caller(&self) -> Result<Arc<Caller>, DanError> {
        match self.request.extensions().get::<ClientCertificate>() {
            Some(certificate) => Caller::of_certificate(certificate, self.now).map(Arc::new),
            None => self.issuer.authenticate(self.request.headers(), self.verified_tokens, self.now),
        }
    }

    /// The service context that the call is made in.
    pub(super) fn service_context(&self) -> Result<&'a str, DanError> {
        Ok(self.passage.service_context.as_deref().map_err(|problem| match problem {
            NoServiceContext::Missing => ErrorCode::ServiceContext,
            NoServiceContext::Unknown => ErrorCode::Internal,
        })?)
    }

    /// Whether the caller has a token for the source, or lets the service fetch one.
    pub(super) fn brings_own_token(&self) -> bool {
        self.request.headers().contains_key(FORWARDED_TOKEN)
            || self.query.flag("reuseToken")
            || self.query.flag("tokenOnBehalfOfOwner")
    }
}
