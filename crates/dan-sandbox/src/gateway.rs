//! The gateway in front of the service: routes and subscription keys.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::json;
use uuid::Uuid;

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// The scheme of the gateway's own challenges differs from the service's.
const CHALLENGE: HeaderValue = HeaderValue::from_static(
    r#"AzureApiManagementKey realm="https://data.altinn.no/v1",name="Ocp-Apim-Subscription-Key",type="header""#,
);

/// What a caller wants of the service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    DirectHarvest { dataset: String },
    Authorization,
    EvidenceStatus { id: String },
    EvidenceHarvest { id: String, dataset: String },
    Accreditations,
    DeleteAccreditation { id: String },
    Reminders { id: String },
    Remind { id: String },
    ConsentReceipt { id: String },
    EvidenceCodes { service_context: Option<String> },
    ServiceContexts,
    StatusCodes,
    ErrorCodes,
    Usage { period: Period },
    ApiDescription,
    Version,
    OpenData { dataset: String, identifier: Option<String> },
    EntityRegister { number: String, view: RegisterView },
}

/// Which statistics are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    Month,
    LastYear,
    All,
}

/// What is asked of the register of legal entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RegisterView {
    Unit,
    /// The unit, unless it is a subunit.
    OnlyMainUnit,
    /// The unit, if it is a subunit.
    OnlySubunit,
    MainUnit,
    Subunits,
    IsPublic,
    Hierarchy,
}

/// A request that the gateway lets through.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) operation: Operation,
    /// The service context of the subscription key; public operations have none.
    pub(crate) service_context: Option<String>,
}

/// Why the gateway lets a request not through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    /// No such path, or not with this method: the gateway makes no difference.
    UnknownOperation,
    MissingKey,
    InvalidKey,
}

/// The gateway with its subscription keys.
pub(crate) struct Gateway {
    /// Names of service contexts by key.
    contexts: BTreeMap<String, String>,
}

impl Gateway {
    /// Makes a random key for each service context.
    pub(crate) fn new(service_contexts: impl IntoIterator<Item = String>) -> Self {
        let contexts =
            service_contexts.into_iter().map(|name| (Uuid::new_v4().simple().to_string(), name)).collect();
        Self { contexts }
    }

    /// The keys by the name of their service context.
    pub(crate) fn subscription_keys(&self) -> BTreeMap<String, String> {
        self.contexts.iter().map(|(key, name)| (name.clone(), key.clone())).collect()
    }

    /// Finds the operation and checks the key.
    pub(crate) fn admit(&self, request: &Request<Bytes>) -> Result<Passage, Refusal> {
        let (operation, needs_key) =
            route(request.method(), request.uri().path()).ok_or(Refusal::UnknownOperation)?;
        let service_context = if needs_key { Some(self.service_context(request)?) } else { None };
        Ok(Passage { operation, service_context })
    }

    fn service_context(&self, request: &Request<Bytes>) -> Result<String, Refusal> {
        let key = request.headers().get(SUBSCRIPTION_KEY).ok_or(Refusal::MissingKey)?;
        let context = key.to_str().ok().and_then(|key| self.contexts.get(key));
        context.cloned().ok_or(Refusal::InvalidKey)
    }
}

impl Refusal {
    /// The gateway's own answer, in the gateway's own form.
    pub(crate) fn response(self) -> Response<Bytes> {
        match self {
            Self::UnknownOperation => answer(StatusCode::NOT_FOUND, "Resource not found"),
            Self::MissingKey => unauthorized(
                "Access denied due to missing subscription key. Make sure to include subscription key when making \
                 requests to an API.",
            ),
            Self::InvalidKey => unauthorized(
                "Access denied due to invalid subscription key. Make sure to provide a valid key for an active \
                 subscription.",
            ),
        }
    }
}

/// The operation at a path and whether it needs a key. Case and a slash at the end don't matter.
fn route(method: &Method, path: &str) -> Option<(Operation, bool)> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments = path.split('/').skip(1).map(|segment| percent_decode_str(segment).decode_utf8_lossy());
    let segments: Vec<String> = segments.map(Cow::into_owned).collect();
    let names: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let ["v1", names @ ..] = names.as_slice() else { return None };
    let segments = &segments[1..];
    match names {
        ["public", names @ ..] => Some((public(method, names, &segments[1..])?, false)),
        ["consent", _] if method == Method::GET => {
            Some((Operation::ConsentReceipt { id: segments[1].clone() }, false))
        }
        ["version"] if method == Method::GET => Some((Operation::Version, false)),
        ["opendata", ..] if method == Method::GET => Some((open_data(segments)?, false)),
        ["metadata", ..] => Some((public(method, names, segments)?, true)),
        _ => Some((protected(method, names, segments)?, true)),
    }
}

/// What takes a key and a token.
fn protected(method: &Method, names: &[&str], segments: &[String]) -> Option<Operation> {
    let id = || segments[1].clone();
    Some(match (method, names) {
        (&Method::GET | &Method::POST, ["directharvest", _]) => {
            Operation::DirectHarvest { dataset: segments[1].clone() }
        }
        (&Method::POST, ["authorization"]) => Operation::Authorization,
        (&Method::GET | &Method::POST, ["evidence", _]) => Operation::EvidenceStatus { id: id() },
        (&Method::GET, ["evidence", _, _]) => {
            Operation::EvidenceHarvest { id: id(), dataset: segments[2].clone() }
        }
        (&Method::GET, ["accreditations"]) => Operation::Accreditations,
        (&Method::DELETE, ["accreditations", _]) => Operation::DeleteAccreditation { id: id() },
        (&Method::GET, ["accreditations", _, "reminders"]) => Operation::Reminders { id: id() },
        (&Method::POST, ["accreditations", _, "reminders"]) => Operation::Remind { id: id() },
        _ => return None,
    })
}

