//! Requests for consent: what the person sees, what the person decides, and the receipt that the service gets of it.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use uuid::Uuid;

use super::Dan;
use super::accreditation::{Accreditation, Decision};
use super::call::Call;
use super::party::Party;

/// Tells whether the receipt was understood.
const CONSENT_SUCCESS: HeaderName = HeaderName::from_static("x-consent-success");

/// A request for consent, as a person meets it.
#[derive(Debug)]
pub(crate) struct ConsentRequest {
    /// Who asks.
    pub(crate) requestor: String,
    /// Who is asked about.
    pub(crate) subject: String,
    /// The datasets, by name and description.
    pub(crate) datasets: Vec<(String, String)>,
    /// Until when, as it was sent.
    pub(crate) valid_to: String,
    /// Why, in the words of the one who asks.
    pub(crate) reference: String,
    /// Whether it can still be answered.
    pub(crate) is_open: bool,
}

impl Dan {
    /// A request for consent by its id in Altinn.
    pub(crate) fn consent_request(&self, id: Uuid, now: Timestamp) -> Option<ConsentRequest> {
        let accreditations = self.accreditations();
        let accreditation = accreditations.iter().find(|accreditation| has_consent(accreditation, id))?;
        let needing = accreditation.items.iter().filter(|item| accreditation.needs_consent(item));
        let code = |item: &super::accreditation::Item| {
            let code = &item.evidence_code;
            (code.name.clone(), code.description.clone().unwrap_or_default())
        };
        Some(ConsentRequest {
            requestor: self.display_name(Some(&accreditation.requestor)),
            subject: self.display_name(accreditation.subject.as_ref()),
            datasets: needing.map(code).collect(),
            valid_to: accreditation.valid_to.text.clone(),
            reference: accreditation.consent_reference.clone().unwrap_or_default(),
            is_open: accreditation.consent.as_ref().is_some_and(|consent| consent.decision.is_none())
                && !accreditation.is_expired(now),
        })
    }

    /// Keeps what the person decided, and gives the link that leads back to the service with the receipt.
    pub(crate) fn decide(&self, id: Uuid, decision: Decision, now: Timestamp) -> Option<String> {
        let mut accreditations = self.accreditations();
        let mut found = accreditations.iter_mut();
        let accreditation = found.find(|accreditation| has_consent(accreditation, id))?;
        if accreditation.is_expired(now) {
            return None;
        }
        let consent = accreditation.consent.as_mut().filter(|consent| consent.decision.is_none())?;
        consent.decision = Some(decision);
        let id = accreditation.id;
        let status = if decision == Decision::Granted { "OK" } else { "denied" };
        Some(format!("{}/consent/{id}?hmac={}&status={status}", self.root, self.receipt_code(id)))
    }

    /// The page that the person comes back to: the service notes the answer, and leads on to where the requestor wants.
    pub(super) fn consent_receipt(&self, call: &Call<'_>, id: &str) -> Response<Bytes> {
        let Ok(id) = id.parse::<Uuid>() else { return page(StatusCode::NOT_FOUND, "1002", false) };
        if call.query.value("hmac") != Some(&self.receipt_code(id)) {
            return page(StatusCode::BAD_REQUEST, "The link is not complete", false);
        }
        let mut accreditations = self.accreditations();
        let Some(accreditation) = accreditations.iter_mut().find(|accreditation| accreditation.id == id)
        else {
            return page(StatusCode::NOT_FOUND, "1002", false);
        };
        if accreditation.is_expired(call.now) {
            return page(StatusCode::BAD_REQUEST, "1003", false);
        }
        let status = call.query.value("status").unwrap_or("denied");
        accreditation.note_receipt(status, call.now);
        match &accreditation.consent_receipt_redirect_url {
            Some(url) => redirect(&format!("{url}?status={status}&id={id}")),
            None => {
                page(StatusCode::OK, "Takk. Svaret er registrert. / Thank you. Your answer is noted.", true)
            }
        }
    }

    /// HMAC-SHA256 of the id in upper-case hexadecimal: proves that the link came from the service.
    fn receipt_code(&self, id: Uuid) -> String {
        let key = EncodingKey::from_secret(&self.receipt_secret);
        let code = crypto::sign(id.to_string().as_bytes(), &key, Algorithm::HS256).unwrap_or_default();
        code.bytes().map(|byte| format!("{byte:02X}")).collect()
    }

    /// The name in the register, and the number. A person's number is shown to nobody.
    fn display_name(&self, party: Option<&Party>) -> String {
        match party {
            Some(Party::Organization(number)) => {
                let name = self.register.unit(number).and_then(|unit| unit["navn"].as_str());
                format!("{} ({number})", name.unwrap_or_default())
            }
            Some(Party::Person(number)) => format!("{} *****", &number.expose()[..6]),
            Some(Party::Foreign(identifier) | Party::Custom(identifier)) => identifier.clone(),
            None => String::new(),
        }
    }
}

impl Accreditation {
    /// Notes what Altinn says: `OK` in any case is a consent, all else is none.
    pub(super) fn note_receipt(&mut self, status: &str, now: Timestamp) {
        if let Some(consent) = &mut self.consent {
            consent.receipt = Some(status.to_owned());
            self.last_changed = now;
        }
    }
}

fn has_consent(accreditation: &Accreditation, id: Uuid) -> bool {
    accreditation.consent.as_ref().is_some_and(|consent| consent.id == id)
}

fn redirect(url: &str) -> Response<Bytes> {
    let Ok(location) = HeaderValue::try_from(url) else {
        return page(StatusCode::BAD_REQUEST, "The address to go on to is none", false);
    };
    let mut response = page(StatusCode::MOVED_PERMANENTLY, "", true);
    response.headers_mut().insert(header::LOCATION, location);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, must-revalidate"));
    response
}

fn page(status: StatusCode, text: &str, success: bool) -> Response<Bytes> {
    let body = format!(
        "<!doctype html><html lang=\"nb\"><meta charset=\"utf-8\"><title>data.altinn.no</title><p>{text}</p></html>"
    );
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONSENT_SUCCESS, HeaderValue::from_static(if success { "true" } else { "false" }));
    response
}
