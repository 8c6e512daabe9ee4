//! Authorization requests that the service refuses, with the code that it refuses them with.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{AGENCY, ENTERPRISE, Fixture, json};

/// A request that is granted, but for what is changed.
fn request(changes: &Value) -> Value {
    let mut request = json!({
        "requestor": AGENCY, "subject": ENTERPRISE,
        "evidenceRequests": [{ "evidenceCodeName": "RestanserV2", "requestConsent": true }],
        "consentReference": "Anskaffelse 2026/1234"
    });
    for (name, value) in changes.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

#[tokio::test]
async fn each_mistake_has_its_code() {
    let fixture = Fixture::start().await;
    let legal_basis = |id: &str, content: &str| json!([{ "id": id, "type": "cpv", "content": content }]);
    let asked = |name: &str| json!([{ "evidenceCodeName": name }]);
    for (changes, status, code) in [
        (json!({}), 200, Value::Null),
        (json!({ "requestor": null }), 400, json!(1001)),
        (json!({ "requestor": "123456789" }), 400, json!(1001)),
        (json!({ "subject": "123456789" }), 400, json!(1004)),
        (json!({ "requestor": "310000000" }), 400, json!(1004)),
        (json!({ "legalBasisList": legal_basis("1", "90911000-6") }), 400, json!(1008)),
        (json!({ "legalBasisList": legal_basis("", "90911000-6") }), 400, json!(1008)),
        (json!({ "evidenceRequests": [] }), 400, json!(1006)),
        (json!({ "evidenceRequests": null }), 500, json!(1015)),
        (
            json!({ "evidenceRequests": [{ "evidenceCodeName": "RestanserV2" }, { "evidenceCodeName": "RestanserV2" }] }),
            400,
            json!(1006),
        ),
        (json!({ "evidenceRequests": asked("restanserv2") }), 400, json!(1007)),
        (json!({ "evidenceRequests": asked("TildaMetadatav1") }), 400, json!(1006)),
        (
            json!({ "evidenceRequests": [{ "evidenceCodeName": "RestanserV2",
                "parameters": [{ "evidenceParamName": "a", "value": 1 }] }] }),
            400,
            json!(1017),
        ),
        (json!({ "validTo": "2020-01-01" }), 400, json!(1018)),
        (json!({ "validTo": "2099-01-01T00:00:00Z" }), 400, json!(1018)),
        (json!({ "languageCode": "en" }), 400, json!(1014)),
        (json!({ "languageCode": "NO-NB" }), 400, json!(1014)),
        (json!({ "consentReference": "" }), 403, json!(1019)),
        (json!({ "evidenceRequests": asked("RestanserV2") }), 403, json!(1019)),
        (json!({ "requestor": ENTERPRISE }), 403, json!(1019)),
    ] {
        let answer = fixture.call(Method::POST, "eBevis", "/authorization", Some(&request(&changes))).await;
        let answered = answer.status().as_u16();
        assert_eq!((answered, &json(answer).await["code"]), (status, &code), "{changes}");
    }
}

#[tokio::test]
async fn a_body_that_is_none_makes_the_service_stumble_or_complain() {
    let fixture = Fixture::start().await;
    let token = fixture.full_token().await;
    for (body, status, code) in [
        ("", 400, 1014),
        ("null", 400, 1014),
        ("{", 500, 1015),
        ("[1]", 500, 1015),
        (r#"{"validTo":{}}"#, 500, 1015),
    ] {
        let answer = fixture
            .http
            .post(fixture.url("/authorization"))
            .header("Ocp-Apim-Subscription-Key", &fixture.sandbox.subscription_keys()["eBevis"])
            .bearer_auth(&token)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!((answer.status().as_u16(), &json(answer).await["code"]), (status, &json!(code)), "{body}");
    }
}

#[tokio::test]
async fn everything_that_is_denied_is_told_at_once() {
    let fixture = Fixture::start().await;
    let body = request(
        &json!({ "evidenceRequests": [{ "evidenceCodeName": "RestanserV2" }], "consentReference": null }),
    );
    let mut refusal = json(fixture.call(Method::POST, "eBevis", "/authorization", Some(&body)).await).await;
    refusal["invocationId"].take();
    insta::assert_json_snapshot!(refusal);
}

#[tokio::test]
async fn a_context_without_texts_cannot_ask_for_consent() {
    let fixture = Fixture::start().await;
    let body = json!({
        "requestor": AGENCY, "subject": ENTERPRISE,
        "evidenceRequests": [{ "evidenceCodeName": "TildaMetadatav1", "requestConsent": true }]
    });
    let refusal = json(fixture.call(Method::POST, "Tilda", "/authorization", Some(&body)).await).await;
    assert_eq!(refusal["code"], 1025);
}

#[tokio::test]
async fn one_without_a_subject_breaks_the_list() {
    let fixture = Fixture::start().await;
    let body =
        json!({ "requestor": AGENCY, "evidenceRequests": [{ "evidenceCodeName": "UnitBasicInformation" }] });
    fixture.authorize(&body).await;
    assert_eq!(fixture.ask("/accreditations").await.1["code"], 1004);
}
