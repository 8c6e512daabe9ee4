//! The service behind the gateway: tokens, validation, harvests, metadata.

mod answer;
mod authentication;
mod error;
mod error_code;
mod harvest;
mod metadata;
mod parameter;
mod party;
mod query;
mod requirement;
mod status_code;
mod transform;
mod unenveloped;
mod validation;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) use self::authentication::TrustedIssuer;
use self::error::DanError;
use self::error_code::ErrorCode;
use crate::catalogue::Catalogue;
use crate::gateway::{Operation, Passage};
use crate::register::Register;
use crate::signing_key::RsaSigningKey;

const INVOCATION_ID: HeaderName = HeaderName::from_static("x-invocationid");
const VERSION: HeaderName = HeaderName::from_static("x-version");

/// A DAN with its catalogue, its registers and the key that signs its answers.
pub(crate) struct Dan {
    catalogue: Catalogue,
    register: Register,
    signature_key: RsaSigningKey,
    version: HeaderValue,
}

impl Dan {
    /// The time of the build is the time at which the sandbox was started.
    pub(crate) fn new(
        catalogue: Catalogue,
        register: Register,
        signature_key: RsaSigningKey,
        built: Timestamp,
    ) -> Self {
        let version = format!("{}+00:00-sandbox", built.strftime("%Y-%m-%dT%H:%M:%S"));
        let version = HeaderValue::try_from(version).unwrap_or(HeaderValue::from_static("sandbox"));
        Self { catalogue, register, signature_key, version }
    }

    /// The key whose private half signs `X-Signature-JWT`.
    pub(crate) fn signature_key(&self) -> &RsaSigningKey {
        &self.signature_key
    }

    /// Answers what the gateway let through.
    pub(crate) fn answer(
        &self,
        request: &Request<Bytes>,
        passage: &Passage,
        issuer: &TrustedIssuer<'_>,
        now: Timestamp,
    ) -> Response<Bytes> {
        match self.operate(request, passage, issuer, now) {
            Ok(mut response) => {
                let headers = response.headers_mut();
                if let Ok(invocation_id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
                    headers.insert(INVOCATION_ID, invocation_id);
                }
                headers.insert(VERSION, self.version.clone());
                response
            }
            Err(error) => error.response(),
        }
    }

    fn operate(
        &self,
        request: &Request<Bytes>,
        passage: &Passage,
        issuer: &TrustedIssuer<'_>,
        now: Timestamp,
    ) -> Result<Response<Bytes>, DanError> {
        match &passage.operation {
            Operation::DirectHarvest { dataset } => {
                let caller = issuer.authenticate(request.headers(), now)?;
                let service_context = passage.service_context.as_deref().ok_or(ErrorCode::ServiceContext)?;
                self.direct_harvest(request, dataset, service_context, &caller, now)
            }
            Operation::EvidenceCodes { service_context } => {
                self.evidence_codes(request, service_context.as_deref())
            }
            Operation::ServiceContexts => self.service_contexts(request),
            Operation::StatusCodes => metadata::status_codes(request),
            Operation::ErrorCodes => metadata::error_codes(request),
        }
    }
}
