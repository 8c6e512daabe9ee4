//! What the service does oddly, where no other test meets it already.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{AGENCY, ENTERPRISE, Fixture, PERSON, json};

/// A dataset of eBevis with one value, whose definition and answer are as given.
fn dataset(name: &str, value_type: &str, answer: &Value) -> String {
    let document = json!({
        "evidenceCode": {
            "evidenceCodeName": name, "description": null, "isAsynchronous": false,
            "values": [{ "evidenceValueName": "v", "source": "S", "valueType": value_type }],
            "authorizationRequirements": [], "belongsToServiceContexts": ["eBevis"], "isPublic": false
        },
        "answer": answer
    });
    document.to_string()
}

async fn published(fixture: &Fixture, context: &str) -> Vec<Value> {
    let url = fixture.url(&format!("/public/metadata/evidencecodes/{context}"));
    json(fixture.http.get(url).send().await.unwrap()).await.as_array().unwrap().clone()
}

fn names(codes: &[Value]) -> Vec<&str> {
    codes.iter().map(|code| code["evidenceCodeName"].as_str().unwrap()).collect()
}

fn authorization(changes: &Value) -> Value {
    let mut request = json!({
        "requestor": AGENCY, "subject": ENTERPRISE,
        "evidenceRequests": [{ "evidenceCodeName": "UnitBasicInformation" }]
    });
    request.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    request
}

async fn authorize(fixture: &Fixture, context: &str, query: &str, body: &Value) -> (u16, Value) {
    let answer = fixture.call(Method::POST, context, &format!("/authorization{query}"), Some(body)).await;
    (answer.status().as_u16(), json(answer).await)
}

#[tokio::test]
async fn every_kind_of_requirement_is_spelled_in_its_own_way() {
    let fixture = Fixture::start().await;
    let common = json!({ "failureAction": 1, "requiredOnEvidenceHarvester": true });
    let kinds = json!([
        { "type": "ReferenceRequirement", "ReferenceType": 1, "AcceptedFormat": "^sak" },
        { "type": "LegalBasisRequirement", "validLegalBasisTypes": 3 },
        { "type": "AltinnRoleRequirement", "roleCode": "DAGL", "offeredBy": "Subject", "coveredBy": "Requestor" },
        { "type": "AltinnRightsRequirement", "serviceCode": "1", "serviceEdition": "2", "offeredBy": "Subject",
            "coveredBy": "Owner", "actions": ["Read", "ArchiveRead"] },
        { "type": "SrrRequirement", "serviceCode": "1", "serviceEdition": null },
        { "type": "WhiteListRequirement", "allowedParties": [{ "Key": 1, "Value": "991825827" }] },
        { "type": "WhiteListFromConfigRequirement", "ownerConfigKey": "a", "requestorConfigKey": null,
            "subjectConfigKey": null },
        { "type": "PartyTypeRequirement", "allowedPartyTypes": [{ "Key": 2, "Value": 1 }] },
        { "type": "ConsentRequirement", "serviceCode": "", "serviceEdition": 0, "requiresSrr": false,
            "consentPeriodInDays": null, "altinnResource": "resource", "consentTokenScope": null },
    ]);
    let mut file: Value =
        serde_json::from_str(&dataset("Kinds", "string", &json!({ "values": [] }))).unwrap();
    let requirements: Vec<Value> = kinds
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| {
            let mut kind = kind.clone();
            kind.as_object_mut().unwrap().extend(common.as_object().unwrap().clone());
            kind
        })
        .collect();
    file["evidenceCode"]["authorizationRequirements"] = requirements.clone().into();
    fixture.sandbox.put_dataset("Kinds", &file.to_string()).unwrap();
    let codes = published(&fixture, "eBevis").await;
    let published = codes.last().unwrap()["authorizationRequirements"].as_array().unwrap();
    assert_eq!(published[..requirements.len()], requirements);
    assert!(published[requirements.len()]["appliesToServiceContext"].is_array(), "then those of the context");
}

