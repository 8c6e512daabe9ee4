//! Envelopes: what is read is written back, and every view of the values stands any bytes.
#![no_main]

use dan_model::Evidence;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(read) = serde_json::from_slice::<Evidence>(body) else { return };
    let _ = format!("{read:?}");
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    assert_eq!(serde_json::from_slice::<Evidence>(&written).expect("what was written can be read"), read);
});
