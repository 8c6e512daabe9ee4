//! Everything that is read out of a plain text: parties, times, amounts, and what is masked.
#![no_main]

use dan_model::{PartyIdentifier, Timestamp, mask_personal_numbers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let party = PartyIdentifier::from(text);
    let _ = party.check();
    assert_eq!(PartyIdentifier::from(party.expose()), party);
    assert_eq!(PartyIdentifier::from(party.expose_with_scheme().as_ref()), party);

    let masked = mask_personal_numbers(text);
    assert_eq!(mask_personal_numbers(&masked), masked);

    assert_eq!(Timestamp::from(text).as_str(), text);
});
