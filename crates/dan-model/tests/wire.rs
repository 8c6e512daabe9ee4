//! What the service sends is read, kept and written back.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::fmt::Debug;

use dan_model::{
    ErrorCode, ErrorModel, Evidence, EvidenceCode, FailureAction, GatewayError, NotificationReminder,
    PartyTypeConstraint, Requirement, StatusCode, Subject, ValueType,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads a document and expects it to be written back equal.
#[track_caller]
fn round_trip<T: DeserializeOwned + Serialize + Debug>(document: &Value) -> T {
    let read: T = serde_json::from_slice(&serde_json::to_vec(document).unwrap()).unwrap();
    assert_eq!(&serde_json::to_value(&read).unwrap(), document);
    read
}

fn envelope(values: &Value) -> Value {
    json!({
        "evidenceStatus": {
            "evidenceCodeName": "Eksempel",
            "status": { "code": 1, "description": "The information is available for harvest" },
            "validFrom": "2026-03-02T08:30:11.4410092+00:00",
            "validTo": "2026-05-31T00:00:00Z"
        },
        "evidenceValues": values
    })
}

#[test]
fn an_envelope_with_every_kind_of_value() {
    let evidence: Evidence = round_trip(&envelope(&json!([
        { "evidenceValueName": "Nummer", "source": "Enhetsregisteret", "timestamp": "2026-03-02T08:30:12.104Z",
          "value": 998_997_801, "valueType": "number" },
        { "evidenceValueName": "Brøk", "source": "", "value": 12.5, "valueType": "number" },
        { "evidenceValueName": "Stiftet", "source": "Enhetsregisteret", "value": "2012-10-23T00:00:00", "valueType": "dateTime" },
        { "evidenceValueName": "Avgift", "source": "Skatteetaten", "value": "12500 NOK", "valueType": "amount" },
        { "evidenceValueName": "Restskatt", "source": "Skatteetaten", "valueType": "amount" },
        { "mimeType": "application/pdf", "evidenceValueName": "Fil", "source": "Tilda", "value": "JVBERi0=", "valueType": "attachment" },
        { "evidenceValueName": "Rapport", "source": "Tilda", "value": "{\"a\":1}", "valueType": "jsonSchema",
          "jsonSchemaDefintion": "{\r\n  \"type\": \"object\"\r\n}" },
        { "evidenceValueName": "Rapport", "source": "Tilda", "value": { "a": [null, true] }, "valueType": "jsonSchema" },
        { "evidenceValueName": "Uten type", "source": "Tilda", "value": false, "valueType": null }
    ])));
    let values = &evidence.evidence_values;
    assert_eq!(evidence.evidence_status.valid_to.as_ref().unwrap().as_str(), "2026-05-31T00:00:00Z");
    assert_eq!(values[3].value_type, Some(ValueType::Amount));
    assert_eq!(values[4].value, None);
    assert_eq!(values[6].json_schema_defintion.as_deref(), Some("{\r\n  \"type\": \"object\"\r\n}"));
    assert_eq!(values[8].value_type, None);
}

#[test]
fn an_envelope_from_before_2022_has_a_field_more() {
    let mut document = envelope(&json!([]));
    document["evidenceStatus"]["didSupplyLegalBasis"] = json!(false);
    let evidence: Evidence = round_trip(&document);
    assert_eq!(evidence.evidence_status.unknown_fields().get("didSupplyLegalBasis"), Some(&json!(false)));
}

#[test]
fn what_the_service_adds_is_kept() {
    let mut document = envelope(&json!([
        { "evidenceValueName": "Ny", "source": "X", "valueType": "duration", "value": "P1D", "unit": { "of": "time" } }
    ]));
    document["evidenceStatus"]["status"] =
        json!({ "code": 42, "description": "New", "retryAt": "2026-03-02T12:00:00Z" });
    document["traceparent"] = json!("00-4bf9");
    let evidence: Evidence = round_trip(&document);
    let value_type = evidence.evidence_values[0].value_type.as_ref().unwrap();
    assert!(matches!(value_type, ValueType::Unknown(text) if text.as_str() == "duration"), "{value_type:?}");
    assert_eq!(value_type.to_string(), "duration");
    let code = evidence.evidence_status.status.code;
    assert!(matches!(code, StatusCode::Unknown(value) if value.value() == 42), "{code:?}");
    assert_eq!(evidence.evidence_status.status.code.value(), 42);
    assert_eq!(evidence.evidence_values[0].unknown_fields().get("unit"), Some(&json!({ "of": "time" })));
}

/// .NET writes an enum as a number where no converter names it, and a value without a name always so.
#[test]
fn numbers_where_texts_are_usual_are_kept() {
    let evidence: Evidence = round_trip(&envelope(&json!([
        { "evidenceValueName": "Ny", "source": "X", "valueType": 12, "value": "P1D" },
        { "evidenceValueName": "Ny", "source": "X", "valueType": "12", "value": "P1D" }
    ])));
    let types: Vec<_> =
        evidence.evidence_values.iter().map(|value| value.value_type.clone().unwrap()).collect();
    assert_eq!(types[0].to_string(), "12");
    assert_ne!(types[0], types[1]);
    round_trip::<NotificationReminder>(&json!({
        "notificationType": -1, "success": true, "description": "Sent", "recipientCount": 1,
        "date": "2026-03-02T08:30:11Z"
    }));
}

#[test]
fn a_dataset_with_requirements_of_mixed_encodings() {
    let dataset: EvidenceCode = round_trip(&json!({
        "evidenceCodeName": "Eksempel",
        "description": null,
        "parameters": [{ "evidenceParamName": "Aar", "paramType": "number", "required": true }],
        "isAsynchronous": false,
        "maxValidDays": 90,
        "values": [{ "evidenceValueName": "default", "source": "X", "valueType": "jsonSchema" }],
        "authorizationRequirements": [
            { "type": "PartyTypeRequirement", "failureAction": 0, "appliesToServiceContext": ["eBevis"],
              "requiredOnEvidenceHarvester": true, "allowedPartyTypes": [{ "Key": 2, "Value": 1 }] },
            { "type": "LegalBasisRequirement", "failureAction": 1, "requiredOnEvidenceHarvester": false,
              "validLegalBasisTypes": 2 },
            { "type": "ConsentRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true,
              "serviceCode": "", "serviceEdition": 0, "requiresSrr": false, "consentPeriodInDays": null,
              "altinnResource": "digdir-eksempel", "consentTokenScope": null },
            { "type": "ReferenceRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true,
              "ReferenceType": 1, "AcceptedFormat": "^[0-9]+$" },
            { "type": "WhiteListRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true,
              "allowedParties": [{ "Key": 3, "Value": "991825827" }] },
            { "type": "RequirementOfTomorrow", "failureAction": 7, "requiredOnEvidenceHarvester": true, "moon": "full" }
        ],
        "belongsToServiceContexts": ["eBevis", "Et annet sted"],
        "isPublic": false,
        "validTo": "2027-01-01T00:00:00",
        "timeout": 60
    }));
    let requirements = dataset.authorization_requirements.unwrap();
    let Requirement::PartyType(party_type) = &requirements[0] else { unreachable!("{requirements:?}") };
    assert_eq!(party_type.allowed_party_types[0].value, PartyTypeConstraint::PublicAgency);
    let Requirement::LegalBasis(legal_basis) = &requirements[1] else { unreachable!("{requirements:?}") };
    assert_eq!(legal_basis.failure_action, FailureAction::Skip);
    let Requirement::Unknown(unknown) = &requirements[5] else { unreachable!("{requirements:?}") };
    assert_eq!(unknown.get("type"), Some(&json!("RequirementOfTomorrow")));
}

#[test]
fn errors_of_service_and_gateway() {
    let error: ErrorModel = round_trip(&json!({
        "code": 3002,
        "description": "There was a permanent error with the input",
        "detailCode": "BRREG-1",
        "detailDescription": "",
        "invocationId": "7d0c2f7a-5a0c-4f3f-9f4e-0f9f2d3f2c11",
        "stacktrace": "at Example.Method()"
    }));
    assert_eq!(error.code, ErrorCode::SourceRejectedInput);
    assert_eq!(error.code.value(), 3002);
    let error: GatewayError = round_trip(&json!({ "statusCode": 401, "message": "Access denied" }));
    assert_eq!(error.status_code, 401);
}

#[test]
fn debug_shows_no_person_and_no_value() {
    let error = ErrorModel::new(ErrorCode::InvalidSubject).with_description("15867010022 is deleted");
    let subject = Subject::new("15867010022");
    let evidence: Evidence = round_trip(&envelope(&json!([
        { "evidenceValueName": "Navn", "source": "Folkeregisteret", "value": "Hemmelig", "valueType": "string", "ny": "Hemmelig" }
    ])));
    let shown = format!("{error:?} {subject:?} {evidence:?}");
    assert!(!shown.contains("15867010022") && !shown.contains("Hemmelig"), "{shown}");
    assert_eq!(serde_json::to_value(&subject).unwrap(), json!({ "subject": "15867010022" }));
}
