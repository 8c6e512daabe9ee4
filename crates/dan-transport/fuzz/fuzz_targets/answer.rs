//! Answers of whatever stands where the service should. The first two bytes are the status; lines of headers may follow,
//! then an empty line and the body; without an empty line, all of it is the body.
#![no_main]

use dan_model::NationalIdentityNumber;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: &[u8]| {
    let Some((status, rest)) = answer.split_first_chunk() else { return };
    let status = 100 + u16::from_be_bytes(*status) % 900;
    let (head, body) = match rest.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&rest[..end], &rest[end + 2..]),
        None => (&[][..], rest),
    };
    let headers = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((&line[..colon], &line[colon + 1..]))
    });
    let Some(error) = dan_transport::failure_for_fuzzing(status, headers, body) else { return };
    let said = error.service_error().map(|said| {
        let texts = [&said.description, &said.detail_code, &said.detail_description];
        texts.map(|text| text.clone().unwrap_or_default()).join("\n")
    });
    let shown = format!("{error}\n{}", said.unwrap_or_default());
    let mut runs = shown.split(|sign: char| !sign.is_ascii_digit());
    assert!(!runs.any(|run| run.parse::<NationalIdentityNumber>().is_ok()), "{shown}");
    assert_eq!(error.status(), Some(status));
    let _ = format!("{error:?} {:?} {:?} {:?}", error.delivery(), error.retry(), error.retry_at());
});
