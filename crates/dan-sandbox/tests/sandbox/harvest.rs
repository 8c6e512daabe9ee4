//! What a direct harvest answers, in every form.

use serde_json::{Value, json};

use crate::support::{self, AGENCY, ENTERPRISE, Fixture, PERSON, without_times};

/// The body of a harvest that succeeds.
async fn text(fixture: &Fixture, context: &str, path: &str) -> String {
    let response = fixture.harvest(context, path).await;
    assert_eq!(response.status(), 200, "{path}: {}", response.text().await.unwrap());
    response.text().await.unwrap()
}

#[tokio::test]
async fn unit_basic_information_in_its_envelope() {
    let fixture = Fixture::start().await;
    let body =
        text(&fixture, "eBevis", &format!("/directharvest/UnitBasicInformation?subject={ENTERPRISE}")).await;
    let document: Value = serde_json::from_str(&body).unwrap();
    let status = &document["evidenceStatus"];
    for (name, days) in [("validFrom", 0), ("validTo", 90)] {
        let time: jiff::Timestamp = status[name].as_str().unwrap().parse().unwrap();
        assert!(status[name].as_str().unwrap().ends_with("+00:00"));
        let expected = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        assert!(time.duration_until(expected).abs().as_secs() < 30, "{name}: {time}");
    }
    insta::assert_json_snapshot!(without_times(document));
}

#[tokio::test]
async fn unit_basic_information_without_it() {
    let fixture = Fixture::start().await;
    for envelope in ["false", "False", "0"] {
        let path = format!("/directharvest/UnitBasicInformation?subject={ENTERPRISE}&Envelope={envelope}");
        insta::assert_snapshot!("unenveloped_unit", text(&fixture, "eBevis", &path).await);
    }
    for unit in ["991825827", "998997801", "958935420", "992037601", "974760673"] {
        let path = format!(
            "/directharvest/UnitBasicInformation?subject={unit}&envelope=false&query=OrganizationNumber"
        );
        assert_eq!(text(&fixture, "eBevis", &path).await, unit);
    }
}

#[tokio::test]
async fn a_person_is_named_in_the_body() {
    let fixture = Fixture::start().await;
    let token = fixture.full_token().await;
    let request = fixture
        .http
        .post(fixture.url("/directharvest/FregPerson?tokenOnBehalfOfOwner=true&envelope=false"))
        .header("Ocp-Apim-Subscription-Key", &fixture.sandbox.subscription_keys()["DigitaleHelgeland"])
        .bearer_auth(token);
    let response = request.json(&json!({ "subject": PERSON })).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let person = support::json(response).await;
    assert_eq!(person["foedselsEllerDNummer"], PERSON);
}

#[tokio::test]
async fn each_form_without_envelope() {
    let fixture = Fixture::start().await;
    let forms = [
        ("scalar", "eBevis", "CertificateOfRegistration?subject=998997801"),
        ("document_as_text", "eBevis", "Roller?subject=998997801&RolleFilter=DAGL"),
        ("document_as_text_unfiltered", "eBevis", "Roller?subject=998997801"),
        ("document_as_object", "DAN-test", "AliasOne"),
        ("repeated_names", "Tilda", "TildaTilsynsrapportv1?subject=998997801"),
    ];
    for (name, context, path) in forms {
        let response =
            fixture.harvest(context, &format!("/directharvest/{path}{}envelope=false", joint(path))).await;
        assert_eq!(response.headers()["content-type"], "application/json", "{name}");
        assert!(response.headers().contains_key("x-signature-jwt"), "{name}");
        insta::assert_snapshot!(name, response.text().await.unwrap());
    }
}

fn joint(path: &str) -> char {
    if path.contains('?') { '&' } else { '?' }
}

