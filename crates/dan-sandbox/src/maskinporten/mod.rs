//! Maskinporten: a token server that is as strict as the real one.

mod access;
mod assertion;
pub(crate) mod certificate;
mod client;
mod grant;
mod refusal;
mod system_user;
mod token;
mod token_keys;

use bytes::Bytes;
use dan_model::OrganizationNumber;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::json;

use self::access::Access;
use self::client::Clients;
pub use self::client::{ClientRegistration, RegistrationError};
use self::grant::UsedAssertions;
use self::system_user::SystemUsers;
use self::token::{AuthenticationMethod, Grant};
pub(crate) use self::token_keys::TokenKeys;
use crate::clock::Clock;
use crate::enterprise_certificate::EnterpriseAuthority;
use crate::signing_key::{KeyError, RsaSigningKey};

/// The path of the token endpoint, without the slash that ends the issuer.
pub(crate) const TOKEN_PATH: &str = "token";

/// The path of the metadata document (RFC 8414), without the slash that ends the issuer.
pub(crate) const WELL_KNOWN_PATH: &str = ".well-known/oauth-authorization-server";

const KEYS_PATH: &str = "jwk";

/// A token server with its clients, its keys and the assertions it has seen.
pub(crate) struct Maskinporten {
    issuer: String,
    keys: TokenKeys,
    enterprise_authority: EnterpriseAuthority,
    clients: Clients,
    access: Access,
    system_users: SystemUsers,
    used_assertions: UsedAssertions,
}

impl Maskinporten {
    /// The issuer ends with a slash, as Maskinporten's own does.
    pub(crate) fn new(issuer: String, key: RsaSigningKey, enterprise_authority: EnterpriseAuthority) -> Self {
        Self {
            issuer,
            keys: TokenKeys::new(key),
            enterprise_authority,
            clients: Clients::default(),
            access: Access::default(),
            system_users: SystemUsers::default(),
            used_assertions: UsedAssertions::default(),
        }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys that access tokens are signed with.
    pub(crate) fn keys(&self) -> &TokenKeys {
        &self.keys
    }

    /// Signs with a new key from now on; tokens that the earlier keys have signed are still good, unless those are
    /// withdrawn.
    pub(crate) fn rotate_key(&self, withdraws_earlier: bool) -> Result<(), KeyError> {
        self.keys.rotate(withdraws_earlier)
    }

    /// The scope's owner gives an organization access, or takes it away.
    pub(crate) fn grant_scope(&self, organization: &OrganizationNumber, scope: &str, granted: bool) {
        self.access.grant(organization, scope, granted);
    }

    /// A customer delegates scopes to a supplier, or takes them back.
    pub(crate) fn delegate(
        &self,
        consumer: &OrganizationNumber,
        supplier: &OrganizationNumber,
        scopes: &[String],
        delegated: bool,
    ) {
        for scope in scopes {
            self.access.delegate(consumer, supplier, scope, delegated);
        }
    }

    /// A customer approves a system user of a client.
    pub(crate) fn approve_system_user(
        &self,
        client_id: &str,
        organization: &OrganizationNumber,
        external_reference: Option<&str>,
    ) {
        self.system_users.approve(client_id, organization, external_reference);
    }

    /// Forgets everything but the registered clients and the keys.
    pub(crate) fn reset(&self) {
        self.access.clear();
        self.system_users.clear();
        self.used_assertions.clear();
    }

    pub(crate) fn enterprise_authority(&self) -> &EnterpriseAuthority {
        &self.enterprise_authority
    }

    /// A token for an organization, as one of its clients would get it.
    pub(crate) fn issue_token(
        &self,
        client_id: &str,
        organization: &OrganizationNumber,
        scopes: &[String],
        clock: &Clock,
    ) -> Result<String, KeyError> {
        let grant = Grant {
            client_id,
            consumer: organization,
            supplier: None,
            system_user: None,
            scope: scopes.join(" "),
            method: AuthenticationMethod::RegisteredKey,
            audience: None,
            pid: None,
        };
        Ok(grant.token(&self.issuer, &self.keys.current(), clock.now())?.access_token)
    }

    /// Registers a client, or registers it anew.
    pub(crate) fn register(
        &self,
        registration: &ClientRegistration,
        clock: &Clock,
    ) -> Result<(), RegistrationError> {
        self.clients.register(registration, clock.now())
    }

    pub(crate) fn answer(&self, request: &Request<Bytes>, clock: &Clock) -> Response<Bytes> {
        let path = request.uri().path().trim_start_matches('/');
        match (path, request.method()) {
            (TOKEN_PATH, &Method::POST) => self.answer_token_request(request, clock),
            (WELL_KNOWN_PATH, &Method::GET) => json_answer(StatusCode::OK, &self.metadata()),
            (KEYS_PATH, &Method::GET) => self.answer_keys(),
            (TOKEN_PATH, _) => not_allowed("POST"),
            (WELL_KNOWN_PATH | KEYS_PATH, _) => not_allowed("GET"),
            _ => empty(StatusCode::NOT_FOUND),
        }
    }

    fn answer_token_request(&self, request: &Request<Bytes>, clock: &Clock) -> Response<Bytes> {
        let mut response = match self.grant(request, clock) {
            Ok(token) => json_answer(StatusCode::OK, &token),
            Err(refusal) => json_answer(refusal.status(), &refusal.body(&self.issuer)),
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// The metadata document, see RFC 8414.
    fn metadata(&self) -> serde_json::Value {
        json!({
            "issuer": self.issuer,
            "token_endpoint": format!("{}{TOKEN_PATH}", self.issuer),
            "jwks_uri": format!("{}{KEYS_PATH}", self.issuer),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "grant_types_supported": [grant::GRANT_TYPE],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "RS512"],
        })
    }

    fn answer_keys(&self) -> Response<Bytes> {
        let jwks: Result<Vec<_>, _> = self.keys.published().iter().map(|key| key.public_jwk()).collect();
        match jwks {
            Ok(jwks) => json_answer(StatusCode::OK, &json!({ "keys": jwks })),
            Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

fn json_answer(status: StatusCode, document: &impl serde::Serialize) -> Response<Bytes> {
    let Ok(body) = serde_json::to_vec(document) else { return empty(StatusCode::INTERNAL_SERVER_ERROR) };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn not_allowed(allowed: &'static str) -> Response<Bytes> {
    let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
