//! What it costs to read envelopes and the JSON documents in them.

use std::hint::black_box;

use dan_model::Evidence;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::side_by_side::Benchmark;

/// How large the answers are, about.
const SIZE: usize = 5_000_000;

pub(crate) fn benchmarks() -> Vec<Benchmark> {
    let envelopes = envelopes();
    let reading = |name, against, theirs: fn(&[u8])| {
        let (ours_body, theirs_body) = (envelopes.clone(), envelopes.clone());
        Benchmark::new(name, against, move || read::<Vec<Evidence>>(&ours_body), move || theirs(&theirs_body))
    };
    let held = held_document();
    let document = |against, theirs: fn(&str)| {
        let (ours_evidence, theirs_text) = (evidence_of(&held), held.clone());
        let ours = move || {
            black_box(black_box(&ours_evidence).document::<Vec<Line>>().unwrap());
        };
        Benchmark::new("decode/json-in-a-string", against, ours, move || theirs(&theirs_text))
    };
    vec![
        document("derive on the bare minimum", read_text::<Vec<Line>>),
        document("serde_json::Value", read_text::<Value>),
        reading("decode/envelopes", "derive on the bare minimum", read::<Vec<Envelope<BareValue>>>),
        reading("decode/unknown-fields", "derive on the same fields", read::<Vec<Envelope<FullValue>>>),
        reading("decode/envelopes", "serde_json::Value", read::<Value>),
    ]
}

fn read<T: DeserializeOwned>(body: &[u8]) {
    black_box(serde_json::from_slice::<T>(black_box(body)).unwrap());
}

fn read_text<T: DeserializeOwned>(text: &str) {
    black_box(serde_json::from_str::<T>(black_box(text)).unwrap());
}

/// A line of a report, as a caller describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, not used")]
struct Line {
    identifier: String,
    amount: f64,
    remarks: Vec<String>,
    is_closed: bool,
}

/// A report, as text.
fn held_document() -> String {
    let line = json!({
        "identifier": "2026-00123", "amount": 12500.5, "remarks": ["Første", "Andre"], "isClosed": false,
        "inspectedAt": "2026-09-24T10:15:00Z", "county": "Trøndelag"
    });
    let one = line.to_string();
    let lines = vec![one.as_str(); SIZE / (one.len() + 1)];
    format!("[{}]", lines.join(","))
}

/// The envelope that holds a report.
fn evidence_of(document: &str) -> Evidence {
    let mut envelope = envelope();
    envelope["evidenceValues"] = json!([value("default", &json!(document), "jsonSchema")]);
    serde_json::from_value(envelope).unwrap()
}

/// An envelope by plain derives, without regard to what the service may add.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, not used")]
struct Envelope<V> {
    evidence_status: Standing,
    evidence_values: Vec<V>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, not used")]
struct Standing {
    evidence_code_name: Option<String>,
    status: Code,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, not used")]
struct Code {
    #[serde(rename = "code")]
    number: i64,
    description: Option<String>,
    retry_at: Option<String>,
}

/// What nobody can do without.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, not used")]
struct BareValue {
    evidence_value_name: String,
    value: Option<Value>,
    value_type: Option<String>,
}

/// All that the document describes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, not used")]
struct FullValue {
    mime_type: Option<String>,
    evidence_value_name: String,
    description: Option<String>,
    source: String,
    timestamp: Option<String>,
    value: Option<Value>,
    value_type: Option<String>,
    json_schema_defintion: Option<String>,
}

/// A list of envelopes of a register's scalars.
fn envelopes() -> Vec<u8> {
    let one = serde_json::to_vec(&envelope()).unwrap();
    let mut body = b"[".to_vec();
    while body.len() < SIZE {
        body.extend_from_slice(&one);
        body.push(b',');
    }
    body.pop();
    body.push(b']');
    body
}

fn envelope() -> Value {
    json!({
        "evidenceStatus": {
            "evidenceCodeName": "UnitBasicInformation",
            "status": { "code": 1, "description": "The information is available for harvest" },
            "validFrom": "2026-09-24T10:15:00.4988224+00:00",
            "validTo": "2026-12-23T10:15:00.4978312+00:00"
        },
        "evidenceValues": [
            value("OrganizationNumber", &json!(991_825_827), "number"),
            value("OrganizationName", &json!("EKSEMPEL OG SØNNER AS"), "string"),
            value("OrganizationForm", &json!("AS"), "string"),
            value("CreatedInCentralRegisterForLegalEntities", &json!("2007-10-23T00:00:00"), "dateTime"),
            value("Established", &json!("2007-10-01T00:00:00"), "dateTime"),
            value("BusinessAddressStreet", &json!("Storgata 1"), "string"),
            value("BusinessAddressZip", &json!("7600"), "string"),
            value("BusinessAddressCity", &json!("LEVANGER"), "string"),
            value("SectorCode", &json!("2100"), "string"),
            value("NumberOfEmployees", &json!(17), "number"),
            value("IsBeingDissolved", &json!(false), "boolean"),
            value("HomePage", &json!("www.example.no"), "uri"),
        ]
    })
}

fn value(name: &str, value: &Value, value_type: &str) -> Value {
    json!({
        "evidenceValueName": name,
        "source": "Enhetsregisteret",
        "timestamp": "2026-09-24T10:15:00.512345Z",
        "value": value,
        "valueType": value_type
    })
}
