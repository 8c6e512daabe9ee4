//! Everything that is read out of a plain text: parties, times, amounts, and what is masked.
#![no_main]

use std::cmp::Ordering;

use dan_model::{Amount, PartyIdentifier, Timestamp, mask_personal_numbers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let party = PartyIdentifier::from(text);
    let _ = party.check();
    assert_eq!(PartyIdentifier::from(party.expose()), party);
    assert_eq!(PartyIdentifier::from(party.expose_with_scheme().as_ref()), party);

    let masked = mask_personal_numbers(text);
    assert_eq!(mask_personal_numbers(&masked), masked);

    let time = Timestamp::from(text);
    assert_eq!(time.as_str(), text);
    if let Ok(parts) = time.parse() {
        let _ = (parts.unix_nanoseconds(), parts.system_time());
        assert_ne!(time.compare_instants(&time), Some(Ordering::Less));
    }

    if let Ok(amount) = text.parse::<Amount>() {
        assert_eq!(amount.to_string().parse::<Amount>().as_ref(), Ok(&amount));
        let _ = (amount.hundredths(), amount.is_negative(), amount.is_zero(), amount.currency());
    }
});