#[tokio::test]
async fn a_dataset_has_a_name_for_each_context() {
    let fixture = Fixture::start().await;
    for (context, alias) in [("DAN-test", "AliasOne"), ("Altinn%20Studio-apps", "AliasTwo")] {
        let codes = published(&fixture, context).await;
        let code = codes.iter().find(|code| code["evidenceCodeName"] == alias).unwrap();
        assert_eq!(code["belongsToServiceContexts"], json!([context.replace("%20", " ")]));
        assert_eq!(code["serviceContext"], code["belongsToServiceContexts"][0]);
        assert!(code.get("datasetAliases").is_none() && !names(&codes).contains(&"DatasetOne"));
    }
    let path = "/directharvest/AliasTwo?envelope=false&reuseToken=true&query=test";
    assert_eq!(fixture.harvest("Altinn Studio-apps", path).await.text().await.unwrap(), r#""DatasetOne""#);
}

#[tokio::test]
async fn a_dataset_can_name_a_context_that_there_is_not() {
    let fixture = Fixture::start().await;
    let codes = published(&fixture, "eBevis").await;
    let code = codes.iter().find(|code| code["evidenceCodeName"] == "Roller").unwrap();
    let contexts = fixture.http.get(fixture.url("/public/metadata/servicecontexts")).send().await.unwrap();
    let contexts = json(contexts).await;
    let unknown = |name: &&Value| !contexts.as_array().unwrap().contains(name);
    assert_eq!(code["belongsToServiceContexts"].as_array().unwrap().iter().filter(unknown).count(), 1);
}

#[tokio::test]
async fn a_dataset_is_in_force_for_a_time() {
    let fixture = Fixture::start().await;
    let now = jiff::Timestamp::now();
    let mut file: Value =
        serde_json::from_str(&dataset("Brief", "string", &json!({ "values": [] }))).unwrap();
    let hours = |hours: i64| (now + jiff::SignedDuration::from_hours(hours)).to_string();
    file["evidenceCode"]["validFrom"] = hours(1).trim_end_matches('Z').into();
    file["evidenceCode"]["validTo"] = hours(3).into();
    fixture.sandbox.put_dataset("Brief", &file.to_string()).unwrap();
    let path = format!("/directharvest/Brief?subject={ENTERPRISE}");
    for (code, is_published) in [(json!(1007), false), (Value::Null, true), (json!(1007), false)] {
        assert_eq!(fixture.ask(&path).await.1["code"], code);
        assert_eq!(names(&published(&fixture, "eBevis").await).contains(&"Brief"), is_published);
        fixture.sandbox.advance_clock(Duration::from_secs(2 * 60 * 60));
    }
    file["evidenceCode"]["validTo"] = "soon".into();
    let error = fixture.sandbox.put_dataset("Brief", &file.to_string()).unwrap_err().to_string();
    assert_eq!(error, "Brief: validFrom and validTo must be times, and 'soon' is none");
}

#[tokio::test]
async fn no_values_are_no_body_at_all() {
    let fixture = Fixture::start().await;
    fixture.sandbox.put_dataset("Empty", &dataset("Empty", "string", &json!({ "values": [] }))).unwrap();
    let path = format!("/directharvest/Empty?subject={ENTERPRISE}&envelope=false");
    let answer = fixture.harvest("eBevis", &path).await;
    assert_eq!(answer.status(), 200);
    for name in ["content-type", "x-signature-jwt"] {
        assert!(!answer.headers().contains_key(name), "{name}");
    }
    assert_eq!(answer.text().await.unwrap(), "");
}

#[tokio::test]
async fn what_looks_like_a_time_is_spelled_anew() {
    let fixture = Fixture::start().await;
    let answer =
        json!({ "values": [{ "evidenceValueName": "v", "value": "2026-09-24T12:15:00.500+02:00" }] });
    fixture.sandbox.put_dataset("Texts", &dataset("Texts", "string", &answer)).unwrap();
    let path = format!("/directharvest/Texts?subject={ENTERPRISE}&envelope=false");
    assert_eq!(
        fixture.harvest("eBevis", &path).await.text().await.unwrap(),
        r#""2026-09-24T10:15:00.5+00:00""#
    );

    let body = json!({
        "requestor": AGENCY, "subject": ENTERPRISE, "validTo": "2099-01-01T00:00:00+01:00",
        "evidenceRequests": [{ "evidenceCodeName": "TildaTilsynsrapportv1", "parameters": [
            { "evidenceParamName": "startdato", "value": "2026-01-01T01:00:00.000+01:00" },
            { "evidenceParamName": "inkluderUnderenheter", "value": true }] }]
    });
    let mut body = body;
    let valid_to = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 30);
    body["validTo"] = valid_to.strftime("%Y-%m-%dT00:00:00.00Z").to_string().into();
    let (status, accreditation) = authorize(&fixture, "Tilda", "", &body).await;
    assert_eq!(status, 200, "{accreditation}");
    assert_eq!(accreditation["validTo"], valid_to.strftime("%Y-%m-%dT00:00:00Z").to_string());
    let parameters = &accreditation["evidenceCodes"][0]["parameters"];
    assert_eq!(parameters[0]["value"], "2026-01-01T00:00:00+00:00");
    assert_eq!(parameters[1]["value"], true);
}

