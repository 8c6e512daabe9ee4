use std::time::Duration;

use dan_client::{
    Clock, Configuration, DatasetRequest, Delivery, ErrorKind, REMINDER_PAUSE, ReminderOutcome,
};
use dan_sandbox::ConsentDecision;
use serde_json::json;

use super::{REQUESTOR, SUBJECT, at_once, authorization, client_of_several, start};

#[tokio::test]
async fn reminders_tell_the_truth() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    sandbox.set_reminders_succeed(false);
    let ReminderOutcome::Failed { receipts, .. } = accreditation.remind().await.unwrap() else {
        panic!("it did not reach anybody")
    };
    assert_eq!(receipts.len(), 2);

    sandbox.set_reminders_succeed(true);
    let ReminderOutcome::Sent { receipts, next_allowed, .. } = accreditation.remind().await.unwrap() else {
        panic!("a failed one is no reason to wait")
    };
    let sent = receipts[0].date.parse().unwrap().system_time().unwrap();
    assert_eq!(next_allowed, Some(sent + REMINDER_PAUSE));
    assert_eq!(accreditation.remind().await.unwrap(), too_soon(sent + REMINDER_PAUSE, &accreditation).await);
    assert_eq!(accreditation.reminders().await.unwrap().len(), 4);

    sandbox.advance_clock(REMINDER_PAUSE + Duration::from_secs(1));
    assert!(matches!(accreditation.remind().await.unwrap(), ReminderOutcome::Sent { .. }));
}

/// The outcome is told by its parts, since it cannot be made here.
async fn too_soon(
    expected: std::time::SystemTime,
    accreditation: &dan_client::AccreditationHandle,
) -> ReminderOutcome {
    let outcome = accreditation.remind().await.unwrap();
    assert!(
        matches!(outcome, ReminderOutcome::TooSoon { next_allowed, .. } if next_allowed == Some(expected)),
        "{outcome:?}"
    );
    outcome
}

#[tokio::test]
async fn there_is_nothing_to_remind_of() {
    let (sandbox, _clock, client) = start().await;
    let answered = authorization(&client).await.into_handle();
    sandbox.decide_consent(answered.id(), ConsentDecision::Deny, true).unwrap();
    assert_eq!(answered.remind().await.unwrap(), ReminderOutcome::AlreadyAnswered);

    let open =
        client.request_authorization(REQUESTOR, SUBJECT).dataset("UnitBasicInformation").await.unwrap();
    assert_eq!(open.handle().remind().await.unwrap(), ReminderOutcome::NothingToConsent);

    let soon_over = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .consent_reference("Tender 2026/17")
        .await
        .unwrap();
    sandbox.advance_clock(Duration::from_secs(100 * 86_400));
    assert_eq!(soon_over.handle().remind().await.unwrap(), ReminderOutcome::Expired);
}

const CONSENT_IN_EBEVIS: &str = r#"{
    "evidenceCode": {
        "evidenceCodeName": "Consented", "isAsynchronous": false, "isPublic": false,
        "authorizationRequirements": [{ "type": "ConsentRequirement", "failureAction": 0,
            "requiredOnEvidenceHarvester": true, "appliesToServiceContext": ["eBevis"], "serviceCode": "",
            "serviceEdition": 0, "requiresSrr": false, "altinnResource": "digdir-restanser-skatteetaten" }],
        "values": [{ "evidenceValueName": "a", "source": "b", "valueType": "string" }],
        "belongsToServiceContexts": ["eBevis"]
    },
    "answer": { "values": [] }
}"#;

/// The service judges by the key's service context.
#[tokio::test]
async fn a_reminder_takes_the_key_of_the_service_context() {
    let (sandbox, clock, client) = start().await;
    sandbox.put_dataset("Consented", CONSENT_IN_EBEVIS).unwrap();
    let request = client.request_authorization(REQUESTOR, SUBJECT).consent_reference("Tender 2026/17");
    let authorization = request.dataset(DatasetRequest::new("Consented").request_consent()).await.unwrap();
    let id = authorization.handle().id().to_owned();
    let several = client_of_several(&sandbox, &["Advokatregisteret", "eBevis"], clock);
    let outcome = several.accreditation(&*id).remind().await.unwrap();
    assert!(matches!(outcome, ReminderOutcome::Sent { .. }), "{outcome:?}");
    let elsewhere = several.accreditation(&*id).service_context("Advokatregisteret");
    assert_eq!(elsewhere.remind().await.unwrap(), ReminderOutcome::NothingToConsent);
}

#[tokio::test]
async fn a_failure_after_a_success_counts_for_the_next_reminder() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    accreditation.remind().await.unwrap();
    sandbox.advance_clock(2 * REMINDER_PAUSE);
    sandbox.set_reminders_succeed(false);
    accreditation.remind().await.unwrap();
    let refused = r#"{"path":"*/reminders","method":"POST","fault":{"status":403,
        "body":{"code":1019,"description":"Denied: A reminder was sent within the last day"}}}"#;
    sandbox.inject_fault(refused).unwrap();
    let ReminderOutcome::TooSoon { next_allowed, .. } = accreditation.remind().await.unwrap() else {
        panic!("the service said so")
    };
    let failed = accreditation.reminders().await.unwrap()[3].date.parse().unwrap().system_time().unwrap();
    assert_eq!(next_allowed, Some(failed + Duration::from_secs(86_400)));
}

