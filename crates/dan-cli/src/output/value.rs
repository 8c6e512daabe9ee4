//! Values of datasets as a person reads them.

use dan_client::model::{Amount, EvidenceValue, JsonDocument, TypedValue};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::output::table::{pairs, paragraph};
use crate::output::time;

/// The values of an envelope: what fits a line beside its name, documents below theirs.
pub(crate) fn values(values: &[EvidenceValue]) -> String {
    let mut text = String::new();
    let mut short: Vec<(&str, String)> = Vec::new();
    for value in values {
        match document(value) {
            None => short.push((&value.evidence_value_name, in_line(value))),
            Some(document) => {
                text.push_str(&pairs(short.drain(..)));
                text.push_str(&format!("{}\n", value.evidence_value_name));
                text.push_str(&paragraph(2, &document));
            }
        }
    }
    text + &pairs(short)
}

/// JSON over several lines. Token by token, since names may be repeated and their order says something.
pub(crate) fn indented(json: &str) -> Option<String> {
    let mut indented = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_transcode::transcode(&mut reader, &mut serde_json::Serializer::pretty(&mut indented)).ok()?;
    String::from_utf8(indented).ok()
}

/// JSON in as many lines as it has elements; what is no list is one. Token by token, as [`indented`] does it.
pub(crate) fn in_lines(json: &str) -> Option<String> {
    let is_list = json.trim_start().starts_with('[');
    let elements: Vec<&RawValue> =
        if is_list { serde_json::from_str(json).ok()? } else { vec![serde_json::from_str(json).ok()?] };
    let mut lines = Vec::new();
    for element in elements {
        let mut reader = serde_json::Deserializer::from_str(element.get());
        serde_transcode::transcode(&mut reader, &mut serde_json::Serializer::new(&mut lines)).ok()?;
        lines.push(b'\n');
    }
    String::from_utf8(lines).ok()
}

fn document(value: &EvidenceValue) -> Option<String> {
    match value.typed().ok()? {
        TypedValue::Json(JsonDocument::Text(text)) => Some(indented(text).unwrap_or_else(|| text.to_owned())),
        TypedValue::Json(JsonDocument::Value(document))
        | TypedValue::Other(document @ (Value::Object(_) | Value::Array(_))) => Some(format!("{document:#}")),
        _ => None,
    }
}

fn in_line(value: &EvidenceValue) -> String {
    match value.typed() {
        Ok(TypedValue::Missing) => "-".to_owned(),
        Ok(TypedValue::Boolean(true)) => "yes".to_owned(),
        Ok(TypedValue::Boolean(false)) => "no".to_owned(),
        Ok(TypedValue::Number(number)) => number.to_string(),
        Ok(TypedValue::Text(text) | TypedValue::Uri(text)) => text.to_owned(),
        Ok(TypedValue::DateTime(moment)) => time::local(&moment),
        Ok(TypedValue::Amount(amount)) => money(&amount),
        Ok(TypedValue::Attachment(attachment)) => match attachment.bytes() {
            Ok(bytes) => format!("a file of {} bytes", bytes.len()),
            Err(_) => "a file that is not base64".to_owned(),
        },
        // What is not of its type is shown as it came.
        _ => bare(value.value.as_ref()),
    }
}

fn bare(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Thousands apart, as Norwegians write them: `12 500 NOK`.
fn money(amount: &Amount) -> String {
    let (whole, fraction) = match amount.number().split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (amount.number(), None),
    };
    let (sign, digits) = match whole.strip_prefix(['-', '+']) {
        Some(digits) => (&whole[..1], digits),
        None => ("", whole),
    };
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push_str(&format!(".{fraction}"));
    }
    match amount.currency() {
        Some(currency) => format!("{text} {currency}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value_type: &str, value: &str) -> String {
        let json = format!(
            r#"[{{"evidenceValueName":"name","source":"","valueType":"{value_type}","value":{value}}}]"#
        );
        values(&serde_json::from_str::<Vec<EvidenceValue>>(&json).unwrap())
    }

    #[test]
    fn amounts_have_their_currency_and_thousands_apart() {
        for (sent, expected) in [
            ("12500 NOK", "12 500 NOK"),
            ("0 NOK", "0 NOK"),
            ("-1234567.50 SEK", "-1 234 567.50 SEK"),
            ("100", "100"),
        ] {
            assert_eq!(shown("amount", &format!("\"{sent}\"")), format!("name  {expected}\n"));
        }
    }

    #[test]
    fn each_type_is_told_in_words() {
        assert_eq!(shown("boolean", "true"), "name  yes\n");
        assert_eq!(shown("boolean", "\"maybe\""), "name  maybe\n");
        assert_eq!(shown("attachment", "\"aGVpCg==\""), "name  a file of 4 bytes\n");
        assert_eq!(shown("string", "null"), "name  -\n");
    }

    #[test]
    fn documents_stand_below_their_name() {
        let expected = "name\n  {\n    \"b\": 1,\n    \"b\": 2\n  }\n";
        assert_eq!(shown("jsonSchema", r#""{\"b\":1,\"b\":2}""#), expected);
        assert_eq!(shown("jsonSchema", r#"{"b":[]}"#), "name\n  {\n    \"b\": []\n  }\n");
    }
}
