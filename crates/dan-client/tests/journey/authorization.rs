use std::time::Duration;

use dan_client::model::{LegalBasisKind, StatusCode};
use dan_client::{DatasetRequest, ErrorKind, ErrorOrigin};

use super::{PERSON, REQUESTOR, SUBJECT, authorization, client, client_of_several, start};

#[tokio::test]
async fn what_was_granted_and_what_was_not() {
    let (_sandbox, _clock, client) = start().await;
    let authorization = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .dataset(DatasetRequest::new("MvaMeldingsOpplysning").request_consent())
        .consent_reference("Tender 2026/17")
        .await
        .unwrap();
    let missing = authorization.not_granted();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].evidence_code_name, "MvaMeldingsOpplysning");
    assert_eq!(missing[0].requirements.len(), 1, "{missing:?}");
    assert!(authorization.consent_url().unwrap().starts_with("https://"));
    assert_eq!(authorization.accreditation().aggregate_status.code, StatusCode::NotDetermined);
    assert_eq!(authorization.accreditation().external_reference.as_ref().unwrap().len(), 36);
    assert_eq!(authorization.handle().known_service_context(), Some("eBevis"));
}

#[tokio::test]
async fn the_metadata_is_read_only_when_something_is_missing() {
    let (sandbox, _clock, client) = start().await;
    authorization(&client).await;
    assert!(!sandbox.requests().iter().any(|request| request.path.contains("metadata")));
}

#[tokio::test]
async fn a_legal_basis_opens_what_wants_one() {
    let (_sandbox, _clock, client) = start().await;
    let authorization = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset(DatasetRequest::new("MvaMeldingsOpplysning").request_consent().legal_basis_id("tender"))
        .legal_basis("tender", LegalBasisKind::Cpv, "45000000-7")
        .consent_reference("Tender 2026/17")
        .external_reference("17")
        .language_code("no-nb")
        .consent_receipt_redirect_url("https://example.no/done")
        .skip_altinn_notification()
        .await
        .unwrap();
    assert!(authorization.not_granted().is_empty());
    let accreditation = authorization.accreditation();
    assert_eq!(accreditation.external_reference.as_deref(), Some("17"));
    assert_eq!(accreditation.consent_receipt_redirect_url.as_deref(), Some("https://example.no/done"));
}

#[tokio::test]
async fn nothing_wrong_is_sent() {
    let (sandbox, _clock, client) = start().await;
    let requests = [
        client.request_authorization(REQUESTOR, SUBJECT),
        client.request_authorization(REQUESTOR, SUBJECT).dataset("A").dataset("A"),
        client.request_authorization(REQUESTOR, SUBJECT).dataset(DatasetRequest::new("A").request_consent()),
        client.request_authorization("", PERSON).dataset("A").external_reference(" "),
        client.request_authorization(REQUESTOR, SUBJECT).dataset("A").valid_to("2020-01-01T00:00:00Z"),
        client
            .request_authorization(REQUESTOR, SUBJECT)
            .dataset("A")
            .reuse_token()
            .token_on_behalf_of_owner(),
    ];
    for request in requests {
        let error = request.await.unwrap_err();
        assert_eq!(
            (error.kind(), error.origin()),
            (ErrorKind::InvalidRequest, ErrorOrigin::Client),
            "{error}"
        );
    }
    assert_eq!(sandbox.requests().len(), 0);
}

#[tokio::test]
async fn a_dataset_that_needs_an_own_token_needs_it_from_the_start() {
    let (sandbox, clock, _client) = start().await;
    let client = client(&sandbox, "DigitaleHelgeland", clock);
    let request = || client.request_authorization(sandbox.organisation(), PERSON).dataset("FregPerson");
    let error = request().await.unwrap_err();
    assert_eq!((error.code(), error.kind()), (Some(1019), ErrorKind::Forbidden));
    let authorization = request().reuse_token().await.unwrap();
    // The handle goes on in the same way.
    authorization.handle().harvest("FregPerson").await.unwrap();
    let rebuilt = client.accreditation(authorization.handle().id());
    assert_eq!(rebuilt.harvest("FregPerson").await.unwrap_err().code(), Some(1019));
    rebuilt.reuse_token().harvest("FregPerson").await.unwrap();
    let personal = sandbox.requests().iter().any(|request| request.query.contains("***********"));
    assert!(!personal, "a person's number stood in a URL");
}

