//! The service without its gateway: other paths, and the product in a header instead of a key.

use bytes::Bytes;
use dan_sandbox::{Sandbox, Service};
use http::{Request, Response};
use serde_json::{Value, json};

use crate::support::{AGENCY, ENTERPRISE};

async fn start() -> Sandbox {
    Sandbox::builder().without_ports().without_gateway().start().await.unwrap()
}

fn get(sandbox: &Sandbox, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = sandbox.answer(Service::Dan, request.body(Bytes::new()).unwrap());
    (answer.status().as_u16(), body(&answer))
}

fn body(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

#[tokio::test]
async fn a_header_names_the_product() {
    let sandbox = start().await;
    let token = format!("Bearer {}", sandbox.access_token().unwrap());
    let harvest = |headers: &[(&str, &str)]| {
        let headers = [&[("authorization", token.as_str())], headers].concat();
        let path = format!("/api/directharvest/UnitBasicInformation?subject={ENTERPRISE}&requestor={AGENCY}");
        let (status, body) = get(&sandbox, &path, &headers);
        (status, body["code"].clone())
    };
    assert_eq!(harvest(&[]), (500, json!(1025)));
    assert_eq!(harvest(&[("x-nadobe-servicecontext", "ebevis")]), (500, json!(1015)));
    assert_eq!(harvest(&[("x-nadobe-servicecontext", "eBevis-Product")]).0, 200);

    assert_eq!(sandbox.subscription_keys().len(), 0);
    let (status, codes) = get(&sandbox, "/api/metadata/statuscodes", &[]);
    assert_eq!((status, codes[0]["code"].clone()), (200, json!(1)));
    for gateways in ["/v1/public/metadata/statuscodes", "/api/public/metadata/statuscodes"] {
        assert_eq!(get(&sandbox, gateways, &[]), (404, Value::Null), "{gateways}");
    }
}

#[tokio::test]
async fn an_accreditation_stands_below_the_paths_of_the_service() {
    let sandbox = start().await;
    let request = json!({
        "requestor": AGENCY, "subject": ENTERPRISE, "consentReference": "Tender 2026/17",
        "evidenceRequests": [{ "evidenceCodeName": "RestanserV2", "requestConsent": true }]
    });
    let request = Request::post("/api/authorization")
        .header("authorization", format!("Bearer {}", sandbox.access_token().unwrap()))
        .header("x-nadobe-servicecontext", "ebevis-product")
        .body(Bytes::from(request.to_string()));
    let answer = sandbox.answer(Service::Dan, request.unwrap());
    let accreditation = body(&answer);
    assert_eq!(accreditation["serviceContext"], "eBevis");
    let id = accreditation["id"].as_str().unwrap();
    assert_eq!(answer.headers()["location"], format!("{}/api/evidence/{id}", sandbox.base_url()));

    // The person comes back to where the service is.
    let url = accreditation["altinnConsentUrl"].as_str().unwrap();
    let (page, fields) = url.strip_prefix(sandbox.base_url()).unwrap().split_once('?').unwrap();
    let decision = Request::post(page).body(Bytes::from(format!("{fields}&decision=grant")));
    let back = sandbox.answer(Service::Dan, decision.unwrap());
    let receipt = back.headers()["location"].to_str().unwrap();
    assert!(receipt.starts_with("/api/consent/"), "{receipt}");
    assert_eq!(get(&sandbox, receipt, &[]).0, 200);
}
