//! What holds for every input, not only for the examples of other tests.

use dan_model::{
    Amount, DecodeErrorKind, ErrorCode, ErrorModel, Evidence, EvidenceCode, EvidenceValue,
    OrganizationNumber, PartyIdentifier, Retry, Timestamp, TypedValue, ValueType, decode, fields,
    mask_personal_numbers,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Any JSON of a few levels.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9]{1,12}( [A-Z]{3})?".prop_map(Value::from),
        "20[0-9]{2}-[01][0-9]-[0-3][0-9](T[0-9:.]{0,16}Z?)?".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-zA-Z$@ ]{0,6}", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

/// A field of a dataset: its name, its value type, its value.
fn any_field() -> impl Strategy<Value = (String, String, Value)> {
    let value_type = prop_oneof![
        Just("boolean"),
        Just("number"),
        Just("string"),
        Just("dateTime"),
        Just("attachment"),
        Just("uri"),
        Just("amount"),
        Just("jsonSchema"),
        Just("binary"),
        Just("tomorrow"),
    ];
    ("[a-cA-C]{1,2}", value_type.prop_map(str::to_owned), any_json())
}

fn envelope(fields: &[(String, String, Value)], unknown: &Value) -> Value {
    let values: Vec<Value> = fields
        .iter()
        .map(|(name, value_type, value)| {
            let mut field = json!({ "evidenceValueName": name, "source": "", "valueType": value_type });
            // What has no value has no member.
            if !value.is_null() {
                field["value"] = value.clone();
            }
            field
        })
        .collect();
    json!({
        "evidenceStatus": {
            "evidenceCodeName": "A", "status": { "code": 1, "description": "", "new": unknown },
            "validFrom": null, "validTo": null
        },
        "evidenceValues": values,
        "new": unknown
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_envelope_is_written_as_it_was_read(list in vec(any_field(), 0..6), unknown in any_json()) {
        let sent = envelope(&list, &unknown);
        let text = sent.to_string();
        let read: Evidence = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), sent);
    }

    #[test]
    fn a_typed_value_is_what_was_sent_or_an_error(field in any_field()) {
        let (name, value_type, value) = &field;
        let evidence: Evidence = serde_json::from_value(envelope(std::slice::from_ref(&field), &Value::Null)).unwrap();
        let read = evidence.value(name).unwrap();
        match read.typed() {
            Ok(TypedValue::Missing) => prop_assert!(value.is_null()),
            Ok(TypedValue::Boolean(boolean)) => {
                let text = value.as_str().map(str::to_lowercase);
                prop_assert!(value.as_bool() == Some(boolean) || text.is_some_and(|text| text.trim() == boolean.to_string()));
            }
            Ok(TypedValue::Number(number)) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                prop_assert_eq!(serde_json::from_str::<Value>(text.trim()).unwrap(), Value::Number(number));
            }
            Ok(TypedValue::Text(text) | TypedValue::Uri(text)) => prop_assert_eq!(value.as_str(), Some(text)),
            Ok(TypedValue::DateTime(time)) => prop_assert_eq!(value.as_str(), Some(time.as_str())),
            Ok(TypedValue::Other(other)) => {
                prop_assert_eq!(value_type, "tomorrow");
                prop_assert_eq!(other, value);
            }
            Ok(TypedValue::Amount(amount)) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                prop_assert_eq!(amount.as_str().trim(), text.trim());
            }
            Ok(TypedValue::Attachment(file)) => prop_assert_eq!(value.as_str(), Some(file.base64)),
            Ok(TypedValue::Json(document)) => {
                let held = value.as_str().map_or(Ok(value.clone()), serde_json::from_str);
                prop_assert_eq!(document.decode::<Value>().ok(), held.ok());
            }
            Ok(_) => prop_assert!(false, "a kind of value that this test does not know"),
            Err(error) => prop_assert_eq!(error.expected, ValueType::from(value_type.as_str())),
        }
    }

    #[test]
    fn every_field_without_envelope_is_read_and_repeated_names_are_told(
        list in vec((r#"[ab]{1,2}|[a"\\\[\]{}:, ]{0,2}"#, any_json()), 0..5), blank in "[ \n]?"
    ) {
        // Every other name is written in another way.
        let written = |position: usize, name: &str| match Value::from(name).to_string() {
            plain if position.is_multiple_of(2) => plain,
            plain => plain.replace('a', r"\u0061"),
        };
        let members: Vec<String> = list
            .iter()
            .enumerate()
            .map(|(position, (name, value))| format!("{}{blank}:{blank}{value}{blank}", written(position, name)))
            .collect();
        let body = format!("{blank}{{{blank}{}}}", members.join(","));
        prop_assert_eq!(&fields(body.as_bytes()).unwrap(), &list);

        let mut names: Vec<&String> = list.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        match decode::<Value>(body.as_bytes()) {
            Ok(read) => prop_assert_eq!(read.as_object().unwrap().len(), list.len()),
            Err(error) => {
                prop_assert_eq!(error.kind(), DecodeErrorKind::Repeated);
                prop_assert!(names.len() < list.len());
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(body in vec(any::<u8>(), 0..200)) {
        let _ = serde_json::from_slice::<Evidence>(&body);
        let _ = serde_json::from_slice::<Vec<EvidenceCode>>(&body);
        let _ = serde_json::from_slice::<ErrorModel>(&body);
        prop_assert!(decode::<Evidence>(&body).is_err());
        let _ = fields(&body);
    }

    #[test]
    fn a_dataset_is_written_as_it_was_read(
        name in any::<String>(), kind in "[A-Za-z]{0,12}Requirement", extra in any_json(), days in proptest::option::of(any::<i32>())
    ) {
        let mut sent = json!({
            "evidenceCodeName": name, "description": null, "isAsynchronous": false, "values": [],
            "authorizationRequirements": [{ "type": kind, "failureAction": 1, "requiredOnEvidenceHarvester": true, "new": extra }],
            "belongsToServiceContexts": [], "isPublic": true, "new": extra
        });
        if let Some(days) = days {
            sent["maxValidDays"] = json!(days);
        }
        let read: EvidenceCode = serde_json::from_str(&sent.to_string()).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), sent);
    }

    #[test]
    fn an_error_tells_no_more_than_its_text(code in 1000_i64..3100, description in "([A-Za-z0-9:,.']{0,12} ?){0,8}") {
        let error = ErrorModel::new(ErrorCode::from(code)).with_description(description.as_str());
        prop_assert_eq!(error.code.value(), code);
        if let Retry::WhenReady { not_before: Some(time) } = error.retry() {
            prop_assert!(description.contains(time.as_str()));
        }
        for denial in error.denials() {
            prop_assert_eq!(code, 1019);
            prop_assert!(description.contains(denial.text));
        }
        let _ = error.consent_refusal();
    }

    #[test]
    fn a_time_is_kept_as_it_was_sent(text in any::<String>()) {
        let time = Timestamp::from(text.as_str());
        let written = serde_json::to_string(&time).unwrap();
        let read: Timestamp = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(read.as_str(), text.as_str());
    }

    #[test]
    fn a_time_is_the_instant_that_it_names(
        seconds in -62_135_596_800_i64..253_402_300_800, fraction in 0_i64..10_000_000, minutes in -840_i64..=840
    ) {
        let (days, second_of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let sign = if minutes < 0 { '-' } else { '+' };
        let text = format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{fraction:07}{sign}{:02}:{:02}",
            second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60, minutes.abs() / 60, minutes.abs() % 60
        );
        let parts = Timestamp::from(text.as_str()).parse().unwrap();
        let expected = i128::from(seconds - minutes * 60) * 1_000_000_000 + i128::from(fraction) * 100;
        prop_assert_eq!(parts.unix_nanoseconds().unwrap(), expected);
    }

    #[test]
    fn an_amount_is_what_its_digits_say(hundredths in any::<i64>(), currency in proptest::option::of("[A-Z]{3}")) {
        let (whole, cents) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        let sign = if hundredths < 0 { "-" } else { "" };
        let text = match &currency {
            Some(currency) => format!("{sign}{whole}.{cents:02} {currency}"),
            None => format!("{sign}{whole}.{cents:02}"),
        };
        let amount: Amount = text.parse().unwrap();
        prop_assert_eq!(amount.hundredths(), Some(i128::from(hundredths)));
        prop_assert_eq!(amount.currency(), currency.as_deref());
        prop_assert_eq!(amount.to_string(), text);
    }

    #[test]
    fn any_text_is_an_amount_or_an_error(text in any::<String>()) {
        if let Ok(amount) = text.parse::<Amount>() {
            prop_assert_eq!(amount.as_str().trim(), text.trim());
        }
    }

    #[test]
    fn a_check_digit_finds_every_wrong_digit(first in 10_000_000_u32..100_000_000, place in 0_usize..9, by in 1_u8..10) {
        let digits: Vec<u32> = first.to_string().bytes().map(|byte| u32::from(byte - b'0')).collect();
        let sum: u32 = digits.iter().zip([3, 2, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
        let check = (11 - sum % 11) % 11;
        prop_assume!(check < 10);
        let number = format!("{first}{check}");
        prop_assert!(number.parse::<OrganizationNumber>().is_ok(), "{}", number);
        let mut wrong = number.into_bytes();
        wrong[place] = b'0' + (wrong[place] - b'0' + by) % 10;
        let wrong = String::from_utf8(wrong).unwrap();
        prop_assert!(wrong.parse::<OrganizationNumber>().is_err(), "{}", wrong);
    }

    #[test]
    fn a_party_is_sent_as_it_was_given(text in any::<String>()) {
        let party = PartyIdentifier::from(text.as_str());
        let written = serde_json::to_string(&party).unwrap();
        prop_assert_eq!(serde_json::from_str::<PartyIdentifier>(&written).unwrap(), party);
    }

    #[test]
    fn eleven_digits_never_pass_the_mask(before in "[^0-9]{0,8}", number in "[0-9]{11}", after in "[^0-9]{0,8}") {
        let text = format!("{before}{number}{after}");
        prop_assert!(!mask_personal_numbers(&text).contains(&number));
        let shown = format!("{:?} {}", PartyIdentifier::from(number.as_str()), PartyIdentifier::from(number.as_str()));
        prop_assert!(!shown.contains(&number), "{}", shown);
    }

    #[test]
    fn nor_do_they_when_signs_stand_between(
        before in "[^0-9]{0,8}", date in "[0-9]{6}", signs in "[ .:/+–-]{0,3}", rest in "[0-9]{5}", after in "[^0-9]{0,8}"
    ) {
        let text = format!("{before}{date}{signs}{rest}{after}");
        let masked = mask_personal_numbers(&text);
        prop_assert!(!masked.contains(&date) && !masked.contains(&rest), "{}", masked);
    }

    #[test]
    fn no_value_is_shown(value in "[a-z]{12}") {
        let field = EvidenceValue::new("name", "source").with_value(json!(value.clone()));
        let shown = format!("{field:?}");
        prop_assert!(!shown.contains(&value));
    }
}

/// The date of a day counted from 1970, by the proleptic Gregorian calendar: another way than the one that is tested.
fn civil(mut days: i64) -> (i64, i64, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length_of_year = |year| if leap(year) { 366 } else { 365 };
    // Whole cycles of 400 years have 146 097 days each.
    let mut year = 1970 + 400 * days.div_euclid(146_097);
    days = days.rem_euclid(146_097);
    while days >= length_of_year(year) {
        days -= length_of_year(year);
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}
