//! The sandbox without its ports: from request to response.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use dan_model::OrganizationNumber;
use http::{Request, Response};
use serde_json::{Value, json};
use tracing::info;
use uuid::Uuid;

use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::consent_page;
use crate::dan::{Dan, TrustedIssuer};
use crate::enterprise_certificate::{CertificateProfile, EnterpriseAuthority, EnterpriseCertificate};
use crate::entrance::Entrance;
use crate::error::StartError;
use crate::fault::{Fault, Faults};
use crate::mask::Mask;
use crate::maskinporten::{ClientRegistration, Maskinporten, RegistrationError};
use crate::register::Register;
use crate::request_log::{RecordedRequest, RequestLog};
use crate::signing_key::{KeyError, RsaSigningKey};

/// The organization that owns the ready client: a public agency of the register.
const ORGANISATION: &str = "991825827";

/// The scope that every caller of the service needs; products ask for more.
const BASE_SCOPE: &str = "altinn:dataaltinnno";

/// Which of the sandbox's services a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Service {
    /// The token server.
    Maskinporten,
    /// DAN, the page where people consent, and the control calls.
    Dan,
    /// DAN for callers who authenticate with an enterprise certificate in the TLS handshake.
    DanByCertificate,
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Maskinporten => "Maskinporten",
            Self::Dan => "DAN",
            Self::DanByCertificate => "DAN by certificate",
        })
    }
}

/// The client that is registered when the sandbox starts.
pub(crate) struct ReadyClient {
    pub(crate) client_id: String,
    pub(crate) organisation: OrganizationNumber,
    pub(crate) scopes: Vec<String>,
    /// The private key as a JWK. A secret.
    pub(crate) jwk: String,
}

/// A Maskinporten and a DAN with all that they know.
pub(crate) struct Core {
    clock: Clock,
    maskinporten: Maskinporten,
    entrance: Entrance,
    dan: Dan,
    /// The catalogue of the start, which a reset brings back.
    catalogue: Arc<Catalogue>,
    faults: Faults,
    ready_client: ReadyClient,
    log: RequestLog,
}

impl Core {
    /// Makes the services. The issuer is the address of Maskinporten, with a slash at the end; the base URL is that of
    /// DAN, without one. The folder holds datasets beyond those that come with the sandbox.
    pub(crate) fn new(
        issuer: String,
        base_url: String,
        with_gateway: bool,
        data: Option<&Path>,
    ) -> Result<Self, StartError> {
        let catalogue = Catalogue::built_in()?;
        let catalogue = match data {
            Some(folder) => catalogue.with_folder(folder)?,
            None => catalogue,
        };
        let register = Register::built_in()?;
        let [token_key, signature_key, client_key] = generate_keys()?;
        let clock = Clock::default();
        let mut scopes = vec![BASE_SCOPE.to_owned()];
        scopes.extend(catalogue.required_scopes());
        let entrance = Entrance::new(with_gateway, catalogue.service_contexts());
        let mask = Mask::new(entrance.subscription_keys().into_values());
        let core = Self {
            maskinporten: Maskinporten::new(issuer, token_key, EnterpriseAuthority::generate()?),
            dan: Dan::new(base_url, entrance.root(), catalogue.clone(), register, signature_key, clock.now()),
            entrance,
            catalogue: Arc::new(catalogue),
            faults: Faults::default(),
            ready_client: ReadyClient {
                client_id: Uuid::new_v4().to_string(),
                organisation: ORGANISATION.parse().map_err(StartError::number)?,
                scopes,
                jwk: client_key.private_jwk()?,
            },
            log: RequestLog::new(mask),
            clock,
        };
        core.register_client(&core.ready_client.registration(&client_key.public_jwk()?))?;
        Ok(core)
    }

