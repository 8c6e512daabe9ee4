//! Why a token is refused, in Maskinporten's own words and codes.

use http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

/// A refused token request: `error`, `error_description` and, where Maskinporten has one, the code in `error_uri`.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
    code: Option<&'static str>,
}

/// The body of a refusal (RFC 6749 section 5.2).
#[derive(Serialize)]
pub(super) struct RefusalBody {
    error: &'static str,
    error_description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_uri: Option<String>,
}

impl Refusal {
    /// The request is no token request.
    pub(super) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    /// Another grant than the JWT-bearer grant.
    pub(super) fn unsupported_grant_type() -> Self {
        Self::new("unsupported_grant_type", "Unsupported grant type")
    }

    /// The assertion cannot be read.
    pub(super) fn malformed() -> Self {
        Self::new("invalid_request", "Invalid assertion. Invalid parameter value").with_code("MP-011")
    }

    /// The assertion has a claim that is not known, or lacks one that is needed, or has one of a wrong form.
    pub(super) fn invalid_claims(detail: &str) -> Self {
        Self::new("invalid_grant", format!("Invalid assertion. {detail}"))
    }

    pub(super) fn wrong_audience() -> Self {
        Self::failed_authentication("Invalid JWT claim aud").with_code("MP-110")
    }

    pub(super) fn unknown_client() -> Self {
        Self::failed_authentication("Client not found").with_code("MP-100")
    }

    pub(super) fn unknown_key() -> Self {
        Self::failed_authentication("Unknown key identifier (kid) for client.")
    }

    pub(super) fn expired_key() -> Self {
        Self::failed_authentication("Expired key.").with_code("MP-121")
    }

    /// The client has registered keys, and the header names none of them.
    pub(super) fn key_required() -> Self {
        Self::grant(
            "Invalid JWT. The client requires pre-registered jwk and no key identifier (kid) provided",
        )
    }

    pub(super) fn invalid_certificate_header() -> Self {
        Self::grant("Invalid JWT header x5c").with_code("MP-123")
    }

    pub(super) fn invalid_certificate() -> Self {
        Self::failed_authentication("The JWT is signed with an invalid certificate.").with_code("MP-120")
    }

    pub(super) fn certificate_of_another_organization() -> Self {
        Self::grant("Invalid JWT. Invalid organization number for client. Does not match certificate orgno")
            .with_code("MP-122")
    }

    pub(super) fn unsupported_algorithm() -> Self {
        Self::grant("Invalid JWT signature. The algorithm must be RS256, RS384 or RS512").with_code("MP-124")
    }

    pub(super) fn invalid_signature() -> Self {
        Self::grant("Invalid JWT signature").with_code("MP-124")
    }

    pub(super) fn issued_in_the_future() -> Self {
        Self::grant("Issue time is after now")
    }

    pub(super) fn expired() -> Self {
        Self::grant("JWT is expired").with_code("MP-130")
    }

    pub(super) fn too_long_lived() -> Self {
        Self::grant("The lifetime of the JWT is longer than 120 seconds")
    }

    pub(super) fn replayed() -> Self {
        Self::grant("Grant is used before").with_code("MP-012")
    }

    pub(super) fn scope_not_on_client(scope: &str) -> Self {
        Self::new("invalid_scope", format!("Token request contains invalid scopes for client, {scope}"))
            .with_code("MP-200")
    }

    pub(super) fn own_organization_as_consumer() -> Self {
        Self::invalid_request(
            "Validation of JWT claim failed: The combination consumer_org in claim and delegation scope on client is \
             invalid",
        )
    }

    pub(super) fn not_granted(scope: &str) -> Self {
        let description = format!("Consumer has not been granted access to the scope {scope}.");
        Self { status: StatusCode::FORBIDDEN, ..Self::new("forbidden", description) }.with_code("MP-250")
    }

    pub(super) fn not_delegated(consumer: &str, scope: &str, supplier: &str) -> Self {
        let description = format!(
            "Consumer {consumer} has not delegated access to the scope {scope} to supplier {supplier}."
        );
        let refusal = Self { status: StatusCode::FORBIDDEN, ..Self::new("forbidden", description) };
        refusal.with_code("MP-251")
    }

    pub(super) fn invalid_target() -> Self {
        Self::new("invalid_target", "The resource must be an absolute URI without a fragment")
    }

    pub(super) fn unknown_authorization_details() -> Self {
        Self::invalid_request("Unknown authorization details type").with_code("MP-301")
    }

    pub(super) fn unknown_fields_in_authorization_details() -> Self {
        Self::invalid_request("Unknown fields in the authorization details").with_code("MP-302")
    }

    pub(super) fn invalid_authorization_details(detail: &str) -> Self {
        Self::invalid_request(format!("Invalid authorization details values. {detail}")).with_code("MP-303")
    }

    /// No customer has approved the system user that is asked for.
    pub(super) fn no_system_user() -> Self {
        let description = "Invalid authorization details values. System user not found";
        Self::new("invalid_altinn_customer_configuration", description).with_code("MP-303")
    }

    /// The server itself failed.
    pub(super) fn server_error() -> Self {
        let refusal = Self::new("server_error", "The token could not be signed");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..refusal }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The body, with a trace id of its own and the page that explains the code.
    pub(super) fn body(&self, issuer: &str) -> RefusalBody {
        let trace_id = Uuid::new_v4().simple();
        RefusalBody {
            error: self.error,
            error_description: format!("{} (trace_id: {trace_id})", self.description),
            error_uri: self.code.map(|code| format!("{issuer}errors/{code}")),
        }
    }

    fn failed_authentication(detail: &str) -> Self {
        Self::grant(format!("Invalid assertion. Client authentication failed. {detail}"))
    }

    fn grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into(), code: None }
    }

    fn with_code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_points_to_the_page_of_its_code() {
        let body = serde_json::to_value(Refusal::replayed().body("https://maskinporten.test/")).unwrap();
        assert_eq!(body["error"], "invalid_grant");
        assert_eq!(body["error_uri"], "https://maskinporten.test/errors/MP-012");
        let (text, trace_id) =
            body["error_description"].as_str().unwrap().split_once(" (trace_id: ").unwrap();
        assert_eq!(text, "Grant is used before");
        assert_eq!(trace_id.len(), 33);
    }

    #[test]
    fn a_refusal_without_a_code_has_no_page() {
        let body = serde_json::to_value(Refusal::unknown_key().body("https://maskinporten.test/")).unwrap();
        assert!(body.get("error_uri").is_none());
    }
}
