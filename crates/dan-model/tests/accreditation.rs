//! Authorization requests and what comes back of them.

use dan_model::{Accreditation, AuthorizationRequest, EvidenceRequest, PartyIdentifier, StatusCode};
use serde_json::{Value, json};

const PERSON: &str = "15867010022";

fn accreditation() -> Value {
    json!({
        "id": "0d5f6f0e-7d3a-4c53-9a52-1f6f6f1a2b3c",
        "requestor": "991825827",
        "subject": PERSON,
        "subjectParty": { "scheme": "nor-freg", "id": PERSON, "norwegianSocialSecurityNumber": PERSON },
        "requestorParty": {
            "scheme": "iso6523-actorid-upis", "id": "0192:991825827", "norwegianOrganizationNumber": "991825827"
        },
        "aggregateStatus": { "code": 0, "description": "" },
        "isDirectHarvest": false,
        "evidenceCodes": [],
        "skippedEvidenceCodes": {},
        "issued": "2026-03-02T08:30:11.4410092+00:00",
        "lastChanged": "2026-03-02T08:30:11.44101+00:00",
        "validTo": "2026-05-31T00:00:00Z",
        "languageCode": "no-nb",
        "serviceContext": "eBevis",
        "altinnConsentUrl": "https://consent.example.no/?id=secret"
    })
}

#[test]
fn a_fresh_accreditation_is_written_back_equal() {
    let read: Accreditation = serde_json::from_value(accreditation()).unwrap();
    assert_eq!(read.subject, Some(PartyIdentifier::from(PERSON)));
    assert_eq!(read.aggregate_status.code, StatusCode::NotDetermined);
    assert_eq!(serde_json::to_value(&read).unwrap(), accreditation());
}

#[test]
fn debug_shows_neither_the_person_nor_the_way_to_consent() {
    let read: Accreditation = serde_json::from_value(accreditation()).unwrap();
    let shown = format!("{read:?}");
    assert!(!shown.contains(PERSON) && !shown.contains("consent.example.no"), "{shown}");
}

#[test]
fn a_request_leaves_out_what_is_not_said() {
    let consent = EvidenceRequest::new("RestanserV2").with_request_consent(true);
    let request =
        AuthorizationRequest::new("991825827", "998997801", vec![consent]).with_consent_reference("2026/12");
    assert_eq!(
        serde_json::to_value(&request).unwrap(),
        json!({
            "requestor": "991825827",
            "subject": "998997801",
            "evidenceRequests": [{ "evidenceCodeName": "RestanserV2", "requestConsent": true }],
            "consentReference": "2026/12"
        })
    );
}
