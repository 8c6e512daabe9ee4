//! The calls that steer the sandbox itself. They need no authentication, and no real service has them.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::json;

use crate::core::Core;
use crate::maskinporten::ClientRegistration;

/// The path under which the calls stand, between slashes.
pub(crate) const CONTROL_PATH: &str = "/sandbox/";

impl Core {
    /// Answers a call under [`CONTROL_PATH`]; other requests are none.
    pub(crate) fn control(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let path = request.uri().path().strip_prefix(CONTROL_PATH)?;
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        Some(match (segments.as_slice(), request.method()) {
            (["clients"], &Method::POST) => self.register(request.body()),
            (["requests"], &Method::GET) => {
                answer(StatusCode::OK, serde_json::to_vec(&self.requests()).unwrap_or_default())
            }
            (["signing-key"], &Method::GET) => {
                of_type("application/x-pem-file", self.signing_key_pem().into_bytes())
            }
            (["clients"], _) => not_allowed("POST"),
            (["requests" | "signing-key"], _) => not_allowed("GET"),
            _ => refusal(StatusCode::NOT_FOUND, "the sandbox has no such control call"),
        })
    }

    fn register(&self, body: &[u8]) -> Response<Bytes> {
        let registration: ClientRegistration = match serde_json::from_slice(body) {
            Ok(registration) => registration,
            Err(error) => {
                return refusal(StatusCode::BAD_REQUEST, &format!("the body is no client: {error}"));
            }
        };
        match self.register_client(&registration) {
            Ok(()) => {
                let ClientRegistration { client_id, organisation, scopes, .. } = registration;
                let client =
                    json!({ "client_id": client_id, "organisation": organisation, "scopes": scopes });
                answer(StatusCode::OK, client.to_string().into_bytes())
            }
            Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
        }
    }
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

fn not_allowed(allowed: &'static str) -> Response<Bytes> {
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, &format!("this control call needs {allowed}"));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

fn refusal(status: StatusCode, error: &str) -> Response<Bytes> {
    answer(status, json!({ "error": error }).to_string().into_bytes())
}
