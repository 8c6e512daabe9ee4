//! Faults on purpose, as a client meets them.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{AGENCY, Fixture, json};

#[tokio::test]
async fn the_next_calls_fail_as_told() {
    let fixture = Fixture::start().await;
    let fault = json!({
        "path": "/v1/public/*", "method": "GET", "times": 2,
        "fault": { "status": 429, "body": { "statusCode": 429, "message": "Rate limit is exceeded." },
            "headers": { "Retry-After": "7" } }
    });
    let control = format!("{}faults", fixture.sandbox.control_url());
    assert_eq!(fixture.http.post(control).json(&fault).send().await.unwrap().status(), 200);
    let get = async || fixture.http.get(fixture.url("/public/metadata/statuscodes")).send().await.unwrap();
    for _ in 0..2 {
        let answer = get().await;
        assert_eq!(answer.headers()["retry-after"], "7");
        assert_eq!(json(answer).await["statusCode"], 429);
    }
    assert_eq!(get().await.status(), 200);
}

#[tokio::test]
async fn a_connection_breaks_before_or_after_the_effect() {
    let fixture = Fixture::start().await;
    let request = json!({
        "requestor": AGENCY, "subject": AGENCY, "evidenceRequests": [{ "evidenceCodeName": "UnitBasicInformation" }]
    });
    for (moment, count) in [("before", 0), ("after", 1)] {
        let fault = json!({ "path": "/v1/authorization", "fault": { "close": moment } });
        fixture.sandbox.inject_fault(&fault.to_string()).unwrap();
        let token = fixture.full_token().await;
        let sent = fixture
            .http
            .post(fixture.url("/authorization"))
            .header("Ocp-Apim-Subscription-Key", &fixture.sandbox.subscription_keys()["eBevis"])
            .bearer_auth(token)
            .json(&request)
            .send()
            .await;
        assert!(sent.is_err(), "{moment}");
        assert_eq!(fixture.ask("/accreditations?query=length(@)").await.1, count, "{moment}");
    }
}

#[tokio::test]
async fn an_answer_breaks_off_or_comes_late() {
    let fixture = Fixture::start().await;
    fixture.sandbox.inject_fault(r#"{"fault":{"close":"midway"}}"#).unwrap();
    let answer = fixture.http.get(fixture.url("/public/metadata/evidencecodes")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err());

    fixture.sandbox.inject_fault(r#"{"fault":{"delay_ms":300}}"#).unwrap();
    let started = Instant::now();
    fixture.http.get(fixture.url("/public/metadata/statuscodes")).send().await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(fixture.sandbox.inject_fault("{}").is_err());
}

#[tokio::test]
async fn a_file_is_as_large_as_was_asked_for() {
    let fixture = Fixture::start().await;
    let path = format!("/directharvest/EksempelBinaer?subject={AGENCY}&antallBytes=5000000");
    let answer = fixture.call(Method::GET, "eBevis", &path, None).await;
    assert_eq!(answer.headers()["content-type"], "application/octet-stream");
    let body = answer.bytes().await.unwrap();
    assert_eq!(body.len(), 5_000_000);
    assert!(body.iter().enumerate().all(|(place, byte)| usize::from(*byte) == place % 251));
}