    /// Answers a request, keeps it, and writes a line about it.
    pub(crate) fn answer(&self, service: Service, request: Request<Bytes>) -> Response<Bytes> {
        let started = Instant::now();
        if let (Service::Dan, Some(response)) = (service, self.control(&request)) {
            return response;
        }
        let fault = self.faults.take(request.method(), request.uri().path());
        let instead = fault.as_ref().and_then(Fault::instead);
        let mut response = instead.unwrap_or_else(|| self.answer_rightly(service, &request));
        if let Some(disruption) = fault.as_ref().and_then(Fault::disruption) {
            response.extensions_mut().insert(disruption);
        }
        info!(
            target: "dan_sandbox",
            "{service} {} -> {} in {:.1?}",
            self.log.line(&request),
            response.status().as_u16(),
            started.elapsed()
        );
        self.log.record(request, &response);
        response
    }

    fn answer_rightly(&self, service: Service, request: &Request<Bytes>) -> Response<Bytes> {
        match service {
            Service::Maskinporten => self.maskinporten.answer(request, &self.clock),
            Service::Dan if request.uri().path() == consent_page::PATH => {
                consent_page::answer(request, &self.dan, self.clock.now())
            }
            Service::Dan | Service::DanByCertificate => self.answer_dan(request),
        }
    }

    fn answer_dan(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let issuer = TrustedIssuer { issuer: self.maskinporten.issuer(), keys: self.maskinporten.keys() };
        match self.entrance.admit(request) {
            Ok(passage) => self.dan.answer(request, &passage, &issuer, self.clock.now()),
            Err(refusal) => *refusal,
        }
    }

    /// Whether a gateway stands in front of the service.
    pub(crate) fn has_gateway(&self) -> bool {
        matches!(self.entrance, Entrance::Gateway(_))
    }

    pub(crate) fn dan(&self) -> &Dan {
        &self.dan
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Forgets what happened since the start, but for the registered clients.
    pub(crate) fn reset(&self) {
        self.clock.reset();
        self.faults.clear();
        self.log.clear();
        self.maskinporten.reset();
        self.dan.reset(Arc::clone(&self.catalogue));
    }

    pub(crate) fn maskinporten(&self) -> &Maskinporten {
        &self.maskinporten
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn ready_client(&self) -> &ReadyClient {
        &self.ready_client
    }

    /// A token for an organization, as a client of its own would get it.
    pub(crate) fn access_token(
        &self,
        organization: &OrganizationNumber,
        scopes: &[String],
    ) -> Result<String, KeyError> {
        self.maskinporten.issue_token(&self.ready_client.client_id, organization, scopes, &self.clock)
    }

    /// The subscription keys by the name of their service context.
    pub(crate) fn subscription_keys(&self) -> BTreeMap<String, String> {
        self.entrance.subscription_keys()
    }

    pub(crate) fn register_client(&self, registration: &ClientRegistration) -> Result<(), RegistrationError> {
        self.maskinporten.register(registration, &self.clock)
    }

    pub(crate) fn issue_enterprise_certificate(
        &self,
        organisation: &OrganizationNumber,
        profile: CertificateProfile,
    ) -> Result<EnterpriseCertificate, KeyError> {
        self.maskinporten.enterprise_authority().issue(organisation, profile)
    }

    pub(crate) fn enterprise_authority(&self) -> &EnterpriseAuthority {
        self.maskinporten.enterprise_authority()
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.log.requests()
    }

    /// The public key of `X-Signature-JWT` as PEM.
    pub(crate) fn signing_key_pem(&self) -> String {
        self.dan.signature_key().public_pem()
    }
}

impl ReadyClient {
    fn registration(&self, public_jwk: &Value) -> ClientRegistration {
        ClientRegistration {
            client_id: self.client_id.clone(),
            organisation: self.organisation.to_string(),
            scopes: self.scopes.clone(),
            jwks: json!({ "keys": [public_jwk] }),
        }
    }
}

/// Generates several keys at once, as it takes longer than all else that a start takes.
fn generate_keys<const N: usize>() -> Result<[RsaSigningKey; N], StartError> {
    let keys = thread::scope(|scope| {
        let threads = [(); N].map(|()| scope.spawn(RsaSigningKey::generate));
        threads.map(|thread| thread.join().map_err(|_| StartError::key_generation()))
    });
    let keys: Vec<_> = keys.into_iter().map(|key| Ok(key??)).collect::<Result<_, StartError>>()?;
    keys.try_into().map_err(|_| StartError::key_generation())
}
