//! One request for a token.

use std::fmt;

use url::Url;

use crate::cache::{TokenCacheKey, TokenCacheKeyBuilder};
use crate::error::{AuthError, AuthErrorKind};
use crate::request::authorization_details::AuthorizationDetails;
use crate::secret::Secret;

/// Everything that a caller may ask of a token. Two requests that differ get two tokens.
///
/// A client is made with one, and serves any other through
/// [`MaskinportenClient::for_request`](crate::MaskinportenClient::for_request): another customer, another scope.
///
/// ```
/// use dan_auth::TokenRequest;
///
/// let request = TokenRequest::new("altinn:dataaltinnno").consumer_org("310123455");
/// assert_eq!(request.scopes().collect::<Vec<_>>(), ["altinn:dataaltinnno"]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequest {
    scopes: Vec<String>,
    resource: Option<String>,
    consumer_org: Option<String>,
    pid: Option<Secret>,
    authorization_details: Option<AuthorizationDetails>,
}

impl TokenRequest {
    /// A request for these scopes, separated by blanks. Each must be registered on the client.
    pub fn new(scopes: impl AsRef<str>) -> Self {
        Self {
            scopes: distinct(scopes.as_ref()),
            resource: None,
            consumer_org: None,
            pid: None,
            authorization_details: None,
        }
    }

    /// Other scopes instead, separated by blanks.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl AsRef<str>) -> Self {
        self.scopes = distinct(scopes.as_ref());
        self
    }

    /// The API that the token is meant for, an absolute URI (RFC 8707), when that API wants to be the audience.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// The organization number of the customer on whose behalf a supplier asks, by a delegation in Altinn: nine digits.
    #[must_use]
    pub fn consumer_org(mut self, organization_number: impl Into<String>) -> Self {
        self.consumer_org = Some(organization_number.into());
        self
    }

    /// The national identity number of the person whom the token concerns: eleven digits. It goes into the signed
    /// assertion and the token, and nowhere else.
    #[must_use]
    pub fn pid(mut self, national_identity_number: impl Into<Secret>) -> Self {
        self.pid = Some(national_identity_number.into());
        self
    }

    /// What the token is to allow beyond its scopes, such as acting as a system user.
    #[must_use]
    pub fn authorization_details(mut self, details: AuthorizationDetails) -> Self {
        self.authorization_details = Some(details);
        self
    }

    /// The scopes, each once.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }

    /// The scopes as requests have them, separated by blanks.
    pub(crate) fn scope(&self) -> String {
        self.scopes.join(" ")
    }

    pub(crate) fn resource_uri(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    pub(crate) fn consumer(&self) -> Option<&str> {
        self.consumer_org.as_deref()
    }

    pub(crate) fn person(&self) -> Option<&str> {
        self.pid.as_ref().map(Secret::expose)
    }

    pub(crate) fn details(&self) -> Option<&AuthorizationDetails> {
        self.authorization_details.as_ref()
    }

    /// What of this changes the token. The order of the scopes does not.
    pub(crate) fn cache_key(&self) -> TokenCacheKeyBuilder {
        let mut scopes = self.scopes.clone();
        scopes.sort_unstable();
        TokenCacheKey::builder()
            .with("scope", scopes.join(" "))
            .with_some("resource", self.resource.as_ref())
            .with_some("consumer_org", self.consumer_org.as_ref())
            .with_some("pid", self.person())
            .with_some(
                "authorization_details",
                self.authorization_details.as_ref().map(AuthorizationDetails::canonical),
            )
    }

    /// Whether the token server could take it. What is a secret is not quoted.
    pub(crate) fn check(&self) -> Result<(), AuthError> {
        if self.scopes.is_empty() {
            return Err(wrong("no scope is asked for: name one that is registered on the client"));
        }
        if let Some(scope) = self.scopes.iter().find(|scope| !is_scope(scope)) {
            return Err(wrong(format!(
                "'{}' cannot be a scope (RFC 6749 section 3.3)",
                scope.escape_debug()
            )));
        }
        if self.resource.as_ref().is_some_and(|resource| !is_resource(resource)) {
            return Err(wrong(
                "the resource must be an absolute URI without a fragment (RFC 8707 section 2)",
            ));
        }
        if self.consumer_org.as_ref().is_some_and(|number| !is_organization_number(number)) {
            return Err(wrong(
                "the consumer_org must be an organization number: nine digits, nothing before them",
            ));
        }
        if self.person().is_some_and(|pid| !is_digits(pid, 11)) {
            return Err(wrong("the pid must be a national identity number: eleven digits"));
        }
        self.authorization_details.as_ref().map_or(Ok(()), AuthorizationDetails::check)
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenRequest")
            .field("scopes", &self.scopes)
            .field("resource", &self.resource)
            .field("consumer_org", &self.consumer_org)
            .field("pid", &self.pid)
            .field("authorization_details", &self.authorization_details)
            .finish()
    }
}

