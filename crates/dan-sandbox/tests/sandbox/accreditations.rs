//! The life of an accreditation: asked for, waited for, harvested, listed, reminded of, deleted.

use std::time::Duration;

use dan_sandbox::ConsentDecision;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{AGENCY, ENTERPRISE, Fixture, json};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn consent_request() -> Value {
    json!({
        "requestor": AGENCY, "subject": ENTERPRISE,
        "evidenceRequests": [{ "evidenceCodeName": "RestanserV2", "requestConsent": true }],
        "consentReference": "Anskaffelse 2026/1234", "externalReference": "sak-2026-1234",
        "languageCode": "no-nb"
    })
}

fn plain_request(dataset: &str) -> Value {
    json!({
        "requestor": AGENCY, "subject": ENTERPRISE, "evidenceRequests": [{ "evidenceCodeName": dataset }]
    })
}

fn id(accreditation: &Value) -> &str {
    accreditation["id"].as_str().unwrap()
}

#[tokio::test]
async fn an_accreditation_is_answered_in_the_services_own_shape() {
    let fixture = Fixture::start().await;
    let answer = fixture.call(Method::POST, "eBevis", "/authorization", Some(&consent_request())).await;
    assert_eq!(answer.status(), 200);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let text = answer.text().await.unwrap();
    let mut accreditation: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(location, fixture.url(&format!("/evidence/{}", id(&accreditation))));
    let consent = accreditation["altinn3ConsentId"].as_str().unwrap().to_owned();
    assert!(accreditation["altinnConsentUrl"].as_str().unwrap().ends_with(&consent));
    let members: Vec<&str> =
        ["id", "requestor", "subject", "subjectParty", "requestorParty", "aggregateStatus"]
            .into_iter()
            .filter(|name| text.contains(&format!("\"{name}\":")))
            .collect();
    let positions: Vec<_> = members.iter().map(|name| text.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(positions.is_sorted(), "members stand in the order of the service");
    for name in ["id", "altinnConsentUrl", "altinn3ConsentId", "issued", "lastChanged", "validTo"] {
        assert!(!accreditation[name].take().is_null(), "{name}");
    }
    insta::assert_json_snapshot!(accreditation);
}

#[tokio::test]
async fn consent_opens_the_dataset() {
    let fixture = Fixture::start().await;
    let accreditation = fixture.authorize(&consent_request()).await;
    let (status, harvest) = paths(&accreditation);
    assert_eq!(fixture.ask(&status).await.1[0]["status"]["code"], 2);
    let (http, refusal) = fixture.ask(&harvest).await;
    assert_eq!((http, &refusal["code"]), (403, &json!(1010)));
    assert!(refusal["description"].as_str().unwrap().contains("pending"), "{refusal}");

    fixture.sandbox.decide_consent(id(&accreditation), ConsentDecision::Grant, true).unwrap();
    assert_eq!(fixture.ask(&status).await.1[0]["status"]["code"], 1);
    let (http, evidence) = fixture.ask(&harvest).await;
    assert_eq!(http, 200);
    assert_eq!(evidence["evidenceStatus"]["validTo"], accreditation["validTo"]);
    assert_eq!(evidence["evidenceValues"][7]["value"], "12500 NOK");

    fixture.sandbox.decide_consent(id(&accreditation), ConsentDecision::Revoke, true).unwrap();
    assert_eq!(fixture.ask(&status).await.1[0]["status"]["code"], 1, "the service is not told");
    assert_eq!(fixture.ask(&harvest).await.1["code"], 1010);
}

#[tokio::test]
async fn a_lost_receipt_leaves_the_status_behind() {
    let fixture = Fixture::start().await;
    let accreditation = fixture.authorize(&consent_request()).await;
    fixture.sandbox.decide_consent(id(&accreditation), ConsentDecision::Grant, false).unwrap();
    let (status, harvest) = paths(&accreditation);
    assert_eq!(fixture.ask(&harvest).await.0, 200);
    assert_eq!(fixture.ask(&status).await.1[0]["status"]["code"], 2);
}

#[tokio::test]
async fn a_refused_and_an_expired_consent_differ() {
    let fixture = Fixture::start().await;
    let (denied, expired) =
        (fixture.authorize(&consent_request()).await, fixture.authorize(&consent_request()).await);
    fixture.sandbox.decide_consent(id(&denied), ConsentDecision::Deny, true).unwrap();
    fixture.sandbox.decide_consent(id(&expired), ConsentDecision::Grant, true).unwrap();
    assert_eq!(fixture.ask(&paths(&denied).0).await.1[0]["status"]["code"], 3);
    fixture.sandbox.advance_clock(91 * DAY);
    assert_eq!(fixture.ask(&paths(&expired).0).await.1[0]["status"]["code"], 4);
    assert_eq!(fixture.ask(&paths(&denied).0).await.1[0]["status"]["code"], 3);
    for (accreditation, word) in [(denied, "denied"), (expired, "expired")] {
        let (_, refusal) = fixture.ask(&paths(&accreditation).1).await;
        assert!(refusal["description"].as_str().unwrap().contains(word), "{refusal}");
    }
}

#[tokio::test]
async fn an_asynchronous_dataset_says_when() {
    let fixture = Fixture::start().await;
    let accreditation = fixture.authorize(&plain_request("EksempelAsynkron")).await;
    let id = id(&accreditation);
    let harvest = format!("/evidence/{id}/EksempelAsynkron");
    assert_eq!(fixture.ask(&format!("/evidence/{id}")).await.1[0]["status"]["code"], 6);
    let (http, refusal) = fixture.ask(&harvest).await;
    assert_eq!((http, &refusal["code"]), (503, &json!(1016)));
    let hint = refusal["description"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(hint.len(), "2026-09-24T12:00:00".len(), "no offset and no fraction: {hint}");
    fixture.sandbox.advance_clock(Duration::from_secs(3601));
    assert_eq!(fixture.ask(&harvest).await.0, 200);

    let accreditation = fixture.authorize(&plain_request("EksempelAsynkron")).await;
    let id = accreditation["id"].as_str().unwrap();
    fixture.sandbox.finish_source(id, "EksempelAsynkron").unwrap();
    assert_eq!(
        fixture.ask(&format!("/evidence/{id}/eksempelasynkron")).await.0,
        200,
        "case does not count here"
    );
}

#[tokio::test]
async fn what_is_skipped_is_missing_and_not_told() {
    let fixture = Fixture::start().await;
    let mut request = consent_request();
    request["evidenceRequests"] = json!([
        { "evidenceCodeName": "RestanserV2", "requestConsent": true },
        { "evidenceCodeName": "MvaMeldingsOpplysning", "requestConsent": true, "legalBasisId": "1" },
    ]);
    let names = |accreditation: &Value| -> Vec<String> {
        let codes = accreditation["evidenceCodes"].as_array().unwrap();
        codes.iter().map(|code| code["evidenceCodeName"].as_str().unwrap().to_owned()).collect()
    };
    let without = fixture.authorize(&request).await;
    assert_eq!(names(&without), ["RestanserV2"]);
    assert_eq!(without["skippedEvidenceCodes"], json!({}));

    request["legalBasisList"] = json!([{ "id": "1", "type": "cpv", "content": "90911000-6" }]);
    assert_eq!(names(&fixture.authorize(&request).await), ["RestanserV2", "MvaMeldingsOpplysning"]);
}

#[tokio::test]
async fn the_list_is_filtered() {
    let fixture = Fixture::start().await;
    let waiting = fixture.authorize(&consent_request()).await;
    let open = fixture.authorize(&plain_request("UnitBasicInformation")).await;
    let listed = async |path: &str| -> Vec<String> {
        let (status, list) = fixture.ask(path).await;
        assert_eq!(status, 200);
        list.as_array().unwrap().iter().map(|accreditation| id(accreditation).to_owned()).collect()
    };
    let both = [id(&waiting), id(&open)];
    assert_eq!(listed("/accreditations").await, both);
    assert_eq!(listed("/accreditations/?onlyavailable=true").await, [id(&open)]);
    assert_eq!(listed(&format!("/accreditations?requestor={AGENCY}")).await, both);
    assert!(listed(&format!("/accreditations?requestor={ENTERPRISE}")).await.is_empty());
    assert_eq!(listed("/accreditations?changedafter=garbage").await, both, "what is no time is ignored");
    assert!(listed("/accreditations?changedafter=2999-01-01").await.is_empty());
    let issued = open["issued"].as_str().unwrap();
    assert_eq!(
        listed(&format!("/accreditations?changedafter={issued}")).await,
        both,
        "a plus is a blank, so that this is no time"
    );
    assert!(listed(&format!("/accreditations?changedafter={}", issued.replace('+', "%2B"))).await.is_empty());
    let other = json(fixture.call(Method::GET, "Tilda", "/accreditations", None).await).await;
    assert_eq!(other, json!([]), "each service context has a list of its own");
}

#[tokio::test]
async fn a_list_looks_at_datasets_until_one_is_not_available() {
    let fixture = Fixture::start().await;
    let mut request = consent_request();
    request["evidenceRequests"] = json!([
        { "evidenceCodeName": "RestanserV2", "requestConsent": true },
        { "evidenceCodeName": "UnitBasicInformation" },
    ]);
    let created = fixture.authorize(&request).await;
    assert_eq!(created["aggregateStatus"], json!({ "code": 0, "description": "" }));
    let (_, list) = fixture.ask("/accreditations").await;
    assert_eq!(list[0]["aggregateStatus"]["code"], 2);
    let requirements =
        |code: usize| list[0]["evidenceCodes"][code]["authorizationRequirements"].as_array().unwrap();
    assert!(!requirements(0).is_empty() && requirements(1).is_empty());
}

#[tokio::test]
async fn reminders_have_a_pause() {
    let fixture = Fixture::start().await;
    let accreditation = fixture.authorize(&consent_request()).await;
    let path = format!("/accreditations/{}/reminders", id(&accreditation));
    let remind = async || {
        let answer = fixture.call(Method::POST, "eBevis", &path, None).await;
        (answer.status().as_u16(), json(answer).await)
    };
    assert_eq!(fixture.ask(&path).await, (200, json!([])));

    fixture.sandbox.set_reminders_succeed(false);
    let (status, failed) = remind().await;
    assert_eq!(
        (status, &failed[0]["success"], &failed[1]["recipientCount"]),
        (200, &json!(false), &json!(0))
    );
    fixture.sandbox.set_reminders_succeed(true);
    let (status, mut sent) = remind().await;
    assert_eq!(status, 200, "a failed reminder does not count");
    for reminder in sent.as_array_mut().unwrap() {
        reminder["date"].take();
    }
    insta::assert_json_snapshot!(sent);
    assert_eq!(remind().await.1["code"], 1019);
    fixture.sandbox.advance_clock(7 * DAY);
    assert_eq!(remind().await.0, 200);
    assert_eq!(fixture.ask(&path).await.1.as_array().unwrap().len(), 6);

    fixture.sandbox.decide_consent(id(&accreditation), ConsentDecision::Grant, true).unwrap();
    assert_eq!(remind().await.1["code"], 1021);
}

#[tokio::test]
async fn what_cannot_be_reminded_of_says_why() {
    let fixture = Fixture::start().await;
    let code = async |accreditation: &Value| {
        let path = format!("/accreditations/{}/reminders", id(accreditation));
        json(fixture.call(Method::POST, "eBevis", &path, None).await).await["code"].clone()
    };
    let open = fixture.authorize(&plain_request("UnitBasicInformation")).await;
    assert_eq!(code(&open).await, 1010);
    let expired = fixture.authorize(&consent_request()).await;
    fixture.sandbox.advance_clock(91 * DAY);
    assert_eq!(code(&expired).await, 1011);
}

#[tokio::test]
async fn an_unknown_id_is_told_in_three_ways() {
    let fixture = Fixture::start().await;
    let unknown = "7d0c2f7a-5a0c-4f3f-9f4e-0f9f2d3f2c11";
    let call = async |method, path: String| {
        let answer = fixture.call(method, "eBevis", &path, None).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    for path in [format!("/evidence/{unknown}"), format!("/evidence/{unknown}/RestanserV2")] {
        let (status, body) = call(Method::GET, path).await;
        assert!(status == 404 && body.contains("\"code\":1002"), "{body}");
    }
    assert_eq!(call(Method::DELETE, format!("/accreditations/{unknown}")).await, (404, String::new()));
    for method in [Method::GET, Method::POST] {
        assert_eq!(call(method, format!("/accreditations/{unknown}/reminders")).await, (403, String::new()));
    }
}

#[tokio::test]
async fn a_deleted_accreditation_is_gone() {
    let fixture = Fixture::start().await;
    let accreditation = fixture.authorize(&plain_request("UnitBasicInformation")).await;
    let delete = async || {
        let path = format!("/accreditations/{}", id(&accreditation));
        let answer = fixture.call(Method::DELETE, "eBevis", &path, None).await;
        (answer.status().as_u16(), answer.headers().contains_key("x-invocationid"))
    };
    assert_eq!(delete().await, (204, true));
    assert_eq!(delete().await, (404, true));
    assert_eq!(fixture.ask(&paths(&accreditation).0).await.0, 404);
}

#[tokio::test]
async fn a_dataset_that_is_gone_blocks_the_others() {
    let fixture = Fixture::start().await;
    let mut request = plain_request("UnitBasicInformation");
    request["evidenceRequests"] =
        json!([{ "evidenceCodeName": "UnitBasicInformation" }, { "evidenceCodeName": "EksempelUtgaaende" }]);
    let accreditation = fixture.authorize(&request).await;
    let harvest = format!("/evidence/{}/UnitBasicInformation", id(&accreditation));
    assert_eq!(fixture.ask(&harvest).await.0, 200);
    assert!(fixture.sandbox.remove_dataset("EksempelUtgaaende"));
    assert_eq!(fixture.ask(&paths(&accreditation).0).await.1[1]["status"]["code"], 7);
    assert_eq!(fixture.ask(&harvest).await.1["code"], 1007);
    fixture.sandbox.reset();
    assert_eq!(fixture.ask("/accreditations").await.1, json!([]));
}

#[tokio::test]
async fn a_bad_query_fails_after_the_work_is_done() {
    let fixture = Fixture::start().await;
    let request = plain_request("UnitBasicInformation");
    let answer = fixture.call(Method::POST, "eBevis", "/authorization?query=a%5B", Some(&request)).await;
    assert_eq!(json(answer).await["code"], 1027);
    assert_eq!(fixture.ask("/accreditations?query=length(@)").await.1, 1);
}

fn paths(accreditation: &Value) -> (String, String) {
    let id = id(accreditation);
    (format!("/evidence/{id}"), format!("/evidence/{id}/RestanserV2"))
}
