//! Envelopes: what is read is written back, and every view of the values stands any bytes.
#![no_main]

use dan_model::Evidence;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let Ok(read) = serde_json::from_slice::<Evidence>(body) else { return };
    let _ = format!("{read:?}");
    for value in &read.evidence_values {
        let _ = format!("{:?}", value.typed());
        let _ = read.field::<Value>(&value.evidence_value_name);
    }
    let _ = (read.document::<Value>(), read.members::<Value>());
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    assert_eq!(serde_json::from_slice::<Evidence>(&written).expect("what was written can be read"), read);
});