/// What anybody may read.
fn public(method: &Method, names: &[&str], segments: &[String]) -> Option<Operation> {
    if method != Method::GET {
        return None;
    }
    Some(match names {
        ["metadata", "evidencecodes"] => Operation::EvidenceCodes { service_context: None },
        ["metadata", "evidencecodes", _] => {
            Operation::EvidenceCodes { service_context: Some(segments[2].clone()) }
        }
        ["metadata", "servicecontexts"] => Operation::ServiceContexts,
        ["metadata", "statuscodes"] => Operation::StatusCodes,
        ["metadata", "errorcodes"] => Operation::ErrorCodes,
        ["metadata", "usage", "month"] => Operation::Usage { period: Period::Month },
        ["metadata", "usage", "lastyear"] => Operation::Usage { period: Period::LastYear },
        ["metadata", "usage", "all"] => Operation::Usage { period: Period::All },
        ["metadata", "oas", "json"] => Operation::ApiDescription,
        ["opendata", ..] => open_data(segments)?,
        ["ccr", _, view @ ..] => {
            Operation::EntityRegister { number: segments[1].clone(), view: register_view(view)? }
        }
        _ => return None,
    })
}

fn open_data(segments: &[String]) -> Option<Operation> {
    match segments {
        [_, dataset] => Some(Operation::OpenData { dataset: dataset.clone(), identifier: None }),
        [_, dataset, identifier] => {
            Some(Operation::OpenData { dataset: dataset.clone(), identifier: Some(identifier.clone()) })
        }
        _ => None,
    }
}

fn register_view(names: &[&str]) -> Option<RegisterView> {
    match names {
        [] => Some(RegisterView::Unit),
        ["mainunit"] => Some(RegisterView::MainUnit),
        ["subunits"] => Some(RegisterView::Subunits),
        ["ispublic"] => Some(RegisterView::IsPublic),
        ["hierarchy"] => Some(RegisterView::Hierarchy),
        _ => None,
    }
}

fn unauthorized(message: &str) -> Response<Bytes> {
    let mut response = answer(StatusCode::UNAUTHORIZED, message);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
    response
}

/// An answer of the gateway itself, in the gateway's own form.
pub(crate) fn answer(status: StatusCode, message: &str) -> Response<Bytes> {
    let body = json!({ "statusCode": status.as_u16(), "message": message });
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes_of(context: &str) -> Operation {
        Operation::EvidenceCodes { service_context: Some(context.to_owned()) }
    }

    #[test]
    fn finds_operations_whatever_the_case() {
        let get = |path| route(&Method::GET, path);
        let harvest = |dataset: &str| Some((Operation::DirectHarvest { dataset: dataset.to_owned() }, true));
        assert_eq!(get("/v1/directharvest/RestanserV2"), harvest("RestanserV2"));
        assert_eq!(get("/V1/DirectHarvest/restanserv2/"), harvest("restanserv2"));
        assert_eq!(get("/v1/directharvest/a%2Fb%20c"), harvest("a/b c"));
        assert_eq!(
            get("/v1/public/metadata/evidencecodes/Reelle%20rettighetshavere"),
            Some((codes_of("Reelle rettighetshavere"), false))
        );
        assert_eq!(get("/v1/metadata/EVIDENCECODES/NSG"), Some((codes_of("NSG"), true)));
        assert_eq!(get("/v1/public/metadata/statuscodes/"), Some((Operation::StatusCodes, false)));
    }

    #[test]
    fn knows_no_other_paths_and_methods() {
        for path in [
            "",
            "/",
            "/v1",
            "/v2/public/metadata/statuscodes",
            "/v1/directharvest",
            "/v1/directharvest/a/b",
            "/v1/public/metadata",
            "/v1/public/directharvest/a",
            "/v1/public/metadata/statuscodes/1",
        ] {
            assert_eq!(route(&Method::GET, path), None, "{path}");
        }
        assert_eq!(route(&Method::PUT, "/v1/directharvest/a"), None);
        assert_eq!(route(&Method::POST, "/v1/public/metadata/statuscodes"), None);
    }

    #[test]
    fn a_key_tells_the_service_context() {
        let gateway = Gateway::new(["eBevis".to_owned(), "Tilda".to_owned()]);
        let admit = |key: Option<&str>| {
            let mut request = Request::get("/v1/directharvest/X");
            if let Some(key) = key {
                request = request.header("Ocp-apim-subscription-key", key);
            }
            gateway.admit(&request.body(Bytes::new()).unwrap())
        };
        let keys = gateway.subscription_keys();
        assert_eq!(admit(Some(&keys["Tilda"])).unwrap().service_context.as_deref(), Some("Tilda"));
        for (key, word) in [(None, "missing"), (Some("wrong"), "invalid")] {
            let refusal = admit(key).unwrap_err().response();
            assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED);
            assert!(
                refusal.headers()["www-authenticate"].to_str().unwrap().starts_with("AzureApiManagementKey ")
            );
            assert!(
                String::from_utf8_lossy(refusal.body()).contains(&format!("due to {word} subscription key"))
            );
        }
    }
}