#[tokio::test]
async fn the_same_status_means_several_things() {
    let fixture = Fixture::start().await;
    let failure = |code: u16, detail: &str| json!({ "values": [], "failures": [{ "when": "`true`", "code": code, "detailCode": detail }] });
    for (name, value_type, number, status, code, detail) in [
        ("Down", "string", 1013, 503, 1013, Value::Null),
        ("Busy", "string", 3001, 503, 3001, json!("S-7")),
        ("Picky", "string", 3002, 400, 3002, json!("S-7")),
        ("Broken", "string", 3003, 502, 3003, json!("S-7")),
        ("File", "binary", 3002, 503, 1013, Value::Null),
    ] {
        fixture.sandbox.put_dataset(name, &dataset(name, value_type, &failure(number, "S-7"))).unwrap();
        let answer = fixture.harvest("eBevis", &format!("/directharvest/{name}?subject={ENTERPRISE}")).await;
        assert!(!answer.headers().contains_key("retry-after"));
        let answered = answer.status().as_u16();
        let body = json(answer).await;
        assert_eq!((answered, &body["code"], &body["detailCode"]), (status, &json!(code), &detail), "{name}");
    }
    let (_, accreditation) = authorize(
        &fixture,
        "eBevis",
        "",
        &authorization(&json!({ "evidenceRequests": [{ "evidenceCodeName": "EksempelAsynkron" }] })),
    )
    .await;
    let id = accreditation["id"].as_str().unwrap();
    let waiting = fixture.harvest("eBevis", &format!("/evidence/{id}/EksempelAsynkron")).await;
    assert!(waiting.status() == 503 && !waiting.headers().contains_key("retry-after"));
    let status = fixture.ask(&format!("/evidence/{id}")).await.1;
    assert!(
        status[0]["status"]["description"].as_str().unwrap().starts_with("The aggredate evidence status")
    );
}

#[tokio::test]
async fn a_foreign_requestor_is_authorized_and_never_served() {
    let fixture = Fixture::start().await;
    let body = json!({
        "requestor": "iso6523-actorid-upis::0007:5560360793", "subject": ENTERPRISE,
        "evidenceRequests": [{ "evidenceCodeName": "UnitBasicInformation" }]
    });
    let (status, accreditation) = authorize(&fixture, "NSG", "", &body).await;
    assert_eq!((status, &accreditation["requestor"]), (200, &Value::Null), "{accreditation}");
    assert_eq!(accreditation["requestorParty"]["id"], "0007:5560360793");
    let path = format!("/evidence/{}/UnitBasicInformation", accreditation["id"].as_str().unwrap());
    let refusal = json(fixture.harvest("NSG", &path).await).await;
    assert_eq!(refusal["code"], 1001);
}

#[tokio::test]
async fn the_shortest_lived_of_all_datasets_bounds_every_request() {
    let fixture = Fixture::start().await;
    let in_days = |days: i64| {
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        let datasets = json!([{ "evidenceCodeName": "EksempelUtgaaende" }]);
        authorization(&json!({ "evidenceRequests": datasets, "validTo": end.to_string() }))
    };
    let (status, refusal) = authorize(&fixture, "eBevis", "", &in_days(200)).await;
    assert_eq!((status, &refusal["code"]), (400, &json!(1018)), "though its own limit is 365 days");
    assert_eq!(authorize(&fixture, "eBevis", "", &in_days(89)).await.0, 200);
}