#[tokio::test]
async fn bytes_are_neither_wrapped_nor_signed() {
    let fixture = Fixture::start().await;
    let attachment = "/directharvest/TildaTilsynsrapportpdfv1?internTilsynsId=T-2026-0001&envelope=false";
    let response = fixture.harvest("Tilda", attachment).await;
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert!(!response.headers().contains_key("x-signature-jwt"));
    assert!(response.bytes().await.unwrap().starts_with(b"%PDF-"));

    for envelope in ["", "?envelope=true&query=a%5B"] {
        let response = fixture.harvest("eBevis", &format!("/directharvest/EksempelBinaer{envelope}")).await;
        assert_eq!(response.headers()["content-type"], "application/octet-stream");
        assert!(!response.headers().contains_key("x-signature-jwt"));
        assert_eq!(response.bytes().await.unwrap(), (0..=250).chain(0..=4).collect::<Vec<u8>>());
    }
}

#[tokio::test]
async fn an_attachment_in_its_envelope_is_base64() {
    let fixture = Fixture::start().await;
    let path = "/directharvest/TildaTilsynsrapportpdfv1?internTilsynsId=T-2026-0001";
    let document: Value = serde_json::from_str(&text(&fixture, "Tilda", path).await).unwrap();
    insta::assert_json_snapshot!(without_times(document));
}

#[tokio::test]
async fn parameters_choose() {
    let fixture = Fixture::start().await;
    let dates = async |parameters: &str| {
        let path = format!("/directharvest/TildaTilsynsrapportv1?subject={ENTERPRISE}{parameters}");
        let document: Value = serde_json::from_str(&text(&fixture, "Tilda", &path).await).unwrap();
        let values = document["evidenceValues"].as_array().unwrap().clone();
        values.into_iter().filter(|value| value["evidenceValueName"] == "tilsynsrapporter").count()
    };
    assert_eq!(dates("").await, 2);
    assert_eq!(dates("&startdato=2026-03-01").await, 1);
    assert_eq!(dates("&startdato=2026-01-01&sluttdato=2026-03-01").await, 1);
    assert_eq!(dates("&tilsynskilder=974761211,974760673").await, 2);
    assert_eq!(dates("&tilsynskilder=974761211").await, 1);
    assert_eq!(dates("&startdato=2027-01-01T00:00:00%2B01:00").await, 0);
}

#[tokio::test]
async fn a_subject_can_be_of_another_kind_or_missing() {
    let fixture = Fixture::start().await;
    let path = "/directharvest/TildaTilsynsrapportv1?subject=1234567&envelope=false";
    let reports: Value = serde_json::from_str(&text(&fixture, "Tilda", path).await).unwrap();
    assert!(reports["tilsynsrapporter"].as_str().unwrap().contains("sikkerhet til havs"));
    text(&fixture, "Tilda", "/directharvest/TildaMetadatav1").await;
}

#[tokio::test]
async fn the_requestor_can_be_another_agency() {
    let fixture = Fixture::start().await;
    for requestor in ["958935420", "iso6523-actorid-upis%3A%3A0192%3A958935420"] {
        let path = format!("/directharvest/UnitBasicInformation?subject={AGENCY}&requestor={requestor}");
        text(&fixture, "eBevis", &path).await;
    }
}

#[tokio::test]
async fn a_query_is_applied_without_envelope_only() {
    let fixture = Fixture::start().await;
    let path = format!("/directharvest/UnitBasicInformation?subject={ENTERPRISE}");
    let unenveloped =
        text(&fixture, "eBevis", &format!("{path}&envelope=false&query=%7Bn:OrganizationName%7D")).await;
    assert_eq!(unenveloped, r#"{"n":"EKSEMPELVIRKSOMHET ASA"}"#);
    assert_eq!(text(&fixture, "eBevis", &format!("{path}&envelope=false&query=nothing")).await, "null");
    let enveloped = text(&fixture, "eBevis", &format!("{path}&query=a%5B")).await;
    assert!(enveloped.starts_with(r#"{"evidenceStatus":"#));
    let refused = fixture.harvest("eBevis", &format!("{path}&envelope=false&query=a%5B")).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(support::json(refused).await["code"], 1027);
}
