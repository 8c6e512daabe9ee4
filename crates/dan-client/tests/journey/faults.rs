use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use dan_client::{Clock, DanClient, DatasetRequest, Delivery, ErrorKind, ErrorOrigin, RequestAuthorization};
use dan_sandbox::Sandbox;
use serde_json::json;

use super::clock::TestClock;
use super::{REQUESTOR, SUBJECT, authorization, client, keep_step, start};

const DAY: Duration = Duration::from_secs(86_400);

const SMALL_DATASET: &str = r#"{
    "evidenceCode": {
        "evidenceCodeName": "Small", "isAsynchronous": false, "isPublic": false, "authorizationRequirements": [],
        "values": [{ "evidenceValueName": "a", "source": "b", "valueType": "string" }],
        "belongsToServiceContexts": ["eBevis"]
    },
    "answer": { "values": [] }
}"#;

pub(super) fn request(client: &DanClient) -> RequestAuthorization<'_> {
    client.request_authorization(REQUESTOR, SUBJECT).dataset("CertificateOfRegistration")
}

/// The ids of all accreditations that there are.
pub(super) async fn all(sandbox: &Sandbox) -> BTreeSet<String> {
    let client = client(sandbox, "eBevis", Arc::new(TestClock::default()));
    let listed = client.accreditations().await.unwrap();
    listed.into_iter().map(|accreditation| accreditation.id).collect()
}

pub(super) fn lose(sandbox: &Sandbox, path: &str, method: &str, fault: &serde_json::Value) {
    let fault = json!({ "path": path, "method": method, "fault": fault });
    sandbox.inject_fault(&fault.to_string()).unwrap();
}

/// One of the ways in which an answer gets lost, or does not.
fn fault(random: &mut fastrand::Rng) -> serde_json::Value {
    match random.u8(..20) {
        0..=3 => json!({ "close": "after" }),
        4 | 5 => json!({ "close": "midway" }),
        6 => json!({ "close": "before" }),
        7 => {
            json!({ "status": 502, "body": "<html>Bad gateway</html>", "headers": { "Content-Type": "text/html" } })
        }
        8 => json!({ "status": 503, "body": { "statusCode": 503, "message": "Service unavailable" } }),
        9 => json!({ "status": 504 }),
        10 => {
            json!({ "status": 429, "body": { "statusCode": 429, "message": "Rate limit is exceeded" },
                "headers": { "Retry-After": "0" } })
        }
        _ => json!({ "delay_ms": 0 }),
    }
}

/// Whatever happens to the requests, and to the looks for what became of them, each leads to exactly one accreditation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_lead_to_a_thousand_accreditations() {
    const ROUNDS: u64 = 20;
    const WORKERS: usize = 5;
    const REQUESTS: usize = 10;
    let sandbox = Sandbox::start().await.unwrap();
    for round in 0..ROUNDS {
        // A small dataset, since whatever there is is listed again and again.
        sandbox.put_dataset("Small", SMALL_DATASET).unwrap();
        let mut random = fastrand::Rng::with_seed(round);
        for _ in 0..200 {
            lose(&sandbox, "/v1/authorization", "POST", &fault(&mut random));
            lose(&sandbox, "/v1/accreditations", "GET", &fault(&mut random));
        }
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let client = client(&sandbox, "eBevis", Arc::new(TestClock::default()));
                tokio::spawn(async move {
                    let mut ids = Vec::new();
                    for _ in 0..REQUESTS {
                        ids.push(granted(&client).await);
                    }
                    ids
                })
            })
            .collect();
        let mut ids = Vec::new();
        for worker in workers {
            ids.extend(worker.await.unwrap());
        }
        let posts = sandbox.requests().iter().filter(|request| request.path == "/v1/authorization").count();
        assert!(posts > ids.len(), "the faults did nothing");
        // What is left of the faults is not meant for the test itself.
        let made = all_after_faults(&sandbox).await;
        assert_eq!(made.len(), WORKERS * REQUESTS, "round {round}");
        assert_eq!(made, ids.into_iter().collect::<BTreeSet<_>>(), "round {round}");
        sandbox.reset();
    }
}

/// Asks again when the request surely had no effect, as when the gateway let it through not once.
async fn granted(client: &DanClient) -> String {
    loop {
        let request = client.request_authorization(REQUESTOR, SUBJECT).dataset("Small").deadline(DAY);
        match request.await {
            Ok(authorization) => return authorization.handle().id().to_owned(),
            Err(error) => assert_eq!(error.delivery(), Delivery::NotSent, "{error}"),
        }
    }
}

/// Asks until an answer comes through.
async fn all_after_faults(sandbox: &Sandbox) -> BTreeSet<String> {
    let client = client(sandbox, "eBevis", Arc::new(TestClock::default()));
    loop {
        if let Ok(listed) = client.accreditations().await {
            return listed.into_iter().map(|accreditation| accreditation.id).collect();
        }
    }
}

#[tokio::test]
async fn requests_with_one_reference_are_told_apart() {
    let (sandbox, _clock, client) = start().await;
    for moment in ["after", "before", "after", "midway", "before", "after"] {
        lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": moment }));
    }
    let requests: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let request = request(&client).external_reference("the same").deadline(DAY);
                request.await.unwrap().handle().id().to_owned()
            })
        })
        .collect();
    let mut ids = BTreeSet::new();
    for request in requests {
        ids.insert(request.await.unwrap());
    }
    assert_eq!((ids.len(), all(&sandbox).await), (8, ids));
}