#[tokio::test]
async fn flags_for_the_sources_token_count_from_the_request_on() {
    let fixture = Fixture::start().await;
    let body = json!({
        "requestor": AGENCY, "subject": PERSON, "evidenceRequests": [{ "evidenceCodeName": "FregPerson" }]
    });
    let (status, refusal) = authorize(&fixture, "DigitaleHelgeland", "", &body).await;
    assert_eq!((status, &refusal["code"]), (403, &json!(1019)));
    for flag in ["reuseToken=true", "tokenOnBehalfOfOwner=1"] {
        assert_eq!(authorize(&fixture, "DigitaleHelgeland", &format!("?{flag}"), &body).await.0, 200);
    }
}

#[tokio::test]
async fn a_deleted_subject_is_an_error_of_the_request() {
    let fixture = Fixture::start().await;
    let (status, refusal) =
        authorize(&fixture, "eBevis", "", &authorization(&json!({ "subject": "310000000" }))).await;
    assert_eq!((status, &refusal["code"]), (400, &json!(1004)));
}

#[tokio::test]
async fn the_same_path_takes_a_key_without_the_public_prefix() {
    let fixture = Fixture::start().await;
    let get = |path: &str| fixture.http.get(fixture.url(path)).send();
    assert_eq!(get("/public/metadata/statuscodes").await.unwrap().status(), 200);
    assert_eq!(get("/metadata/statuscodes").await.unwrap().status(), 401);
    assert_eq!(fixture.get("Tilda", "/metadata/statuscodes").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn nothing_after_the_sign_of_a_flag_means_yes() {
    let fixture = Fixture::start().await;
    let body = json!({
        "requestor": AGENCY, "subject": ENTERPRISE, "consentReference": "1",
        "evidenceRequests": [{ "evidenceCodeName": "RestanserV2", "requestConsent": true }]
    });
    fixture.authorize(&body).await;
    for (query, count) in [("onlyavailable=", 0), ("onlyavailable=0", 1), ("onlyavailable", 1)] {
        let (_, list) = fixture.ask(&format!("/accreditations?{query}")).await;
        assert_eq!(list.as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn two_names_of_open_data_are_units_of_the_register() {
    let fixture = Fixture::start().await;
    let get = async |path: String| {
        let answer = fixture.http.get(fixture.url(&path)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, unit) = get(format!("/opendata/_ccrproxymain/{ENTERPRISE}")).await;
    assert!(status == 200 && unit.contains(ENTERPRISE), "{unit}");
    assert_eq!(get(format!("/opendata/_CcrProxySub/{ENTERPRISE}")).await, (404, String::new()));
    assert_eq!(get("/opendata/_ccrproxymain/310000000".to_owned()).await, (404, String::new()));
}

#[tokio::test]
async fn the_pauses_between_reminders_can_be_set() {
    let fixture = Fixture::start().await;
    let body = json!({
        "requestor": AGENCY, "subject": ENTERPRISE, "consentReference": "1",
        "evidenceRequests": [{ "evidenceCodeName": "RestanserV2", "requestConsent": true }]
    });
    let accreditation = fixture.authorize(&body).await;
    let path = format!("/accreditations/{}/reminders", accreditation["id"].as_str().unwrap());
    let control = async |rules: Value| {
        let url = format!("{}reminders", fixture.sandbox.control_url());
        assert_eq!(fixture.http.post(url).json(&rules).send().await.unwrap().status(), 200);
    };
    let remind = async || fixture.call(Method::POST, "eBevis", &path, None).await.status().as_u16();
    control(json!({ "success": false, "pause_after_failure_seconds": 86400 })).await;
    assert_eq!([remind().await, remind().await], [200, 403], "as the documentation has it");
    fixture.sandbox.advance_clock(Duration::from_secs(86400));
    control(json!({ "success": true, "pause_seconds": 60 })).await;
    assert_eq!([remind().await, remind().await], [200, 403]);
    fixture.sandbox.advance_clock(Duration::from_secs(60));
    assert_eq!(remind().await, 200);
}
