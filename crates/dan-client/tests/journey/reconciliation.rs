//! What is taken for the answer to an authorization request when the answer itself was lost, and what is not.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dan_client::model::Timestamp;
use dan_client::{Clock, DanClient, Delivery, ErrorKind};
use dan_sandbox::Sandbox;
use serde_json::json;

use super::clock::TestClock;
use super::faults::{all, lose, request};
use super::{PERSON, REQUESTOR, SUBJECT, keep_step, start};

const SECOND: Duration = Duration::from_secs(1);

fn lose_answer(sandbox: &Sandbox, moment: &str) {
    lose(sandbox, "/v1/authorization", "POST", &json!({ "close": moment }));
}

/// So many looks fail in passing. Each is sent four times.
fn fail_looks(sandbox: &Sandbox, looks: usize) {
    for _ in 0..looks * 4 {
        lose(sandbox, "/v1/accreditations", "GET", &json!({ "status": 503 }));
    }
}

fn posts(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.path == "/v1/authorization").count()
}

/// A client of another process.
fn other(sandbox: &Sandbox) -> DanClient {
    super::client(sandbox, "eBevis", Arc::new(TestClock::default()))
}

#[tokio::test]
async fn what_came_of_another_request_is_no_answer() {
    let (sandbox, _clock, client) = start().await;
    let (other, dataset) = (other(&sandbox), "CertificateOfRegistration");
    for (subject, dataset, reference, own) in [
        (SUBJECT, dataset, "another", "own 1"),
        (REQUESTOR, dataset, "own 2", "own 2"),
        (SUBJECT, "UnitBasicInformation", "own 3", "own 3"),
    ] {
        let theirs = other.request_authorization(REQUESTOR, subject).dataset(dataset);
        theirs.external_reference(reference).await.unwrap();
        let before = all(&sandbox).await;
        lose_answer(&sandbox, "before");
        let answer = request(&client).external_reference(own).await.unwrap();
        assert!(!before.contains(answer.handle().id()), "{subject} {dataset} {reference}");
        assert_eq!(all(&sandbox).await.len(), before.len() + 1);
    }
}

#[tokio::test]
async fn an_effect_is_found_also_when_it_cannot_be_looked_for_at_first() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    keep_step(&sandbox, &clock);
    lose_answer(&sandbox, "after");
    fail_looks(&sandbox, 5);
    request(&client).await.unwrap();
    assert_eq!((posts(&sandbox), clock.elapsed()), (1, 31 * SECOND));
}

/// The machines of the service differ a little in their time.
#[tokio::test]
async fn an_effect_that_seems_to_come_shortly_before_its_request_is_found() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let (service, mut is_first) = (Arc::clone(&sandbox), true);
    clock.when_asleep(move |_| {
        if std::mem::take(&mut is_first) {
            service.advance_clock(5 * SECOND);
        }
    });
    lose_answer(&sandbox, "after");
    fail_looks(&sandbox, 1);
    request(&client).await.unwrap();
    assert_eq!((posts(&sandbox), clock.elapsed()), (1, SECOND), "by the first look that was answered");
}

#[tokio::test]
async fn the_list_is_that_of_the_requestor_from_well_before_the_request() {
    let (sandbox, _clock, client) = start().await;
    client.accreditations().await.unwrap();
    lose_answer(&sandbox, "after");
    request(&client).await.unwrap();
    let query = sandbox.requests().last().unwrap().query.replace("%3A", ":");
    let (requestor, after) = query.split_once("&changedafter=").unwrap();
    assert_eq!(requestor, format!("requestor={REQUESTOR}"));
    let after = Timestamp::from(after).parse().unwrap().system_time().unwrap();
    let back = SystemTime::now().duration_since(after).unwrap();
    assert!((300..400).contains(&back.as_secs()), "{back:?}");
}

#[tokio::test]
async fn a_permission_about_a_foreign_party_is_found() {
    let (sandbox, _clock, client) = start().await;
    lose_answer(&sandbox, "after");
    let foreign = client.request_authorization(REQUESTOR, "iso6523-actorid-upis::0007:5567037485");
    foreign.dataset("CertificateOfRegistration").await.unwrap();
    assert_eq!(posts(&sandbox), 1);
}

#[tokio::test]
async fn a_request_that_was_refused_leaves_no_doubt_about_the_next() {
    let (sandbox, _clock, client) = start().await;
    let refused = json!({ "status": 400, "body": { "code": 1007, "description": "No" } });
    lose(&sandbox, "/v1/authorization", "POST", &refused);
    request(&client).external_reference("the same").await.unwrap_err();
    lose_answer(&sandbox, "after");
    request(&client).external_reference("the same").await.unwrap();
    assert_eq!(posts(&sandbox), 2);
}

#[tokio::test]
async fn a_permission_whose_answer_cannot_be_read_is_no_answer_to_the_next_request() {
    let (sandbox, clock, client) = start().await;
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "status": 200, "body": [] }));
    let error = request(&client).external_reference("the same").await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::UnexpectedAnswer, Delivery::Answered));
    assert!(error.to_string().contains("the permission was granted"), "{error}");
    assert_eq!(clock.elapsed(), Duration::ZERO, "there is nothing to wait for");

    let unread = request(&other(&sandbox)).external_reference("the same").await.unwrap();
    lose_answer(&sandbox, "before");
    let next = request(&client).external_reference("the same").await.unwrap();
    assert_ne!(next.handle().id(), unread.handle().id());
}

#[tokio::test]
async fn a_personal_number_in_a_reference_is_not_shown() {
    let (sandbox, _clock, client) = start().await;
    lose_answer(&sandbox, "before");
    let request = request(&client).external_reference(PERSON).deadline(60 * SECOND);
    let error = request.await.unwrap_err();
    assert!(error.to_string().contains("***") && !error.to_string().contains(PERSON), "{error}");
}
