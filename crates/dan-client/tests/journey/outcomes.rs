use dan_client::{DatasetRequest, ErrorKind, HarvestOutcome};
use dan_sandbox::ConsentDecision;

use super::{REQUESTOR, SUBJECT, start};

#[tokio::test]
async fn nothing_is_many_things() {
    let (sandbox, _clock, client) = start().await;
    let authorization = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset("UnitBasicInformation")
        .dataset("CertificateOfRegistration")
        .dataset("EksempelAsynkron")
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .dataset(DatasetRequest::new("MvaMeldingsOpplysning").request_consent())
        .consent_reference("Tender 2026/17")
        .await
        .unwrap();
    sandbox.put_dataset("CertificateOfRegistration", &empty_dataset("CertificateOfRegistration")).unwrap();
    let path = format!("/v1/evidence/{}/UnitBasicInformation", authorization.handle().id());
    let fault = format!(
        r#"{{"path":"{path}","fault":{{"status":502,"body":{{"code":3003,"description":"Broken"}}}},"times":9}}"#
    );
    sandbox.inject_fault(&fault).unwrap();

    let outcomes = authorization.harvest_all().await.unwrap();
    let HarvestOutcome::Failed(error) = outcomes.of("UnitBasicInformation") else { panic!("{outcomes:?}") };
    assert_eq!(error.code(), Some(3003));
    assert!(matches!(outcomes.of("certificateofregistration"), HarvestOutcome::Empty(_)), "{outcomes:?}");
    for (dataset, kind) in
        [("EksempelAsynkron", ErrorKind::NotAvailableYet), ("RestanserV2", ErrorKind::ConsentPending)]
    {
        let HarvestOutcome::NotAvailableYet(error) = outcomes.of(dataset) else { panic!("{outcomes:?}") };
        assert_eq!(error.kind(), kind);
    }
    let HarvestOutcome::NotGranted(requirements) = outcomes.of("MvaMeldingsOpplysning") else {
        panic!("{outcomes:?}")
    };
    assert!(!requirements.is_empty());
    assert!(matches!(outcomes.of("Roller"), HarvestOutcome::NotAskedFor));
    assert!(!outcomes.is_complete());
    let rebuilt = client.accreditation(authorization.handle().id()).harvest_all().await.unwrap();
    assert!(matches!(rebuilt.of("MvaMeldingsOpplysning"), HarvestOutcome::NotHeld));

    sandbox.decide_consent(authorization.handle().id(), ConsentDecision::Deny, true).unwrap();
    let denied = authorization.harvest_all().await.unwrap();
    let HarvestOutcome::Ended(error) = denied.of("RestanserV2") else { panic!("{denied:?}") };
    assert_eq!(error.kind(), ErrorKind::ConsentDenied);
}

#[tokio::test]
async fn all_that_is_there_is_complete() {
    let (sandbox, _clock, client) = start().await;
    let authorization = super::authorization(&client).await;
    sandbox.decide_consent(authorization.handle().id(), ConsentDecision::Grant, true).unwrap();
    let outcomes = authorization.harvest_all().await.unwrap();
    assert!(outcomes.is_complete());
    let names: Vec<_> = outcomes.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["UnitBasicInformation", "RestanserV2"]);
    let arrears = outcomes.of("RestanserV2").harvest().unwrap().evidence().unwrap();
    assert!(arrears.evidence_values.iter().any(|value| value.evidence_value_name == "levert"));
}

/// A consent that was withdrawn is noticed by the harvest alone, as 1010 or, in some cases, as 1013.
#[tokio::test]
async fn a_withdrawn_consent_is_told_in_both_forms() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = super::authorization(&client).await.into_handle();
    sandbox.decide_consent(accreditation.id(), ConsentDecision::Grant, true).unwrap();
    accreditation.wait_until_available().await.unwrap();
    sandbox.decide_consent(accreditation.id(), ConsentDecision::Revoke, true).unwrap();
    let error = accreditation.harvest("RestanserV2").await.unwrap_err();
    assert_eq!((error.code(), error.kind()), (Some(1010), ErrorKind::ConsentDenied));
    let outcomes = accreditation.harvest_all().await.unwrap();
    assert!(matches!(outcomes.of("RestanserV2"), HarvestOutcome::Ended(_)), "{outcomes:?}");

    let fault = r#"{"path":"*/RestanserV2","fault":{"status":503,"body":{"code":1013,"description":"Down"}},"times":9}"#;
    sandbox.inject_fault(fault).unwrap();
    let error = accreditation.harvest("RestanserV2").await.unwrap_err();
    assert_eq!((error.code(), error.kind()), (Some(1013), ErrorKind::Unavailable));
    assert!(error.to_string().contains("withdrawn"), "{error}");
}

fn empty_dataset(name: &str) -> String {
    serde_json::json!({
        "evidenceCode": {
            "evidenceCodeName": name, "isAsynchronous": false, "isPublic": false, "authorizationRequirements": [],
            "values": [{ "evidenceValueName": "a", "source": "b", "valueType": "string" }],
            "belongsToServiceContexts": ["eBevis"]
        },
        "answer": { "values": [] }
    })
    .to_string()
}
