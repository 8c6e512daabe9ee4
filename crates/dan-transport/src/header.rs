//! The names of the service's own headers, and of its gateway's.

use http::HeaderName;

/// Request: the key of a subscription, for the gateway.
pub(crate) const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");
/// Request: a token that the service passes on to the data source.
pub(crate) const FORWARD_ACCESS_TOKEN: HeaderName = HeaderName::from_static("x-forward-access-token");
/// Request: the product that is asked. The gateway sets it; a bare backend wants it from the caller.
pub(crate) const SERVICE_CONTEXT: HeaderName = HeaderName::from_static("x-nadobe-servicecontext");

/// Answer: the service's id of the request, except on errors, where it stands in the body.
pub(crate) const INVOCATION_ID: HeaderName = HeaderName::from_static("x-invocationid");
/// Answer: a compact JWS over the body.
pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("x-signature-jwt");
/// Answer: when the service was built, a hyphen, and of which commit.
pub(crate) const VERSION: HeaderName = HeaderName::from_static("x-version");