#[tokio::test]
async fn the_clients_own_deadline_bounds_what_is_sent_once() {
    let (sandbox, clock, _client) = start().await;
    let mut configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    configuration.service_context = Some("eBevis".to_owned());
    let minute = Duration::from_secs(60);
    let builder = configuration.builder().unwrap().clock(clock.clone()).retry_policy(at_once());
    let client = builder.deadline(minute).build().unwrap();
    let accreditation = authorization(&client).await.into_handle();
    for path in ["*/reminders", "/v1/authorization"] {
        let lost = format!(r#"{{"path":"{path}","method":"POST","fault":{{"close":"before"}}}}"#);
        sandbox.inject_fault(&lost).unwrap();
    }
    let began = clock.elapsed();
    let error = accreditation.remind().await.unwrap_err();
    assert_eq!(
        (error.delivery(), clock.elapsed().saturating_sub(began)),
        (Delivery::Unknown, minute),
        "{error}"
    );
    let began = clock.elapsed();
    let request = client.request_authorization(REQUESTOR, SUBJECT).dataset("UnitBasicInformation");
    let error = request.await.unwrap_err();
    assert_eq!(
        (error.delivery(), clock.elapsed().saturating_sub(began)),
        (Delivery::Unknown, minute),
        "{error}"
    );
    // A call may take its own time.
    accreditation.remind().deadline(Duration::from_secs(600)).await.unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (_sandbox, _clock, client) = start().await;
    let nowhere = client.accreditation("00000000-0000-4000-8000-000000000000");
    for error in [
        nowhere.remind().await.unwrap_err(),
        nowhere.reminders().await.unwrap_err(),
        nowhere.status().await.unwrap_err(),
        nowhere.delete().await.unwrap_err(),
        nowhere.harvest("UnitBasicInformation").await.unwrap_err(),
        nowhere.wait_until_available().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert!(matches!(error.status(), Some(403 | 404)), "{error}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_among_the_receipts() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    let fault = r#"{"path":"*/reminders","method":"POST","fault":{"close":"after"}}"#;
    sandbox.inject_fault(fault).unwrap();
    assert!(matches!(accreditation.remind().await.unwrap(), ReminderOutcome::Sent { .. }));
    assert_eq!(accreditation.reminders().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_reminder_that_never_arrived_is_sent_again_once_that_is_sure() {
    let (sandbox, clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    let fault = r#"{"path":"*/reminders","method":"POST","fault":{"close":"before"}}"#;
    sandbox.inject_fault(fault).unwrap();
    assert!(matches!(accreditation.remind().await.unwrap(), ReminderOutcome::Sent { .. }));
    assert_eq!(accreditation.reminders().await.unwrap().len(), 2);
    assert!(clock.elapsed() >= Duration::from_secs(240));
}

#[tokio::test]
async fn an_earlier_reminder_is_no_answer_to_a_lost_one() {
    let (sandbox, clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    accreditation.remind().await.unwrap();
    sandbox.advance_clock(REMINDER_PAUSE + Duration::from_secs(1));
    let fault = r#"{"path":"*/reminders","method":"POST","fault":{"close":"before"}}"#;
    sandbox.inject_fault(fault).unwrap();
    let ReminderOutcome::Sent { receipts, .. } = accreditation.remind().await.unwrap() else {
        panic!("it was sent again")
    };
    let all = accreditation.reminders().await.unwrap();
    assert_eq!((receipts.len(), &receipts[..]), (2, &all[2..]));
    assert!(clock.elapsed() >= Duration::from_secs(240));
}

#[tokio::test]
async fn one_way_is_enough_for_a_reminder_to_be_sent() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    let receipt = |success, way| {
        let date = "2026-09-24T12:00:00Z";
        json!({ "success": success, "date": date, "notificationType": way, "recipientCount": 1 })
    };
    let mixed = json!({ "path": "*/reminders", "method": "POST",
        "fault": { "status": 200, "body": [receipt(false, "SMS"), receipt(true, "Email")] } });
    sandbox.inject_fault(&mixed.to_string()).unwrap();
    let outcome = accreditation.remind().await.unwrap();
    assert!(matches!(outcome, ReminderOutcome::Sent { .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_is_refused_for_another_reason_is_an_error() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    let lacks_scope = json!({ "code": 1019, "description": "Denied: RestanserV2: lacks the scope 'x'" });
    let by_gateway = json!({ "statusCode": 403, "message": "Not from this address" });
    for (method, body) in [("POST", lacks_scope), ("GET", by_gateway)] {
        let fault =
            json!({ "path": "*/reminders", "method": method, "fault": { "status": 403, "body": body } });
        sandbox.inject_fault(&fault.to_string()).unwrap();
        let error = accreditation.remind().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{method}: {error}");
    }
}
