//! The JWT-bearer grant (RFC 7523): every check that Maskinporten makes, in its order.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use dan_model::{NationalIdentityNumber, OrganizationNumber};
use http::{Request, header};
use jsonwebtoken::DecodingKey;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::Maskinporten;
use super::assertion::{Assertion, Claims};
use super::certificate;
use super::client::Client;
use super::refusal::Refusal;
use super::token::{AuthenticationMethod, Grant, TokenResponse};
use crate::clock::Clock;

/// The value of `grant_type`.
pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The assertions that were used, so that none serves twice.
#[derive(Default)]
pub(super) struct UsedAssertions {
    /// The client and the name of the assertion, with the second in which it expires.
    expiry_by_name: Mutex<HashMap<(String, String), i64>>,
}

impl Maskinporten {
    /// Answers a token request.
    pub(super) fn grant(&self, request: &Request<Bytes>, clock: &Clock) -> Result<TokenResponse, Refusal> {
        let text = assertion_parameter(request)?;
        let assertion = Assertion::parse(&text)?;
        let claims = &assertion.claims;
        claims.check_audience(&self.issuer)?;
        let client = self.clients.find(&claims.iss)?;
        let method = self.authenticate(&assertion, &client, clock)?;
        claims.check_times(clock.machine())?;
        self.used_assertions.use_up(&assertion, clock)?;
        let customer = claims.consumer_org.as_deref().map(|number| customer(number, &client)).transpose()?;
        let scopes = checked_scopes(claims, &client)?;
        self.check_access(&scopes, &client, customer.as_ref())?;
        check_optional_claims(claims)?;
        let details = claims.authorization_details.as_ref();
        let system_user =
            details.map(|details| self.system_users.find(details, &client.id, &client.organization));
        let grant = Grant {
            client_id: &client.id,
            consumer: customer.as_ref().unwrap_or(&client.organization),
            supplier: customer.as_ref().map(|_| &client.organization),
            system_user: system_user.transpose()?,
            scope: scopes.join(" "),
            method,
            audience: claims.resource.as_ref(),
            pid: claims.pid.as_deref(),
        };
        grant.token(&self.issuer, &self.keys.current(), clock.now()).map_err(|_| Refusal::server_error())
    }

    /// Whether the organization has access to the scopes itself, or its customer has delegated them to it.
    fn check_access(
        &self,
        scopes: &[&str],
        client: &Client,
        customer: Option<&OrganizationNumber>,
    ) -> Result<(), Refusal> {
        let organization = &client.organization;
        for scope in scopes {
            match customer {
                None if self.access.is_granted(organization, scope) => {}
                None => return Err(Refusal::not_granted(scope)),
                Some(customer) if self.access.is_delegated(customer, organization, scope) => {}
                Some(customer) => {
                    return Err(Refusal::not_delegated(customer.as_str(), scope, organization.as_str()));
                }
            }
        }
        Ok(())
    }

    /// Proves that the client signed the assertion: with the key that its header names, or with its certificate.
    fn authenticate(
        &self,
        assertion: &Assertion<'_>,
        client: &Client,
        clock: &Clock,
    ) -> Result<AuthenticationMethod, Refusal> {
        match (&assertion.key_id, &assertion.certificates) {
            (Some(key_id), _) => {
                assertion.verify(client.key(key_id, clock.now())?)?;
                Ok(AuthenticationMethod::RegisteredKey)
            }
            (None, _) if client.has_keys() => Err(Refusal::key_required()),
            (None, None) => Err(Refusal::invalid_certificate_header()),
            (None, Some(x5c)) => {
                let key: DecodingKey = certificate::verified_key(
                    x5c,
                    client.organization.as_str(),
                    &self.enterprise_authority,
                    clock.now(),
                )?;
                assertion.verify(&key)?;
                Ok(AuthenticationMethod::EnterpriseCertificate)
            }
        }
    }
}

/// The assertion of a form that is a JWT-bearer grant.
fn assertion_parameter(request: &Request<Bytes>) -> Result<String, Refusal> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::invalid_request("The content type must be application/x-www-form-urlencoded"));
    }
    if only_value(request.body(), "grant_type")?.is_none_or(|grant_type| grant_type != GRANT_TYPE) {
        return Err(Refusal::unsupported_grant_type());
    }
    only_value(request.body(), "assertion")?
        .ok_or_else(|| Refusal::invalid_request("The parameter assertion is missing"))
}

