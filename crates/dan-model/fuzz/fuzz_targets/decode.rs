//! Answers without an envelope: whatever they hold, a type of the caller's gets it or an error that names a place.
#![no_main]

use dan_model::{DecodeErrorKind, decode, fields};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::Value;

/// A type of the caller's.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "only decoded")]
struct Report {
    evidence_code_name: String,
    lines: Option<Vec<Report>>,
    amount: Option<f64>,
}

fuzz_target!(|body: &[u8]| {
    if let Err(error) = decode::<Report>(body) {
        let _ = format!("{error} {error:?}");
        assert!(error.pointer().is_empty() || error.pointer().starts_with('/'));
    }
    match (decode::<Value>(body), fields(body)) {
        (Ok(Value::Object(members)), listed) => {
            assert_eq!(members.len(), listed.expect("an object has fields").len());
        }
        (Err(error), Ok(_)) => assert_eq!(error.kind(), DecodeErrorKind::Repeated),
        _ => {}
    }
});
