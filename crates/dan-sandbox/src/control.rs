//! The calls that steer the sandbox itself. They need no authentication, and no real service has them.

use std::time::Duration;

use bytes::Bytes;
use dan_model::OrganizationNumber;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use jiff::SignedDuration;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::json;

use crate::clock;
use crate::core::Core;
use crate::dan::{Decision, ReminderRules, SteeringError};
use crate::enterprise_certificate::CertificateProfile;
use crate::fault::FaultRule;
use crate::maskinporten::ClientRegistration;
use crate::signing_key::KeyError;

/// The path under which the calls stand, between slashes.
pub(crate) const CONTROL_PATH: &str = "/sandbox/";

/// What a person decides about a consent in Altinn, for a test that stands in for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ConsentDecision {
    /// The person consents.
    Grant,
    /// The person refuses.
    Deny,
    /// The person withdraws a consent that was granted. DAN is not told.
    Revoke,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentBody {
    decision: ConsentDecision,
    #[serde(default = "yes")]
    receipt: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateBody {
    #[serde(deserialize_with = "organization")]
    organisation: OrganizationNumber,
    #[serde(default)]
    profile: CertificateProfile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DelegationBody {
    #[serde(deserialize_with = "organization")]
    consumer: OrganizationNumber,
    #[serde(deserialize_with = "organization")]
    supplier: OrganizationNumber,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessBody {
    #[serde(deserialize_with = "organization")]
    organisation: OrganizationNumber,
    scope: String,
    granted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemUserBody {
    client_id: String,
    #[serde(deserialize_with = "organization")]
    organisation: OrganizationNumber,
    external_ref: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationBody {
    #[serde(default)]
    withdraw: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceBody {
    #[serde(default)]
    ready: bool,
    retry_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReminderBody {
    success: bool,
    /// The waiting period after a reminder that was sent; as before when nothing is said.
    pause_seconds: Option<u32>,
    pause_after_failure_seconds: Option<u32>,
}

impl ReminderBody {
    fn apply(&self, rules: &mut ReminderRules) {
        let seconds = |seconds: u32| SignedDuration::from_secs(seconds.into());
        rules.succeed = self.success;
        rules.pause = self.pause_seconds.map_or(rules.pause, seconds);
        rules.pause_after_failure =
            self.pause_after_failure_seconds.map_or(rules.pause_after_failure, seconds);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockBody {
    advance_seconds: u64,
}

impl Core {
    /// Answers a call under [`CONTROL_PATH`]; other requests are none.
    pub(crate) fn control(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let path = request.uri().path().strip_prefix(CONTROL_PATH)?;
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let segments: Vec<_> =
            segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy()).collect();
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        Some(self.steer(&segments, request.method(), request.body()).unwrap_or_else(Refusal::response))
    }

    fn steer(&self, segments: &[&str], method: &Method, body: &[u8]) -> Result<Response<Bytes>, Refusal> {
        match (segments, method) {
            (["clients"], &Method::POST) => return self.register(body),
            (["certificates"], &Method::POST) => return self.issue_certificate(body),
            (["delegations"], &(Method::POST | Method::DELETE)) => {
                let DelegationBody { consumer, supplier, scopes } = read(body)?;
                self.maskinporten().delegate(&consumer, &supplier, &scopes, method == Method::POST);
            }
            (["access"], &Method::POST) => {
                let AccessBody { organisation, scope, granted } = read(body)?;
                self.maskinporten().grant_scope(&organisation, &scope, granted);
            }
            (["system-users"], &Method::POST) => {
                let SystemUserBody { client_id, organisation, external_ref } = read(body)?;
                self.maskinporten().approve_system_user(&client_id, &organisation, external_ref.as_deref());
            }
            (["token-keys"], &Method::POST) => {
                let RotationBody { withdraw } = read(body)?;
                self.maskinporten().rotate_key(withdraw).map_err(|error| failed(&error))?;
            }
            (["consents", id], &Method::POST) => {
                let ConsentBody { decision, receipt } = read(body)?;
                self.decide_consent(id, decision, receipt).map_err(|error| refused(&error))?;
            }
            (["reminders"], &Method::POST) => {
                let told: ReminderBody = read(body)?;
                self.dan().steer_reminders(|rules| told.apply(rules));
            }
            (["datasets", name], &Method::PUT) => {
                let text = std::str::from_utf8(body).map_err(|_| bad_request("the body is no UTF-8"))?;
                self.dan().put_dataset(name, text).map_err(|error| refused(&error))?;
            }
            (["datasets", name], &Method::DELETE) if self.dan().remove_dataset(name) => {}
            (["datasets", _], &Method::DELETE) => {
                return Err(Refusal::new(StatusCode::NOT_FOUND, "there is no such dataset"));
            }
            (["async", id, evidence_code], &Method::POST) => {
                let SourceBody { ready, retry_at } = read(body)?;
                self.steer_source(id, evidence_code, ready, retry_at.as_deref())?;
            }
            (["clock"], &Method::POST) => {
                let ClockBody { advance_seconds } = read(body)?;
                self.clock().advance(Duration::from_secs(advance_seconds));
                let now = json!({ "now": self.clock().now().to_string() });
                return Ok(answer(StatusCode::OK, now.to_string().into_bytes()));
            }
            (["faults"], &Method::POST) => {
                let rule: FaultRule = read(body)?;
                rule.check().map_err(bad_request)?;
                self.faults().add(rule);
            }
            (["reset"], &Method::POST) => self.reset(),
            (["requests"], &Method::GET) => {
                let requests = serde_json::to_vec(&self.requests()).unwrap_or_default();
                return Ok(answer(StatusCode::OK, requests));
            }
            (["signing-key"], &Method::GET) => {
                return Ok(of_type("application/x-pem-file", self.signing_key_pem().into_bytes()));
            }
            _ => return Err(unknown_call(segments)),
        }
        Ok(answer(StatusCode::OK, b"{}".to_vec()))
    }

    /// An enterprise certificate with its key, for programs that have no other way to one.
    fn issue_certificate(&self, body: &[u8]) -> Result<Response<Bytes>, Refusal> {
        let CertificateBody { organisation, profile } = read(body)?;
        let certificate =
            self.issue_enterprise_certificate(&organisation, profile).map_err(|error| failed(&error))?;
        let issued = json!({ "chain": certificate.chain_pem, "private_key": certificate.private_key_pem });
        Ok(answer(StatusCode::OK, issued.to_string().into_bytes()))
    }

    /// What a person decides about the consent of an accreditation.
    pub(crate) fn decide_consent(
        &self,
        accreditation: &str,
        decision: ConsentDecision,
        receipt: bool,
    ) -> Result<(), SteeringError> {
        let decision = match decision {
            ConsentDecision::Grant => Decision::Granted,
            ConsentDecision::Deny => Decision::Denied,
            ConsentDecision::Revoke => Decision::Withdrawn,
        };
        self.dan().steer_consent(accreditation, decision, receipt, self.clock().now())
    }

    fn steer_source(
        &self,
        accreditation: &str,
        evidence_code: &str,
        ready: bool,
        retry_at: Option<&str>,
    ) -> Result<(), Refusal> {
        let retry_at = retry_at
            .map(|time| clock::read(time).ok_or_else(|| bad_request("retry_at is no time")))
            .transpose()?;
        self.dan()
            .steer_source(accreditation, evidence_code, ready, retry_at)
            .map_err(|error| refused(&error))
    }

    fn register(&self, body: &[u8]) -> Result<Response<Bytes>, Refusal> {
        let registration: ClientRegistration = read(body)?;
        self.register_client(&registration).map_err(|error| bad_request(&error.to_string()))?;
        let ClientRegistration { client_id, organisation, scopes, .. } = registration;
        let client = json!({ "client_id": client_id, "organisation": organisation, "scopes": scopes });
        Ok(answer(StatusCode::OK, client.to_string().into_bytes()))
    }
}

fn organization<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OrganizationNumber, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| bad_request(&format!("the body is not as it should be: {error}")))
}

/// A call that there is not, or not with this method.
fn unknown_call(segments: &[&str]) -> Refusal {
    match segments {
        [
            "clients" | "certificates" | "access" | "system-users" | "token-keys" | "reminders" | "clock"
            | "faults" | "reset",
        ]
        | ["consents", _]
        | ["async", _, _] => not_allowed("POST"),
        ["requests" | "signing-key"] => not_allowed("GET"),
        ["datasets", _] => not_allowed("PUT, DELETE"),
        ["delegations"] => not_allowed("POST, DELETE"),
        _ => Refusal::new(StatusCode::NOT_FOUND, "the sandbox has no such control call"),
    }
}

fn refused(error: &SteeringError) -> Refusal {
    let status = match error {
        SteeringError::UnknownAccreditation | SteeringError::UnknownDataset => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_REQUEST,
    };
    Refusal::new(status, &error.to_string())
}

fn failed(error: &KeyError) -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}

fn bad_request(error: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, error)
}

fn yes() -> bool {
    true
}

fn answer(status: StatusCode, json: Vec<u8>) -> Response<Bytes> {
    let mut response = of_type("application/json", json);
    *response.status_mut() = status;
    response
}

fn of_type(content_type: &'static str, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn not_allowed(allowed: &'static str) -> Refusal {
    let error = format!("this control call needs {allowed}");
    Refusal { status: StatusCode::METHOD_NOT_ALLOWED, error, allowed: Some(allowed) }
}

/// Why a call changes nothing.
struct Refusal {
    status: StatusCode,
    error: String,
    /// The methods that there are instead.
    allowed: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, error: &str) -> Self {
        Self { status, error: error.to_owned(), allowed: None }
    }

    fn response(self) -> Response<Bytes> {
        let mut response = answer(self.status, json!({ "error": self.error }).to_string().into_bytes());
        if let Some(allowed) = self.allowed {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        response
    }
}
