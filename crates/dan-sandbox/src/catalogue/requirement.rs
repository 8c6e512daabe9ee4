//! Conditions on access, spelled as the service spells them: some enums are numbers, some are texts.

use regex::Regex;
use serde::{Deserialize, Serialize, Serializer};

/// A condition that must be met before a dataset is handed out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Requirement {
    #[serde(flatten)]
    pub(crate) kind: RequirementKind,
    #[serde(default)]
    pub(crate) failure_action: FailureAction,
    /// Empty means every context.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) applies_to_service_context: Vec<String>,
    #[serde(default = "yes")]
    pub(crate) required_on_evidence_harvester: bool,
}

/// What is required.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub(crate) enum RequirementKind {
    #[serde(rename = "AccreditationPartyRequirement")]
    AccreditationParty { party_requirements: Vec<PartyRelation> },
    #[serde(rename = "AltinnRightsRequirement")]
    AltinnRights {
        service_code: Option<String>,
        service_edition: Option<String>,
        offered_by: PartyName,
        covered_by: PartyName,
        actions: Vec<String>,
    },
    #[serde(rename = "AltinnRoleRequirement")]
    AltinnRole { role_code: Option<String>, offered_by: PartyName, covered_by: PartyName },
    #[serde(rename = "ConsentRequirement")]
    Consent {
        service_code: String,
        service_edition: i32,
        requires_srr: bool,
        consent_period_in_days: Option<u32>,
        altinn_resource: Option<String>,
        consent_token_scope: Option<String>,
    },
    #[serde(rename = "CustomSubjectRequirement")]
    CustomSubject { subject_regex: Pattern, subject_regex_description: String },
    #[serde(rename = "LegalBasisRequirement")]
    LegalBasis { valid_legal_basis_types: u8 },
    #[serde(rename = "MaskinportenScopeRequirement")]
    MaskinportenScope { required_scopes: Vec<String> },
    #[serde(rename = "PartyTypeRequirement")]
    PartyType { allowed_party_types: Vec<AllowedPartyType> },
    #[serde(rename = "ProvideOwnTokenRequirement")]
    ProvideOwnToken,
    #[serde(rename = "ReferenceRequirement", rename_all = "PascalCase")]
    Reference { reference_type: ReferenceType, accepted_format: Pattern },
    #[serde(rename = "SrrRequirement")]
    Srr { service_code: Option<String>, service_edition: Option<String> },
    #[serde(rename = "WhiteListFromConfigRequirement")]
    WhiteListFromConfig {
        owner_config_key: Option<String>,
        requestor_config_key: Option<String>,
        subject_config_key: Option<String>,
    },
    #[serde(rename = "WhiteListRequirement")]
    WhiteList { allowed_parties: Vec<AllowedParty> },
}

/// What happens when a requirement is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub(crate) enum FailureAction {
    /// The request is refused.
    #[default]
    Deny,
    /// The dataset is left out.
    Skip,
}

/// How two parties must relate. A text on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::enum_variant_names, reason = "the wire's own names")]
pub(crate) enum PartyRelation {
    RequestorAndOwnerAreEqual,
    SubjectAndOwnerAreEqual,
    RequestorAndSubjectAreEqual,
    RequestorAndOwnerAreNotEqual,
    RequestorAndSubjectAreNotEqual,
}

/// A kind of party that is allowed in a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AllowedPartyType {
    pub(crate) key: PartyRole,
    pub(crate) value: PartyType,
}

/// The role of a party in a request. A number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub(crate) enum PartyRole {
    Subject = 1,
    Requestor = 2,
    Owner = 3,
}

/// The role of a party in a request, where the wire has it as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PartyName {
    Subject,
    Requestor,
    Owner,
}

/// A party that is allowed in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AllowedParty {
    pub(crate) key: PartyRole,
    /// The number of an organization; a person's as the first six digits and five stars.
    pub(crate) value: String,
}

/// Which reference of a request is meant. A number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub(crate) enum ReferenceType {
    ConsentReference = 0,
    ExternalReference = 1,
}

/// What a party can be required to be. A number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub(crate) enum PartyType {
    PrivatePerson = 0,
    PublicAgency = 1,
    PrivateEnterprise = 2,
    Invalid = 8,
    Foreign = 9,
}

/// A regular expression that compares by its text.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(Regex);

impl Pattern {
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, regex::Error> {
        Regex::new(&text).map(Self)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl Requirement {
    /// Whether the requirement counts for callers of a service context.
    pub(crate) fn applies_to(&self, service_context: &str) -> bool {
        self.applies_to_service_context.is_empty()
            || self.applies_to_service_context.iter().any(|context| context == service_context)
    }
}

impl RequirementKind {
    /// The name of the kind: `type` on the wire.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::AccreditationParty { .. } => "AccreditationPartyRequirement",
            Self::AltinnRights { .. } => "AltinnRightsRequirement",
            Self::AltinnRole { .. } => "AltinnRoleRequirement",
            Self::Consent { .. } => "ConsentRequirement",
            Self::CustomSubject { .. } => "CustomSubjectRequirement",
            Self::LegalBasis { .. } => "LegalBasisRequirement",
            Self::MaskinportenScope { .. } => "MaskinportenScopeRequirement",
            Self::PartyType { .. } => "PartyTypeRequirement",
            Self::ProvideOwnToken => "ProvideOwnTokenRequirement",
            Self::Reference { .. } => "ReferenceRequirement",
            Self::Srr { .. } => "SrrRequirement",
            Self::WhiteListFromConfig { .. } => "WhiteListFromConfigRequirement",
            Self::WhiteList { .. } => "WhiteListRequirement",
        }
    }
}

