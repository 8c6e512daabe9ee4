//! The gateway in front of the service: its paths and subscription keys.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::json;
use uuid::Uuid;

use crate::operation::{NoServiceContext, Operation, OperationPath, Passage};

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// The scheme of the gateway's own challenges differs from the service's.
const CHALLENGE: HeaderValue = HeaderValue::from_static(
    r#"AzureApiManagementKey realm="https://data.altinn.no/v1",name="Ocp-Apim-Subscription-Key",type="header""#,
);

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
        let service_context =
            if needs_key { Ok(self.service_context(request)?) } else { Err(NoServiceContext::Missing) };
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
    let path = OperationPath::of(path);
    let path = path.below("v1")?;
    if let Some(path) = path.below("public") {
        return Some((path.public(method)?, false));
    }
    match path.open(method) {
        Some(operation) => Some((operation, false)),
        None if path.is_metadata() => Some((path.public(method)?, true)),
        None => Some((path.protected(method)?, true)),
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
        assert_eq!(admit(Some(&keys["Tilda"])).unwrap().service_context.unwrap(), "Tilda");
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
