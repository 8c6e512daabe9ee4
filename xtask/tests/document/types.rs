//! The types that are generated from the document.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A type, by the name of its schema in the document.
pub(crate) struct Type {
    pub(crate) name: &'static str,
    /// Reads a value from its text and writes it again.
    pub(crate) round_trip: fn(&str) -> serde_json::Result<Value>,
    /// What schemars says of it.
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
}

macro_rules! types {
    ($($name:ident)*) => {
        [$(Type {
            name: stringify!($name),
            round_trip: round_trip::<dan_model::v1::$name>,
            schema: <dan_model::v1::$name as JsonSchema>::json_schema,
        }),*]
    };
}

/// All types.
pub(crate) const TYPES: [Type; 57] = types![
    Evidence
    EvidenceStatus
    EvidenceStatusCode
    StatusCode
    EvidenceValue
    ValueType
    EvidenceCode
    EvidenceParameter
    ParameterType
    DatasetAlias
    Requirement
    FailureAction
    AccreditationPartyRequirement
    AccreditationPartyRelation
    AltinnRightsRequirement
    AltinnAction
    AltinnRoleRequirement
    AccreditationPartyType
    AccreditationPartyTypeCode
    ConsentRequirement
    CustomSubjectRequirement
    LegalBasisRequirement
    LegalBasisTypes
    MaskinportenScopeRequirement
    PartyTypeRequirement
    AllowedPartyType
    PartyTypeConstraint
    ProvideOwnTokenRequirement
    ReferenceRequirement
    ReferenceType
    SrrRequirement
    WhiteListFromConfigRequirement
    WhiteListRequirement
    AllowedParty
    Subject
    AuthorizationRequest
    EvidenceRequest
    LegalBasis
    LegalBasisKind
    Party
    Accreditation
    NotificationReminder
    NotificationType
    MonthlyUsageStatistics
    YearlyUsageStatistics
    RegisterUnit
    RegisterOrganizationForm
    RegisterAddress
    RegisterIndustryCode
    RegisterSectorCode
    RegisterLinks
    RegisterLink
    RegisterUnitHierarchy
    VersionInfo
    ErrorModel
    ErrorCode
    GatewayError
];

fn round_trip<T: DeserializeOwned + Serialize>(text: &str) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_str::<T>(text)?)
}
