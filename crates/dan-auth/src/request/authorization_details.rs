//! Details of what a token is to allow (RFC 9396).

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::{AuthError, AuthErrorKind};
use crate::request::token_request::is_organization_number;

const SYSTEM_USER: &str = "urn:altinn:systemuser";
const CONSENT: &str = "urn:altinn:consent";

/// The longest reference that Altinn keeps.
const LONGEST_REFERENCE: usize = 255;

/// What a token is to allow beyond its scopes: acting as a system user, using a consent, or what else the token server
/// knows. Maskinporten takes one object of them in each request.
///
/// `Debug` shows the type alone, since a consent may name a person.
///
/// ```
/// use dan_auth::AuthorizationDetails;
///
/// let details = AuthorizationDetails::system_user("310123455").external_reference("customer-17");
/// assert_eq!(details.kind(), "urn:altinn:systemuser");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AuthorizationDetails(Map<String, Value>);

impl AuthorizationDetails {
    /// The system user that this customer has approved in Altinn, by the customer's organization number.
    pub fn system_user(organization_number: impl Into<String>) -> Self {
        let number: String = organization_number.into();
        Self::other(
            SYSTEM_USER,
            [(
                "systemuser_org".to_owned(),
                json!({ "authority": "iso6523-actorid-upis", "ID": format!("0192:{number}") }),
            )],
        )
    }

    /// A consent in Altinn by its id, and who gave it: a URN such as `urn:altinn:organization:identifier-no:310123455`.
    pub fn consent(id: impl Into<String>, from: impl Into<String>) -> Self {
        let members = [("id", id.into()), ("from", from.into())];
        Self::other(CONSENT, members.map(|(name, value)| (name.to_owned(), Value::String(value))))
    }

    /// Details of any type that the token server knows, with the members that belong to it.
    pub fn other(kind: impl Into<String>, members: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut object: Map<String, Value> = members.into_iter().collect();
        object.insert("type".to_owned(), Value::String(kind.into()));
        Self(object)
    }

    /// The reference that was set when the system user was made. It must be repeated then, and left out otherwise.
    #[must_use]
    pub fn external_reference(mut self, reference: impl Into<String>) -> Self {
        self.0.insert("externalRef".to_owned(), Value::String(reference.into()));
        self
    }

    /// The type, such as `urn:altinn:systemuser`.
    pub fn kind(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// The same details in the same text, whatever the order of their members.
    pub(crate) fn canonical(&self) -> String {
        sorted(&Value::Object(self.0.clone())).to_string()
    }

    pub(crate) fn check(&self) -> Result<(), AuthError> {
        if self.kind().is_empty() {
            return Err(wrong("the type of the authorization details is empty"));
        }
        if self.kind() == SYSTEM_USER {
            self.check_system_user()?;
        }
        Ok(())
    }

    fn check_system_user(&self) -> Result<(), AuthError> {
        let id = self.0.get("systemuser_org").and_then(|organization| organization.get("ID"));
        let number = id.and_then(Value::as_str).and_then(|id| id.strip_prefix("0192:"));
        if !number.is_some_and(is_organization_number) {
            return Err(wrong(
                "the organization of the system user is not an organization number of nine digits",
            ));
        }
        let reference = self.0.get("externalRef").map(|value| value.as_str().unwrap_or_default());
        if reference.is_some_and(|reference| !is_external_reference(reference)) {
            return Err(wrong(
                "the external reference of the system user must be 1 to 255 letters, digits, '_' and '-'",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for AuthorizationDetails {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AuthorizationDetails").field("type", &self.kind()).finish_non_exhaustive()
    }
}

fn is_external_reference(reference: &str) -> bool {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "_-æøåÆØÅ".contains(character);
    (1..=LONGEST_REFERENCE).contains(&reference.chars().count()) && reference.chars().all(allowed)
}

/// Whether a map keeps the order of its members depends on who else uses the JSON library.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|one, other| one.0.cmp(other.0));
            members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn wrong(message: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_user_is_written_as_maskinporten_reads_it() {
        let details = AuthorizationDetails::system_user("310123455").external_reference("ref_1-å");
        details.check().unwrap();
        insta::assert_snapshot!(details.canonical(), @r#"{"externalRef":"ref_1-å","systemuser_org":{"ID":"0192:310123455","authority":"iso6523-actorid-upis"},"type":"urn:altinn:systemuser"}"#);
    }

    #[test]
    fn a_consent_does_not_print_whose_it_is() {
        let details = AuthorizationDetails::consent("a-uuid", "urn:altinn:person:identifier-no:17912099997");
        details.check().unwrap();
        insta::assert_snapshot!(format!("{details:?}"), @r#"AuthorizationDetails { type: "urn:altinn:consent", .. }"#);
        assert!(details.canonical().contains("17912099997"));
    }

    #[test]
    fn the_order_of_members_does_not_matter() {
        let details = |names: [&str; 2]| {
            let inner = |name: &str| (name.to_owned(), json!({ "b": [1, { "d": 1, "c": 2 }], "a": null }));
            AuthorizationDetails::other("urn:example", names.map(inner)).canonical()
        };
        assert_eq!(details(["x", "y"]), details(["y", "x"]));
    }

    #[test]
    fn what_maskinporten_would_refuse_is_refused_before() {
        for (details, expected) in [
            (AuthorizationDetails::other("", []), "type"),
            (AuthorizationDetails::system_user("0192:310123455"), "nine digits"),
            (AuthorizationDetails::system_user("310123455").external_reference(""), "1 to 255"),
            (AuthorizationDetails::system_user("310123455").external_reference("a b"), "1 to 255"),
            (AuthorizationDetails::system_user("310123455").external_reference("a".repeat(256)), "1 to 255"),
            (AuthorizationDetails::other(SYSTEM_USER, []), "nine digits"),
        ] {
            let error = details.check().unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