/// The value of a form field that may stand once only (RFC 6749 section 3.2).
fn only_value(form: &[u8], name: &str) -> Result<Option<String>, Refusal> {
    let mut values =
        url::form_urlencoded::parse(form).filter(|(field, _)| field == name).map(|(_, value)| value);
    let value = values.next();
    if values.next().is_some() {
        return Err(Refusal::invalid_request(format!("The parameter {name} is repeated")));
    }
    Ok(value.map(std::borrow::Cow::into_owned))
}

impl UsedAssertions {
    pub(super) fn clear(&self) {
        self.expiry_by_name.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Marks an assertion as used; one that has no `jti` goes by its hash.
    fn use_up(&self, assertion: &Assertion<'_>, clock: &Clock) -> Result<(), Refusal> {
        let claims = &assertion.claims;
        let name = claims.jti.clone().unwrap_or_else(|| {
            let (message, signature) = assertion.text();
            URL_SAFE_NO_PAD.encode(Sha256::digest([message, ".", signature].concat()))
        });
        let now = clock.machine().as_second();
        let mut expiry_by_name = self.expiry_by_name.lock().unwrap_or_else(PoisonError::into_inner);
        expiry_by_name.retain(|_, expiry| *expiry > now);
        match expiry_by_name.insert((claims.iss.clone(), name), claims.exp) {
            None => Ok(()),
            Some(_) => Err(Refusal::replayed()),
        }
    }
}

/// The customer that a supplier asks for: nine digits, and not the supplier itself.
fn customer(number: &str, client: &Client) -> Result<OrganizationNumber, Refusal> {
    match number.parse::<OrganizationNumber>() {
        Ok(customer) if customer == client.organization => Err(Refusal::own_organization_as_consumer()),
        Ok(customer) => Ok(customer),
        Err(_) => Err(Refusal::invalid_claims("Invalid JWT claim consumer_org")),
    }
}

/// The scopes asked for, all of them the client's own.
fn checked_scopes<'a>(claims: &'a Claims, client: &Client) -> Result<Vec<&'a str>, Refusal> {
    let scopes: Vec<_> = claims.scope.split_ascii_whitespace().collect();
    let unknown: Vec<_> = scopes.iter().copied().filter(|scope| !client.has_scope(scope)).collect();
    if scopes.is_empty() || !unknown.is_empty() {
        return Err(Refusal::scope_not_on_client(&unknown.join(" ")));
    }
    Ok(scopes)
}

fn check_optional_claims(claims: &Claims) -> Result<(), Refusal> {
    if claims.iss_onbehalfof.is_some() {
        return Err(Refusal::invalid_claims("iss_onbehalfof is out of use, see consumer_org"));
    }
    if claims
        .resource
        .as_ref()
        .is_some_and(|resource| !resource.as_slice().iter().all(|uri| is_resource(uri)))
    {
        return Err(Refusal::invalid_target());
    }
    if claims.pid.as_ref().is_some_and(|pid| pid.parse::<NationalIdentityNumber>().is_err()) {
        return Err(Refusal::invalid_claims("Invalid JWT claim pid"));
    }
    Ok(())
}

fn is_resource(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| url.fragment().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(content_type: &str, form: &str) -> String {
        let request = Request::post("/token").header(header::CONTENT_TYPE, content_type);
        let request = request.body(Bytes::copy_from_slice(form.as_bytes())).unwrap();
        format!("{:?}", assertion_parameter(&request).unwrap_err())
    }

    #[test]
    fn takes_a_form_with_the_two_fields_only() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        let grant_type = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
        assert!(refusal("application/json", "{}").contains("content type"));
        assert!(refusal(form, "").contains("unsupported_grant_type"));
        assert!(
            refusal(form, "grant_type=client_credentials&assertion=a").contains("unsupported_grant_type")
        );
        assert!(refusal(form, grant_type).contains("assertion is missing"));
        assert!(
            refusal(form, &format!("{grant_type}&assertion=a&assertion=a")).contains("assertion is repeated")
        );
    }

    #[test]
    fn a_resource_is_absolute_and_has_no_fragment() {
        assert!(is_resource("https://api.example.no/"));
        assert!(!is_resource("api.example.no"));
        assert!(!is_resource("https://api.example.no/#part"));
    }
}
