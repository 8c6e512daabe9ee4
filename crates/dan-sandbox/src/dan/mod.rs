//! The service itself: tokens, validation, harvests, metadata.

mod accreditation;
mod accreditations;
mod answer;
mod authentication;
mod authorization;
mod authorization_request;
mod call;
mod consent;
mod entity_register;
mod error;
mod error_code;
mod harvest;
mod legal_basis;
mod metadata;
mod moment;
mod open_data;
mod parameter;
mod party;
mod query;
mod reminder;
mod requirement;
mod signature;
mod status_code;
mod steering;
mod transform;
mod unenveloped;
mod validation;
mod validity;
mod verified_tokens;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header};
use jiff::Timestamp;
use uuid::Uuid;

use self::accreditation::Accreditation;
pub(crate) use self::accreditation::Decision;
pub(crate) use self::authentication::TrustedIssuer;
use self::call::Call;
pub(crate) use self::consent::ConsentRequest;
use self::error::DanError;
use self::moment::Moment;
pub(crate) use self::reminder::ReminderRules;
use self::signature::BodySigner;
pub(crate) use self::steering::SteeringError;
use self::verified_tokens::VerifiedTokens;
use crate::catalogue::Catalogue;
use crate::clock;
use crate::operation::{Operation, Passage};
use crate::register::Register;
use crate::signing_key::RsaSigningKey;

const INVOCATION_ID: HeaderName = HeaderName::from_static("x-invocationid");
const VERSION: HeaderName = HeaderName::from_static("x-version");

/// A DAN with its catalogue, its registers, its memory and the key that signs its answers.
pub(crate) struct Dan {
    /// The address of the service, without the path below.
    base_url: String,
    /// The path that all of the service stands under.
    root: &'static str,
    catalogue: RwLock<Arc<Catalogue>>,
    register: Register,
    signer: BodySigner,
    moment: Moment,
    /// The secret of the links that lead back from Altinn.
    receipt_secret: [u8; 16],
    built: Timestamp,
    version: HeaderValue,
    verified_tokens: VerifiedTokens,
    accreditations: Mutex<Vec<Accreditation>>,
    reminder_rules: Mutex<ReminderRules>,
    /// How many harvests there were, by service context.
    harvests: Mutex<BTreeMap<String, u64>>,
}

impl Dan {
    /// The time of the build is the time at which the sandbox was started.
    pub(crate) fn new(
        base_url: String,
        root: &'static str,
        catalogue: Catalogue,
        register: Register,
        signature_key: RsaSigningKey,
        built: Timestamp,
    ) -> Self {
        let version = format!("{}+00:00-{}", built.strftime("%Y-%m-%dT%H:%M:%S"), metadata::COMMIT);
        let version = HeaderValue::try_from(version).unwrap_or(HeaderValue::from_static(metadata::COMMIT));
        Self {
            base_url,
            root,
            catalogue: RwLock::new(Arc::new(catalogue)),
            register,
            signer: BodySigner::new(signature_key),
            moment: Moment::default(),
            receipt_secret: Uuid::new_v4().into_bytes(),
            built,
            version,
            verified_tokens: VerifiedTokens::default(),
            accreditations: Mutex::default(),
            reminder_rules: Mutex::default(),
            harvests: Mutex::default(),
        }
    }

    /// The key whose private half signs `X-Signature-JWT`.
    pub(crate) fn signature_key(&self) -> &RsaSigningKey {
        self.signer.key()
    }

    /// The catalogue as it is now.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers what has reached the service.
    pub(crate) fn answer(
        &self,
        request: &Request<Bytes>,
        passage: &Passage,
        issuer: &TrustedIssuer<'_>,
        now: Timestamp,
    ) -> Response<Bytes> {
        let call = Call::new(request, passage, issuer, &self.verified_tokens, now);
        let mut response = match self.operate(&call, &passage.operation) {
            Ok(mut response) => {
                let headers = response.headers_mut();
                if let Ok(invocation_id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
                    headers.insert(INVOCATION_ID, invocation_id);
                }
                headers.insert(VERSION, self.version.clone());
                response
            }
            Err(error) => error.response(),
        };
        if let Ok(date) = HeaderValue::try_from(clock::http_date(now)) {
            response.headers_mut().insert(header::DATE, date);
        }
        response
    }

    fn operate(&self, call: &Call<'_>, operation: &Operation) -> Result<Response<Bytes>, DanError> {
        let catalogue = &*self.catalogue().at(call.now);
        match operation {
            Operation::DirectHarvest { dataset } => {
                let answer = self.direct_harvest(call, dataset, catalogue)?;
                self.count_harvest(call);
                Ok(answer)
            }
            Operation::Authorization => self.authorize(call, catalogue),
            Operation::EvidenceStatus { id } => self.evidence_status(call, id, catalogue),
            Operation::EvidenceHarvest { id, dataset } => {
                let answer = self.evidence_harvest(call, id, dataset, catalogue)?;
                self.count_harvest(call);
                Ok(answer)
            }
            Operation::Accreditations => self.list(call, catalogue),
            Operation::DeleteAccreditation { id } => self.delete(call, id),
            Operation::Reminders { id } => self.reminders(call, id),
            Operation::Remind { id } => self.remind(call, id, catalogue),
            Operation::ConsentReceipt { id } => Ok(self.consent_receipt(call, id)),
            Operation::EvidenceCodes { service_context } => {
                Self::evidence_codes(call, service_context.as_deref(), catalogue)
            }
            Operation::ServiceContexts => Self::service_contexts(call, catalogue),
            Operation::StatusCodes => metadata::status_codes(call),
            Operation::ErrorCodes => metadata::error_codes(call),
            Operation::Usage { period } => self.usage(call, *period),
            Operation::ApiDescription => Ok(metadata::api_description()),
            Operation::Version => Ok(self.version()),
            Operation::OpenData { dataset, identifier } => {
                self.open_data(call, dataset, identifier.as_deref(), catalogue)
            }
            Operation::EntityRegister { number, view } => Ok(self.entity_register(number, *view)),
        }
    }

    fn accreditations(&self) -> MutexGuard<'_, Vec<Accreditation>> {
        self.accreditations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reminder_rules(&self) -> MutexGuard<'_, ReminderRules> {
        self.reminder_rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn harvests(&self) -> BTreeMap<String, u64> {
        self.harvests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count_harvest(&self, call: &Call<'_>) {
        if let Ok(service_context) = call.service_context() {
            let mut harvests = self.harvests.lock().unwrap_or_else(PoisonError::into_inner);
            *harvests.entry(service_context.to_owned()).or_default() += 1;
        }
    }
}