#[tokio::test]
async fn refusals_are_told_by_their_code() {
    let (_sandbox, _clock, client) = start().await;
    let unknown = client.request_authorization(REQUESTOR, SUBJECT).dataset("Unknown").await.unwrap_err();
    assert_eq!((unknown.code(), unknown.kind()), (Some(1007), ErrorKind::NotFound));
    let unasked = client.request_authorization(REQUESTOR, SUBJECT).dataset("RestanserV2").await.unwrap_err();
    let denials: Vec<_> = unasked.service_error().unwrap().denials().collect();
    assert!(denials.iter().all(|denial| denial.evidence_code_name == Some("RestanserV2")), "{denials:?}");
}

#[tokio::test]
async fn what_is_held_may_be_named_in_whatever_case() {
    let (sandbox, clock, client) = start().await;
    let request = client.request_authorization(REQUESTOR, SUBJECT).dataset("CertificateOfRegistration");
    let id = request.await.unwrap().handle().id().to_owned();
    let several = client_of_several(&sandbox, &["Tilda", "eBevis"], clock);
    several.accreditation(id).harvest("certificateofregistration").await.unwrap();
}

#[tokio::test]
async fn the_id_alone_does_where_datasets_are_in_several_contexts() {
    let (sandbox, clock, _client) = start().await;
    let client = client_of_several(&sandbox, &["eBevis", "Tilda"], clock);
    let request = client.request_authorization(REQUESTOR, SUBJECT).dataset("UnitBasicInformation");
    let id = request.service_context("Tilda").await.unwrap().handle().id().to_owned();

    let lists = || sandbox.requests().iter().filter(|request| request.path == "/v1/accreditations").count();
    let before = lists();
    let rebuilt = client.accreditation(&*id);
    rebuilt.harvest("UnitBasicInformation").await.unwrap();
    assert!(rebuilt.clone().harvest_all().await.unwrap().is_complete());
    assert_eq!(lists() - before, 2, "each list is read once");

    for unknown in ["5f1c1bb6-0000-4000-8000-000000000000", "'] || [*", PERSON] {
        let error = client.accreditation(unknown).harvest("UnitBasicInformation").await.unwrap_err();
        let kind = if unknown == PERSON { ErrorKind::InvalidRequest } else { ErrorKind::NotFound };
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.to_string().contains(PERSON), "{error}");
    }
}

#[tokio::test]
async fn the_key_follows_from_all_datasets_together() {
    let (sandbox, clock, _client) = start().await;
    let client = client_of_several(&sandbox, &["Tilda", "eBevis"], clock);
    let request = client.request_authorization(sandbox.organisation(), SUBJECT).dataset("TildaMetadatav1");
    assert_eq!(request.await.unwrap().accreditation().service_context.as_deref(), Some("Tilda"));
    let apart =
        client.request_authorization(REQUESTOR, SUBJECT).dataset("TildaMetadatav1").dataset("RestanserV2");
    assert_eq!(apart.await.unwrap_err().kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn calls_through_a_handle_keep_to_its_times() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    let before = sandbox.requests().len();
    let (timeout, deadline) = (accreditation.clone(), accreditation.clone());
    for impatient in [timeout.timeout(Duration::ZERO), deadline.deadline(Duration::ZERO)] {
        let told = [
            impatient.status().await.unwrap_err(),
            impatient.reminders().await.unwrap_err(),
            impatient.remind().await.unwrap_err(),
            impatient.harvest("UnitBasicInformation").await.unwrap_err(),
            impatient.clone().delete().await.unwrap_err(),
        ];
        assert_eq!(told.map(|error| error.kind()), [ErrorKind::Timeout; 5]);
    }
    assert_eq!(sandbox.requests().len(), before);
    accreditation.deadline(Duration::from_secs(60)).status().await.unwrap();
}
