//! Errors of the service and of the gateway, and what is found in their texts.
#![no_main]

use dan_model::{ErrorModel, GatewayError};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(error) = serde_json::from_slice::<ErrorModel>(body) {
        let _ = format!("{error:?} {:?} {:?}", error.retry(), error.consent_refusal());
        for denial in error.denials() {
            let _ = format!("{denial:?}");
        }
    }
    let _ = serde_json::from_slice::<GatewayError>(body).map(|error| format!("{error:?}"));
});
