//! What anybody may read, without key and token.

use dan_sandbox::Sandbox;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use serde_json::{Value, json};

use crate::support::{AGENCY, ENTERPRISE, Fixture, json};

async fn get(fixture: &Fixture, path: &str) -> (u16, Value) {
    let answer = fixture.http.get(fixture.url(path)).send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap();
    (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
}

#[tokio::test]
async fn open_data_has_no_envelope() {
    let fixture = Fixture::start().await;
    let path = format!("/opendata/unitbasicinformation/{ENTERPRISE}?query=OrganizationNumber");
    let answer = fixture.http.get(fixture.url(&path)).send().await.unwrap();
    assert!(answer.headers().contains_key("x-signature-jwt"));
    assert_eq!(json(answer).await, 998_997_801);
    for refused in ["RestanserV2", "Nothing"] {
        assert_eq!(get(&fixture, &format!("/opendata/{refused}")).await.1["code"], 1006);
    }
}

#[tokio::test]
async fn the_register_is_looked_up() {
    let fixture = Fixture::start().await;
    let (status, unit) = get(&fixture, &format!("/public/ccr/{AGENCY}")).await;
    assert_eq!((status, &unit["organisasjonsnummer"]), (200, &json!(AGENCY)));
    let (_, main) = get(&fixture, &format!("/public/ccr/{AGENCY}/mainunit")).await;
    assert_eq!(main["organisasjonsnummer"], "974760673");
    let (_, subunits) = get(&fixture, "/public/ccr/974760673/subunits").await;
    assert_eq!(subunits[0]["organisasjonsnummer"], AGENCY);
    let (_, hierarchy) = get(&fixture, "/public/ccr/974760673/hierarchy").await;
    assert_eq!(hierarchy["Subunits"][0]["OrgNumber"], AGENCY);
    for (number, is_public) in [(AGENCY, true), (ENTERPRISE, false), ("1", false)] {
        assert_eq!(get(&fixture, &format!("/public/ccr/{number}/ispublic")).await.1, is_public);
    }
    for missing in ["310000000", "x", "310000000/mainunit", "310000000/hierarchy"] {
        assert_eq!(get(&fixture, &format!("/public/ccr/{missing}")).await, (404, Value::Null), "{missing}");
    }
    assert_eq!(get(&fixture, "/public/ccr/310000000/subunits").await, (200, json!([])));
}

#[tokio::test]
async fn the_service_describes_itself() {
    let fixture = Fixture::start().await;
    let (_, version) = get(&fixture, "/version").await;
    assert_eq!(version["name"], "dan-sandbox");
    let (_, description) = get(&fixture, "/public/metadata/oas/json").await;
    assert!(description["paths"]["/authorization"].is_object());
    assert_eq!(get(&fixture, "/public/metadata/usage/month").await.1, json!([]));
    fixture.harvest("eBevis", &format!("/directharvest/UnitBasicInformation?subject={AGENCY}")).await;
    let (_, usage) = get(&fixture, "/public/metadata/usage/month").await;
    assert_eq!(usage, json!([{ "ServiceContext": "eBevis", "Count": 1 }]));
    assert_eq!(get(&fixture, "/public/metadata/usage/lastYear").await.1, json!([]));
    let (_, all) = get(&fixture, "/public/metadata/usage/all").await;
    assert_eq!(all[0][0]["ServiceContext"], "eBevis");
}

#[tokio::test]
async fn a_person_consents_on_the_page_and_goes_on() {
    let fixture = Fixture::start().await;
    let accreditation = fixture
        .authorize(&json!({
            "requestor": AGENCY, "subject": ENTERPRISE,
            "evidenceRequests": [{ "evidenceCodeName": "RestanserV2", "requestConsent": true }],
            "consentReference": "<b>Anskaffelse</b>", "consentReceiptRedirectUrl": "https://example.no/takk"
        }))
        .await;
    let url = accreditation["altinnConsentUrl"].as_str().unwrap();
    let browser = browser(&fixture.sandbox);
    let page = browser.get(url).send().await.unwrap().text().await.unwrap();
    for shown in ["EKSEMPELDIREKTORATET", "RestanserV2", "&lt;b>Anskaffelse", "Ja, jeg samtykker"] {
        assert!(page.contains(&shown.replace("b>", "b&gt;")) || page.contains(shown), "{shown}");
    }
    assert!(!page.contains("<b>Anskaffelse</b>"));

    let (page_url, id) = url.split_once("?id=").unwrap();
    let form = [("id", id), ("decision", "grant")];
    let answer = browser.post(page_url).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let receipt = answer.headers()["location"].to_str().unwrap().to_owned();
    let answer = browser.get(format!("{}{receipt}", fixture.sandbox.base_url())).send().await.unwrap();
    assert_eq!(answer.status(), 301);
    assert_eq!(answer.headers()["x-consent-success"], "true");
    let id = accreditation["id"].as_str().unwrap();
    assert_eq!(answer.headers()["location"], format!("https://example.no/takk?status=OK&id={id}"));
    assert_eq!(fixture.ask(&format!("/evidence/{id}")).await.1[0]["status"]["code"], 1);

    let again = browser.post(page_url).form(&form).send().await.unwrap();
    assert_eq!(again.status(), 409, "an answer is an answer");
    let forged = fixture.url(&format!("/consent/{id}?hmac=00&status=denied"));
    assert_eq!(browser.get(forged).send().await.unwrap().status(), 400);
}

/// A client that shows where a redirect leads.
fn browser(sandbox: &Sandbox) -> Client {
    let authority = Certificate::from_pem(sandbox.ca_pem().unwrap().as_bytes()).unwrap();
    Client::builder().tls_certs_only([authority]).redirect(Policy::none()).build().unwrap()
}
