use std::time::Duration;

use dan_client::{DatasetRequest, ErrorKind, REMINDER_PAUSE, ReminderOutcome};
use dan_sandbox::ConsentDecision;

use super::{REQUESTOR, SUBJECT, authorization, start};

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
    assert!(dan_client::Clock::elapsed(&*clock) >= Duration::from_secs(240));
}
