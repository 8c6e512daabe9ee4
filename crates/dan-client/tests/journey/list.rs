use std::time::Duration;

use dan_client::ErrorKind;

use super::{REQUESTOR, SUBJECT, authorization, client_of_several, start};

#[tokio::test]
async fn filters_count() {
    let (_sandbox, _clock, client) = start().await;
    let pending = authorization(&client).await;
    let available =
        client.request_authorization(REQUESTOR, SUBJECT).dataset("UnitBasicInformation").await.unwrap();
    let ids = |accreditations: Vec<dan_client::model::Accreditation>| -> Vec<String> {
        accreditations.into_iter().map(|accreditation| accreditation.id).collect()
    };
    let all = ids(client.accreditations().await.unwrap());
    assert_eq!(all, [pending.handle().id(), available.handle().id()]);
    assert_eq!(ids(client.accreditations().only_available().await.unwrap()), [available.handle().id()]);
    assert_eq!(client.accreditations().requestor("974760673").await.unwrap().len(), 0);
    let issued = pending.accreditation().issued.clone();
    assert_eq!(ids(client.accreditations().changed_after(issued).await.unwrap()), [available.handle().id()]);
    let told = client.accreditations().query("[0].id").await.unwrap();
    assert_eq!(told.as_str(), Some(pending.handle().id()));
}

#[tokio::test]
async fn times_travel_in_utc_and_nothing_else_does() {
    let (sandbox, _clock, client) = start().await;
    client.accreditations().changed_after("2026-09-24T14:00:00.5+02:00").await.unwrap();
    assert_eq!(sandbox.requests().last().unwrap().query, "changedafter=2026-09-24T12%3A00%3A00.5Z");
    for unusable in ["2026-09-24T14:00:00", "2026-09-24", "yesterday", ""] {
        let error = client.accreditations().changed_after(unusable).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{unusable}");
    }
    let error = client.accreditations().requestor("15867010022").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let refused = client.accreditations().query("[").await.unwrap_err();
    assert_eq!(refused.code(), Some(1027));
}

#[tokio::test]
async fn each_service_context_has_a_list_of_its_own() {
    let (sandbox, clock, client) = start().await;
    authorization(&client).await;
    let several = client_of_several(&sandbox, &["Tilda", "eBevis"], clock);
    let error = several.accreditations().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("TILDA"), "{error}");
    assert_eq!(several.accreditations().service_context("Tilda").await.unwrap().len(), 0);
    assert_eq!(several.accreditations().service_context("eBevis").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_keeps_to_its_own_times() {
    let (sandbox, _clock, client) = start().await;
    let list = || client.accreditations().service_context("eBevis");
    let patient = list().timeout(Duration::from_secs(60)).deadline(Duration::from_secs(60));
    assert_eq!(patient.await.unwrap().len(), 0);
    let asked = sandbox.requests().len();
    for impatient in [list().timeout(Duration::ZERO), list().deadline(Duration::ZERO)] {
        assert_eq!(impatient.await.unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!(sandbox.requests().len(), asked);
}