impl From<PartyName> for PartyRole {
    fn from(name: PartyName) -> Self {
        match name {
            PartyName::Subject => Self::Subject,
            PartyName::Requestor => Self::Requestor,
            PartyName::Owner => Self::Owner,
        }
    }
}

impl From<ReferenceType> for u8 {
    fn from(reference_type: ReferenceType) -> Self {
        reference_type as Self
    }
}

impl TryFrom<u8> for ReferenceType {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            0 => Ok(Self::ConsentReference),
            1 => Ok(Self::ExternalReference),
            _ => Err(format!("{number} is no reference: 0 is the consent reference, 1 the external one")),
        }
    }
}

impl From<FailureAction> for u8 {
    fn from(action: FailureAction) -> Self {
        action as Self
    }
}

impl TryFrom<u8> for FailureAction {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            0 => Ok(Self::Deny),
            1 => Ok(Self::Skip),
            _ => Err(format!("{number} is no failure action: 0 denies, 1 skips")),
        }
    }
}

impl From<PartyRole> for u8 {
    fn from(role: PartyRole) -> Self {
        role as Self
    }
}

impl TryFrom<u8> for PartyRole {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        [Self::Subject, Self::Requestor, Self::Owner]
            .into_iter()
            .find(|role| u8::from(*role) == number)
            .ok_or_else(|| format!("{number} is no party: 1 is the subject, 2 the requestor, 3 the owner"))
    }
}

impl From<PartyType> for u8 {
    fn from(party_type: PartyType) -> Self {
        party_type as Self
    }
}

impl TryFrom<u8> for PartyType {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        [Self::PrivatePerson, Self::PublicAgency, Self::PrivateEnterprise, Self::Invalid, Self::Foreign]
            .into_iter()
            .find(|party_type| u8::from(*party_type) == number)
            .ok_or_else(|| format!("{number} is no party type that the sandbox can judge"))
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn wire_form(requirement: &Value) -> Value {
        let read: Requirement = serde_json::from_value(requirement.clone()).unwrap();
        assert_eq!(requirement["type"], read.kind.name());
        serde_json::to_value(read).unwrap()
    }

    #[test]
    fn spells_each_kind_as_the_wire_does() {
        for requirement in [
            json!({ "type": "PartyTypeRequirement", "failureAction": 0, "appliesToServiceContext": ["eBevis"],
                "requiredOnEvidenceHarvester": true, "allowedPartyTypes": [{ "Key": 2, "Value": 1 }] }),
            json!({ "type": "AccreditationPartyRequirement", "failureAction": 1, "requiredOnEvidenceHarvester": false,
                "partyRequirements": ["RequestorAndOwnerAreEqual"] }),
            json!({ "type": "ConsentRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true,
                "serviceCode": "", "serviceEdition": 0, "requiresSrr": false, "consentPeriodInDays": null,
                "altinnResource": "resource", "consentTokenScope": null }),
            json!({ "type": "CustomSubjectRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true,
                "subjectRegex": "^\\d{1,8}$", "subjectRegexDescription": "digits" }),
            json!({ "type": "MaskinportenScopeRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true,
                "requiredScopes": ["dan:test"] }),
            json!({ "type": "ProvideOwnTokenRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true }),
        ] {
            assert_eq!(wire_form(&requirement), requirement);
        }
    }

    #[test]
    fn no_context_means_every_context() {
        let mut requirement: Requirement =
            serde_json::from_value(json!({ "type": "ProvideOwnTokenRequirement" })).unwrap();
        assert!(requirement.applies_to("eBevis"));
        requirement.applies_to_service_context = vec!["NSG".into()];
        assert!(requirement.applies_to("NSG"));
        assert!(!requirement.applies_to("eBevis"));
    }

    #[test]
    fn refuses_what_it_cannot_judge() {
        for requirement in [
            json!({ "type": "SomethingElse" }),
            json!({ "type": "PartyTypeRequirement", "allowedPartyTypes": [{ "Key": 2, "Value": 3 }] }),
            json!({ "type": "PartyTypeRequirement", "allowedPartyTypes": [{ "Key": 0, "Value": 1 }] }),
            json!({ "type": "ProvideOwnTokenRequirement", "failureAction": 2 }),
            json!({ "type": "CustomSubjectRequirement", "subjectRegex": "(", "subjectRegexDescription": "" }),
        ] {
            assert!(serde_json::from_value::<Requirement>(requirement.clone()).is_err(), "{requirement}");
        }
    }
}
