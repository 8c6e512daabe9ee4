//! The names of what is told to the log, after OpenTelemetry's semantic conventions for HTTP clients (version 1.37).
//!
//! This is the whole of what may be told. Query, headers and bodies are not among it, and the path only as far as
//! [`super::shown_path`] lets it.

/// `GET`, `POST` or `DELETE`.
pub(super) const HTTP_REQUEST_METHOD: &str = "http.request.method";
/// How many attempts of the call went before this one.
pub(super) const HTTP_REQUEST_RESEND_COUNT: &str = "http.request.resend_count";
/// The HTTP status.
pub(super) const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
/// The host of the service.
pub(super) const SERVER_ADDRESS: &str = "server.address";
/// The port of the service.
pub(super) const SERVER_PORT: &str = "server.port";
/// The path with its placeholders.
pub(super) const URL_TEMPLATE: &str = "url.template";
/// The path with the values that may be shown.
pub(super) const URL_PATH: &str = "url.path";
/// The kind of the error, such as `not_found`.
pub(super) const ERROR_TYPE: &str = "error.type";
/// The name of a span: method and template.
pub(super) const OTEL_NAME: &str = "otel.name";
/// The role of a span.
pub(super) const OTEL_KIND: &str = "otel.kind";

/// Ours: the service's error code, such as 1007.
pub(super) const ERROR_CODE: &str = "dan.error.code";
/// Ours: the service's id of the request.
pub(super) const REQUEST_ID: &str = "dan.request_id";
/// Ours: milliseconds that the attempt took, with the time to get a token.
pub(super) const ELAPSED_MS: &str = "elapsed_ms";
/// Ours: milliseconds until the next attempt.
pub(super) const PAUSE_MS: &str = "pause_ms";
