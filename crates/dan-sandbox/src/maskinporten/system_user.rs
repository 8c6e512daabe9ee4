//! System users: a customer lets a vendor's system act for it, asked for in `authorization_details` (RFC 9396).

use std::sync::{Mutex, MutexGuard, PoisonError};

use dan_model::OrganizationNumber;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::refusal::Refusal;

const SYSTEM_USER: &str = "urn:altinn:systemuser";

/// Tokens for consents, which the service fetches itself.
const CONSENT: &str = "urn:altinn:consent";

/// The longest reference.
const REFERENCE_LIMIT: usize = 255;

/// The system users that customers have approved.
#[derive(Default)]
pub(super) struct SystemUsers {
    approved: Mutex<Vec<SystemUser>>,
}

/// A system user that a customer has approved.
struct SystemUser {
    id: Uuid,
    client_id: String,
    organization: OrganizationNumber,
    external_reference: String,
}

/// What the token says about the system user.
#[derive(Debug, Serialize)]
pub(super) struct AuthorizationDetail {
    #[serde(rename = "type")]
    kind: &'static str,
    systemuser_org: Organization,
    systemuser_id: [String; 1],
    system_id: String,
}

/// An organization as ISO 6523 has it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    authority: String,
    #[serde(rename = "ID")]
    id: String,
}

impl SystemUsers {
    /// A customer approves a system user. Without a reference its organization number is the reference.
    pub(super) fn approve(
        &self,
        client_id: &str,
        organization: &OrganizationNumber,
        external_reference: Option<&str>,
    ) {
        self.approved().push(SystemUser {
            id: Uuid::new_v4(),
            client_id: client_id.to_owned(),
            organization: organization.clone(),
            external_reference: external_reference.unwrap_or(organization.as_str()).to_owned(),
        });
    }

    /// Finds the system user that a request of a client is for: one object in a list.
    pub(super) fn find(
        &self,
        details: &Value,
        client_id: &str,
        vendor: &OrganizationNumber,
    ) -> Result<AuthorizationDetail, Refusal> {
        let [Value::Object(detail)] = details.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(Refusal::invalid_authorization_details("There must be one object in a list"));
        };
        match detail.get("type").and_then(Value::as_str) {
            Some(SYSTEM_USER) => {}
            Some(CONSENT) => return Err(Refusal::invalid_authorization_details("No such consent")),
            _ => return Err(Refusal::unknown_authorization_details()),
        }
        let (organization, reference) = wanted(detail)?;
        let approved = self.approved();
        let is_wanted = |user: &&SystemUser| {
            user.client_id == client_id
                && user.organization == organization
                && user.external_reference == reference.unwrap_or(organization.as_str())
        };
        let user = approved.iter().find(is_wanted).ok_or_else(Refusal::no_system_user)?;
        Ok(AuthorizationDetail {
            kind: SYSTEM_USER,
            systemuser_org: Organization {
                authority: "iso6523-actorid-upis".to_owned(),
                id: format!("0192:{organization}"),
            },
            systemuser_id: [user.id.to_string()],
            system_id: format!("{vendor}_sandbox"),
        })
    }

    pub(super) fn clear(&self) {
        self.approved().clear();
    }

    fn approved(&self) -> MutexGuard<'_, Vec<SystemUser>> {
        self.approved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The customer and the reference that a request names.
fn wanted(detail: &Map<String, Value>) -> Result<(OrganizationNumber, Option<&str>), Refusal> {
    if detail.keys().any(|name| !["type", "systemuser_org", "externalRef"].contains(&name.as_str())) {
        return Err(Refusal::unknown_fields_in_authorization_details());
    }
    let reference = match detail.get("externalRef") {
        None => None,
        Some(Value::String(reference)) if is_reference(reference) => Some(reference.as_str()),
        Some(_) => return Err(Refusal::unknown_fields_in_authorization_details()),
    };
    let organization = detail.get("systemuser_org").and_then(|value| Organization::deserialize(value).ok());
    let number = organization.filter(|named| named.authority == "iso6523-actorid-upis");
    let number = number.and_then(|named| named.id.strip_prefix("0192:")?.parse().ok());
    match number {
        Some(number) => Ok((number, reference)),
        None => Err(Refusal::invalid_authorization_details("systemuser_org names no organization")),
    }
}

/// Letters, digits, `_` and `-`.
fn is_reference(text: &str) -> bool {
    let is_allowed = |sign: char| sign.is_ascii_alphanumeric() || "æøåÆØÅ_-".contains(sign);
    text.chars().count() <= REFERENCE_LIMIT && text.chars().all(is_allowed)
}
