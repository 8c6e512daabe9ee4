//! POST authorization: a request for permission, and the accreditation that it becomes.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use jiff::SignedDuration;
use uuid::Uuid;

use super::Dan;
use super::accreditation::{Accreditation, Consent, Item, Source};
use super::answer::document;
use super::authorization_request::{AuthorizationRequest, EvidenceRequest};
use super::call::Call;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::harvest::harvested;
use super::validation::{Asked, Granted, Inquiry, Way};
use crate::catalogue::{Catalogue, Dataset};

/// The language that the subject is written to in when the request names none.
const DEFAULT_LANGUAGE: &str = "no-nb";

impl Dan {
    /// Validates the request, stores what it becomes, and answers with it.
    pub(super) fn authorize(
        &self,
        call: &Call<'_>,
        catalogue: &Catalogue,
    ) -> Result<Response<Bytes>, DanError> {
        let caller = call.caller()?;
        let service_context = call.service_context()?;
        let request = AuthorizationRequest::read(call.request.body())?;
        let granted = Inquiry {
            way: Way::Authorization,
            caller: &caller,
            service_context,
            requestor: request.requestor.as_deref(),
            subject: request.subject.as_deref(),
            datasets: request.evidence_requests.iter().map(asked).collect(),
            legal_bases: request.legal_bases.as_deref().unwrap_or_default(),
            valid_to: request.valid_to.as_deref(),
            language_code: request.language_code.as_deref(),
            consent_reference: request.consent_reference.as_deref(),
            external_reference: request.external_reference.as_deref(),
            brings_own_token: call.brings_own_token(),
        }
        .validate(catalogue, &self.register, call.now)?;
        let id = Uuid::new_v4();
        let wants_consent = request.evidence_requests.iter().any(|asked| asked.request_consent);
        let consent = wants_consent.then(|| self.request_consent(service_context, catalogue)).transpose()?;
        let Granted { requestor, subject, datasets, valid_to } = granted;
        let accreditation = Accreditation {
            id,
            owner: caller.owner.clone(),
            service_context: service_context.to_owned(),
            requestor,
            subject,
            items: datasets.into_iter().map(|dataset| item(dataset, &request, call)).collect(),
            legal_bases: request.legal_bases.unwrap_or_default(),
            issued: call.now,
            last_changed: call.now,
            valid_to,
            consent_reference: request.consent_reference,
            external_reference: request.external_reference,
            language_code: request
                .language_code
                .unwrap_or_else(|| DEFAULT_LANGUAGE.to_owned())
                .to_lowercase(),
            consent_receipt_redirect_url: request.consent_receipt_redirect_url,
            consent,
            reminders: Vec::new(),
        };
        let body = serde_json::to_string(&accreditation.as_created())?;
        self.accreditations().push(accreditation);
        let mut response = harvested(document(body, &call.query)?);
        let location = HeaderValue::try_from(format!("{}{}/evidence/{id}", self.base_url, self.root));
        response.headers_mut().insert(header::LOCATION, location.map_err(|_| ErrorCode::Internal)?);
        Ok(response)
    }

    /// Starts a request for consent in Altinn, for which the service context must have texts.
    fn request_consent(&self, service_context: &str, catalogue: &Catalogue) -> Result<Consent, DanError> {
        if !catalogue.has_consent_texts(service_context) {
            return Err(DanError::new(
                ErrorCode::ServiceContext,
                "There are no texts for a request for consent",
            ));
        }
        let id = Uuid::new_v4();
        let url = format!("{}{}?id={id}", self.base_url, crate::consent_page::PATH);
        Ok(Consent { id, url, decision: None, receipt: None })
    }
}

fn asked(request: &EvidenceRequest) -> Asked<'_> {
    let parameters = request.parameters.iter().flatten();
    Asked {
        name: request.evidence_code_name.as_deref().unwrap_or_default(),
        parameters: parameters.map(|parameter| (parameter.name.as_str(), parameter.text())).collect(),
        legal_basis_id: request.legal_basis_id.as_deref(),
        requests_consent: request.request_consent,
    }
}

/// A dataset as it is stored; the source of an asynchronous one is told to start.
fn item(dataset: &Dataset, request: &AuthorizationRequest, call: &Call<'_>) -> Item {
    let asked = request
        .evidence_requests
        .iter()
        .find(|asked| asked.evidence_code_name.as_deref() == Some(dataset.name()));
    let source = match (dataset.evidence_code.is_asynchronous, dataset.ready_after_seconds) {
        (false, _) => Source::Ready,
        (true, None) => Source::Working,
        (true, Some(seconds)) => Source::ReadyFrom(call.now + SignedDuration::from_secs(seconds.into())),
    };
    Item {
        evidence_code: dataset.evidence_code.clone(),
        parameters: asked.and_then(|asked| asked.parameters.clone()).unwrap_or_default(),
        legal_basis_id: asked.and_then(|asked| asked.legal_basis_id.clone()),
        source,
    }
}