pub(super) fn is_organization_number(text: &str) -> bool {
    is_digits(text, 9)
}

fn distinct(scopes: &str) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for scope in scopes.split_whitespace() {
        if !distinct.iter().any(|known| known == scope) {
            distinct.push(scope.to_owned());
        }
    }
    distinct
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_scope(scope: &str) -> bool {
    scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

fn is_resource(resource: &str) -> bool {
    Url::parse(resource).is_ok_and(|url| url.fragment().is_none())
}

fn wrong(message: impl Into<String>) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> TokenRequest {
        TokenRequest::new("b:scope a:scope")
    }

    #[test]
    fn what_the_token_server_would_refuse_is_refused_before() {
        let mut report = String::new();
        for request in [
            TokenRequest::new(" "),
            TokenRequest::new("a\u{e5}b"),
            request().resource("api.example.no"),
            request().resource("https://api.example.no/#part"),
            request().consumer_org("0192:310123455"),
            request().consumer_org("31012345"),
            request().pid("1791209999"),
            request().authorization_details(AuthorizationDetails::system_user("1")),
        ] {
            report.push_str(&format!("{}\n", request.check().unwrap_err()));
        }
        insta::assert_snapshot!(report, @r"
        no scope is asked for: name one that is registered on the client
        'aåb' cannot be a scope (RFC 6749 section 3.3)
        the resource must be an absolute URI without a fragment (RFC 8707 section 2)
        the resource must be an absolute URI without a fragment (RFC 8707 section 2)
        the consumer_org must be an organization number: nine digits, nothing before them
        the consumer_org must be an organization number: nine digits, nothing before them
        the pid must be a national identity number: eleven digits
        the organization of the system user is not an organization number of nine digits
        ");
        request()
            .resource("https://api.example.no/")
            .consumer_org("310123455")
            .pid("17912099997")
            .check()
            .unwrap();
    }

    #[test]
    fn everything_that_changes_the_token_changes_the_key() {
        let requests = [
            request(),
            request().with_scopes("a:scope"),
            request().resource("https://api.example.no/"),
            request().consumer_org("310123455"),
            request().consumer_org("991825827"),
            request().pid("17912099997"),
            request().authorization_details(AuthorizationDetails::system_user("310123455")),
            request().authorization_details(
                AuthorizationDetails::system_user("310123455").external_reference("a"),
            ),
        ];
        let keys: Vec<_> = requests.iter().map(|request| request.cache_key().build()).collect();
        for (place, key) in keys.iter().enumerate() {
            assert!(!keys[..place].contains(key), "{place}");
        }
        assert_eq!(TokenRequest::new("a:scope b:scope a:scope").cache_key().build(), keys[0]);
    }

    #[test]
    fn a_person_does_not_print() {
        let request = request().pid("17912099997").authorization_details(AuthorizationDetails::consent(
            "id",
            "urn:altinn:person:identifier-no:17912099997",
        ));
        insta::assert_snapshot!(format!("{request:?}"), @r#"TokenRequest { scopes: ["b:scope", "a:scope"], resource: None, consumer_org: None, pid: Some([redacted]), authorization_details: Some(AuthorizationDetails { type: "urn:altinn:consent", .. }) }"#);
    }
}