#[tokio::test]
async fn what_a_dropped_request_left_is_no_answer_to_the_next() {
    let (sandbox, _clock, client) = start().await;
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "delay_ms": 600_000 }));
    let made = async {
        loop {
            let made = all(&sandbox).await;
            if !made.is_empty() {
                break made;
            }
        }
    };
    let dropped = tokio::select! {
        made = made => made,
        answered = request(&client).external_reference("the same").send() => panic!("{answered:?}"),
    };
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "before" }));
    let next = request(&client).external_reference("the same").deadline(DAY).await.unwrap();
    assert!(!dropped.contains(next.handle().id()));
    assert_eq!(all(&sandbox).await.len(), 2);
}

#[tokio::test]
async fn what_a_request_of_unknown_fate_left_is_no_answer_to_the_next() {
    let (sandbox, _clock, client) = start().await;
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "after" }));
    let no = json!({ "status": 401, "body": { "statusCode": 401, "message": "No" } });
    lose(&sandbox, "/v1/accreditations", "GET", &no);
    let error = request(&client).external_reference("the same").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    let unknown = all(&sandbox).await;
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "before" }));
    let next = request(&client).external_reference("the same").deadline(DAY).await.unwrap();
    assert!(!unknown.contains(next.handle().id()));
    assert_eq!(all(&sandbox).await.len(), 2);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_found_at_once() {
    let (sandbox, clock, client) = start().await;
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "after" }));
    let authorization = client
        .request_authorization(REQUESTOR, super::PERSON)
        .dataset("CertificateOfRegistration")
        .dataset(DatasetRequest::new("MvaMeldingsOpplysning").request_consent())
        .consent_reference("Tender 2026/17")
        .await
        .unwrap();
    assert_eq!(authorization.not_granted().len(), 1, "what was left out is told all the same");
    assert_eq!(clock.elapsed(), Duration::ZERO);
    let posts = sandbox.requests().iter().filter(|request| request.path == "/v1/authorization").count();
    assert_eq!(posts, 1);
}

#[tokio::test]
async fn it_is_sent_again_only_when_it_surely_left_no_trace() {
    let (sandbox, clock, client) = start().await;
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "before" }));
    request(&client).await.unwrap();
    assert!(clock.elapsed() >= Duration::from_secs(240));
    assert_eq!(all(&sandbox).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_known_in_time_is_told() {
    let (sandbox, _clock, client) = start().await;
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "before" }));
    let impatient = request(&client).external_reference("17/2026").deadline(Duration::from_secs(60));
    let error = impatient.await.unwrap_err();
    assert!(std::error::Error::source(&error).is_some(), "how the answer was lost lies beneath");
    assert_eq!((error.delivery(), error.attempts(), error.status()), (Delivery::Unknown, 1, None));
    assert_eq!((error.kind(), error.origin()), (ErrorKind::Network, ErrorOrigin::Network));
    assert!(!error.is_retryable(), "whoever sends it again may ask the subject twice");
    insta::assert_snapshot!(error, @"the answer was lost, and it is unknown whether the permission was granted. Look in the list of accreditations for the external reference '17/2026' before you ask again: the subject may have got a message");

    // Looking is not possible.
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "after" }));
    lose(
        &sandbox,
        "/v1/accreditations",
        "GET",
        &json!({ "status": 401, "body": { "statusCode": 401, "message": "No" } }),
    );
    let error = request(&client).external_reference("18/2026").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert!(error.to_string().contains("'18/2026'"), "{error}");
}

#[tokio::test]
async fn what_surely_had_no_effect_is_told() {
    let (sandbox, _clock, client) = start().await;
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "before" }));
    let error = request(&client).deadline(Duration::from_secs(240)).await.unwrap_err();
    assert_eq!((error.delivery(), error.is_retryable()), (Delivery::NotSent, true), "{error}");
}

#[tokio::test]
async fn a_refusal_is_no_doubt() {
    let (sandbox, clock, client) = start().await;
    let down = json!({ "status": 503, "body": { "code": 1013, "description": "Altinn is down" } });
    lose(&sandbox, "/v1/authorization", "POST", &down);
    let error = request(&client).await.unwrap_err();
    assert_eq!((error.code(), error.delivery()), (Some(1013), Delivery::Answered));
    assert_eq!(clock.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_deletion_is_done_after_a_lost_answer_and_not_after_a_refusal() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    lose(&sandbox, "/v1/accreditations/*", "DELETE", &json!({ "close": "after" }));
    accreditation.delete().await.unwrap();
    let refused = json!({ "status": 401, "body": { "code": 1024, "description": "Expired" } });
    for fault in [refused, json!({ "status": 429 })] {
        lose(&sandbox, "/v1/accreditations/*", "DELETE", &fault);
        let error = accreditation.delete().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 2), "{error}");
    }
}

#[tokio::test]
async fn a_gateway_that_knows_no_such_path_has_deleted_nothing() {
    let (sandbox, _clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    let no_path = json!({ "status": 404, "body": { "statusCode": 404, "message": "Resource not found" } });
    for fault in [json!({ "close": "before" }), no_path] {
        lose(&sandbox, "/v1/accreditations/*", "DELETE", &fault);
    }
    let error = accreditation.delete().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 2), "{error}");
    assert_eq!(all(&sandbox).await.len(), 1);
}

#[tokio::test]
async fn what_stood_there_before_is_no_answer() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    // Of another process, with the same reference, well before.
    let earlier = request(&super::client(&sandbox, "eBevis", Arc::new(TestClock::default())))
        .external_reference("the same")
        .await
        .unwrap();
    sandbox.advance_clock(Duration::from_secs(120));
    keep_step(&sandbox, &clock);
    lose(&sandbox, "/v1/authorization", "POST", &json!({ "close": "before" }));
    let later = request(&client).external_reference("the same").await.unwrap();
    assert_ne!(earlier.handle().id(), later.handle().id());
    assert_eq!(all(&sandbox).await.len(), 2);
}
