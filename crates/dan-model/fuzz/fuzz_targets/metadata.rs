//! Lists of datasets, and accreditations: what is read is written back, and read again, equal.
#![no_main]

use dan_model::{Accreditation, EvidenceCode, EvidenceStatus};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|body: &[u8]| {
    reads_what_it_writes::<Vec<EvidenceCode>>(body);
    reads_what_it_writes::<Vec<EvidenceStatus>>(body);
    reads_what_it_writes::<Accreditation>(body);
});

fn reads_what_it_writes<T: Serialize + DeserializeOwned + std::fmt::Debug>(body: &[u8]) {
    let Ok(read) = serde_json::from_slice::<T>(body) else { return };
    let _ = format!("{read:?}");
    // A member that comes twice makes a requirement one of an unknown kind, which it no longer is when it was written
    // once: from there on nothing may change.
    let written = through_json(&through_json(&read));
    assert_eq!(json(&through_json(&written)), json(&written));
}

fn through_json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_value(json(value)).expect("what was written can be read")
}

fn json<T: Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).expect("what was read can be written")
}
