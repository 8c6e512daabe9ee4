//! The access token and the answer that carries it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dan_model::OrganizationNumber;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::assertion::OneOrMany;
use super::system_user::AuthorizationDetail;
use crate::signing_key::{KeyError, RsaSigningKey};

/// How long an access token lives unless the client was registered otherwise.
const LIFETIME_SECONDS: i64 = 120;

/// Where customers delegate to their suppliers.
const DELEGATION_SOURCE: &str = "https://tt02.altinn.no/";

/// What is granted, and to whom.
pub(super) struct Grant<'a> {
    pub(super) client_id: &'a str,
    /// Who the token is for: the client's own organization, or the customer that it is a supplier of.
    pub(super) consumer: &'a OrganizationNumber,
    /// The client's organization, when the consumer is a customer.
    pub(super) supplier: Option<&'a OrganizationNumber>,
    pub(super) system_user: Option<AuthorizationDetail>,
    pub(super) scope: String,
    pub(super) method: AuthenticationMethod,
    pub(super) audience: Option<&'a OneOrMany>,
    pub(super) pid: Option<&'a str>,
}

/// How the client proved who it is: the claim `client_amr`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) enum AuthenticationMethod {
    /// A key that was registered on the client.
    #[serde(rename = "private_key_jwt")]
    RegisteredKey,
    /// The enterprise certificate of the client's organization.
    #[serde(rename = "virksomhetssertifikat")]
    EnterpriseCertificate,
}

/// The answer to a token request (RFC 6749 section 5.1).
#[derive(Serialize)]
pub(super) struct TokenResponse {
    pub(super) access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a OneOrMany>,
    scope: &'a str,
    iss: &'a str,
    client_amr: AuthenticationMethod,
    token_type: &'static str,
    exp: i64,
    iat: i64,
    client_id: &'a str,
    jti: String,
    consumer: Party,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegation_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[AuthorizationDetail; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<&'a str>,
}

/// An organization, identified as ISO 6523 has it.
#[derive(Serialize)]
struct Party {
    authority: &'static str,
    #[serde(rename = "ID")]
    id: String,
}

impl From<&OrganizationNumber> for Party {
    fn from(number: &OrganizationNumber) -> Self {
        Self { authority: "iso6523-actorid-upis", id: format!("0192:{number}") }
    }
}

impl Grant<'_> {
    /// Signs the token.
    pub(super) fn token(
        self,
        issuer: &str,
        key: &RsaSigningKey,
        now: Timestamp,
    ) -> Result<TokenResponse, KeyError> {
        let issued_at = now.as_second();
        let claims = Claims {
            aud: self.audience,
            scope: &self.scope,
            iss: issuer,
            client_amr: self.method,
            token_type: "Bearer",
            exp: issued_at + LIFETIME_SECONDS,
            iat: issued_at,
            client_id: self.client_id,
            jti: random_identifier(),
            consumer: self.consumer.into(),
            supplier: self.supplier.map(Party::from),
            delegation_source: self.supplier.map(|_| DELEGATION_SOURCE),
            authorization_details: self.system_user.map(|user| [user]),
            pid: self.pid,
        };
        Ok(TokenResponse {
            access_token: key.sign(&json!({ "kid": key.key_id(), "alg": "RS256" }), &claims)?,
            token_type: "Bearer",
            expires_in: LIFETIME_SECONDS,
            scope: self.scope,
        })
    }
}

/// 43 random characters.
fn random_identifier() -> String {
    URL_SAFE_NO_PAD.encode([Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat())
}
