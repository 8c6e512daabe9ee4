//! Harvested data as a type of the caller's: out of an envelope, or out of an answer without one.

mod error;
mod named_members;
mod names;

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use self::error::{DecodeError, DecodeErrorKind};
use self::named_members::named_members;
use crate::{Evidence, EvidenceValue, TypedValue, ValueType};

/// Reads an answer without envelope as a type of the caller's.
///
/// The service writes a name as often as the dataset has values of it, which a type cannot hold: that is an error here,
/// and [`fields`] gives them all. A struct passes over names that it does not have, however often they come. No body at all is an error as well, unless the type can be made of `null`.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Unit { #[serde(rename = "OrganizationName")] name: String }
///
/// let unit: Unit = dan_model::decode(br#"{"OrganizationNumber":991825827,"OrganizationName":"EKSEMPEL"}"#)?;
/// assert_eq!(unit.name, "EKSEMPEL");
///
/// let error = dan_model::decode::<Unit>(br#"{"organizationName":"EKSEMPEL"}"#).err().unwrap();
/// assert_eq!(error.pointer(), "/OrganizationName");
/// assert!(error.to_string().contains("differs only in case: organizationName"));
/// # Ok::<(), dan_model::DecodeError>(())
/// ```
///
/// # Errors
///
/// When the body is no JSON, holds a name of the type's twice, or does not fit the type; with the place as a JSON pointer (RFC 6901), and
/// without any value.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let text = text(body)?;
    let decoded = from_text(text);
    let named = named_members::<T>();
    match &decoded {
        Ok(_) if named.is_some() => decoded,
        Err(error) if error.kind() == DecodeErrorKind::Syntax => decoded,
        // A name that comes twice says more than what the type made of it.
        _ => names::repeated(text, |name| is_read(named, name))
            .map_or(decoded, |name| Err(DecodeError::repeated(&name))),
    }
}

/// Reads a JSON document of which no name is known to repeat, such as an envelope or metadata, as a type of the caller's.
///
/// No body at all is an error, unless the type can be made of `null`. Where a name does repeat, the type decides: maps
/// keep the last value.
///
/// # Errors
///
/// When the body is no JSON or does not fit the type; with the place as a JSON pointer (RFC 6901), and without any value.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    from_text(text(body)?)
}

/// Reads an answer without envelope as the list of its fields, in the order of the source. Names may repeat.
///
/// ```
/// let fields = dan_model::fields(br#"{"rapport":"1","rapport":"2"}"#)?;
/// assert_eq!(fields.len(), 2);
/// # Ok::<(), dan_model::DecodeError>(())
/// ```
///
/// # Errors
///
/// When the body is no JSON object.
pub fn fields(body: &[u8]) -> Result<Vec<(String, Value)>, DecodeError> {
    let text = text(body)?;
    let names::Fields(fields) = from_text(text)?;
    Ok(fields)
}

impl Evidence {
    /// The first value of a name.
    pub fn value(&self, name: &str) -> Option<&EvidenceValue> {
        self.evidence_values.iter().find(|value| value.evidence_value_name == name)
    }

    /// All values of a name, in the order of the source.
    pub fn values<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e EvidenceValue> {
        self.evidence_values.iter().filter(move |value| value.evidence_value_name == name)
    }

    /// The one JSON document of the dataset, as a type of the caller's.
    ///
    /// # Errors
    ///
    /// When there is none, or more than one, or it does not fit the type.
    pub fn document<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let is_document = |value: &&EvidenceValue| value.value_type == Some(ValueType::JsonSchema);
        let mut documents = self.evidence_values.iter().filter(is_document);
        match (documents.next(), documents.next()) {
            (Some(only), None) => decode_value(only),
            (None, _) => Err(DecodeError::no_document()),
            (Some(_), Some(another)) => Err(DecodeError::several_documents(&another.evidence_value_name)),
        }
    }

    /// The value of a name, as a type of the caller's.
    ///
    /// # Errors
    ///
    /// When there is none, or more than one, or it does not fit the type.
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Result<T, DecodeError> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (Some(only), None) => decode_value(only),
            (None, _) => Err(DecodeError::missing(name, self.name_like(name))),
            (Some(_), Some(_)) => Err(DecodeError::repeated(name)),
        }
    }

    /// All values as the members of one type of the caller's. A value that is missing is null; JSON documents are read
    /// also when they arrive as text.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct Unit { #[serde(rename = "OrganizationName")] name: String }
    ///
    /// let evidence: dan_model::Evidence = serde_json::from_str(
    ///     r#"{"evidenceStatus":{"evidenceCodeName":"A","status":{"code":1,"description":""},"validFrom":null,
    ///     "validTo":null},"evidenceValues":[{"evidenceValueName":"OrganizationName","source":"Enhetsregisteret",
    ///     "value":"EKSEMPEL","valueType":"string"}]}"#,
    /// )?;
    /// assert_eq!(evidence.members::<Unit>()?.name, "EKSEMPEL");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a name of the type's comes twice, or the values do not fit the type.
    pub fn members<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let named = named_members::<T>();
        let mut seen = HashSet::new();
        let mut members = Map::new();
        for value in &self.evidence_values {
            let name = &value.evidence_value_name;
            if !seen.insert(name) && is_read(named, name) {
                return Err(DecodeError::repeated(name));
            }
            members.insert(name.clone(), member(value)?);
        }
        from_value(&Value::Object(members))
    }

    /// All values as the members of one type, each as its value type says: booleans and numbers that arrive as text are
    /// booleans and numbers, and documents and files are lists, since their names may come more than once. A value that is
    /// missing has no member. The types that `dan datasets codegen` writes are read so.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct Inspections { rapport: Vec<serde_json::Value>, alle: Option<bool> }
    ///
    /// let evidence: dan_model::Evidence = serde_json::from_str(
    ///     r#"{"evidenceStatus":{"evidenceCodeName":"A","status":{"code":1,"description":""},"validFrom":null,
    ///     "validTo":null},"evidenceValues":[
    ///     {"evidenceValueName":"rapport","source":"Tilda","value":"{\"id\":1}","valueType":"jsonSchema"},
    ///     {"evidenceValueName":"rapport","source":"Tilda","value":"{\"id\":2}","valueType":"jsonSchema"},
    ///     {"evidenceValueName":"alle","source":"Tilda","value":"true","valueType":"boolean"}]}"#,
    /// )?;
    /// let inspections: Inspections = evidence.dataset()?;
    /// assert_eq!((inspections.rapport.len(), inspections.alle), (2, Some(true)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a name of anything else comes twice, or the values do not fit the type.
    pub fn dataset<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let mut members = Map::new();
        for value in &self.evidence_values {
            let name = &value.evidence_value_name;
            let is_listed = matches!(value.value_type, Some(ValueType::JsonSchema | ValueType::Attachment));
            let member = as_its_type_says(value)?;
            match members.get_mut(name) {
                Some(Value::Array(several)) if is_listed => several.extend(member),
                Some(_) => return Err(DecodeError::repeated(name)),
                None if is_listed => {
                    members.insert(name.clone(), member.into_iter().collect());
                }
                None => members.extend(member.map(|member| (name.clone(), member))),
            }
        }
        from_value(&Value::Object(members))
    }

    /// A name that there is and that differs only in case.
    fn name_like(&self, name: &str) -> Option<&str> {
        let mut names = self.evidence_values.iter().map(|value| value.evidence_value_name.as_str());
        names.find(|other| other.eq_ignore_ascii_case(name))
    }
}

/// Whether a type takes a value of this name, when it has names for its members.
fn is_read(named: Option<&[&str]>, name: &str) -> bool {
    named.is_none_or(|named| named.contains(&name))
}

fn member(value: &EvidenceValue) -> Result<Value, DecodeError> {
    match (&value.value_type, &value.value) {
        (Some(ValueType::JsonSchema), Some(Value::String(text))) => {
            from_text(text).map_err(|error| error.within(&value.evidence_value_name))
        }
        (_, value) => Ok(value.clone().unwrap_or_default()),
    }
}

/// A value that is there, as its type says. What cannot be that is left as it came, for the caller's type to judge.
fn as_its_type_says(value: &EvidenceValue) -> Result<Option<Value>, DecodeError> {
    let typed = match value.typed() {
        Ok(TypedValue::Boolean(boolean)) => Value::Bool(boolean),
        Ok(TypedValue::Number(number)) => Value::Number(number),
        _ => member(value)?,
    };
    Ok((!typed.is_null()).then_some(typed))
}

fn decode_value<T: DeserializeOwned>(value: &EvidenceValue) -> Result<T, DecodeError> {
    match (&value.value_type, &value.value) {
        (Some(ValueType::JsonSchema), Some(Value::String(text))) => from_text(text),
        (_, Some(value)) => from_value(value),
        (_, None) => from_value(&Value::Null),
    }
}

/// Decodes straight from the text; no `Value` stands between. Only after an error is the text read again, for its place.
pub(crate) fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    serde_json::from_str(text)
        .map_err(|error| place_of::<T>(text).unwrap_or_else(|| DecodeError::syntax(&error)))
}

/// Why a text does not fit a type, and where; `None` when it fits and something follows it.
fn place_of<T: DeserializeOwned>(text: &str) -> Option<DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let error = serde_path_to_error::deserialize::<_, T>(&mut deserializer).err()?;
    let document = serde_json::from_str::<Value>(text);
    Some(DecodeError::of_serde(&error, document.as_ref().ok()))
}

pub(crate) fn from_value<'v, T: Deserialize<'v>>(value: &'v Value) -> Result<T, DecodeError> {
    T::deserialize(value).or_else(|_| {
        serde_path_to_error::deserialize(value).map_err(|error| DecodeError::of_serde(&error, Some(value)))
    })
}

/// No body at all stands for null.
fn text(body: &[u8]) -> Result<&str, DecodeError> {
    match std::str::from_utf8(body) {
        Ok("") => Ok("null"),
        Ok(text) => Ok(text),
        Err(_) => Err(DecodeError::no_text()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Report {
        org_number: u64,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Line {
        amount: f64,
    }

    fn evidence(values: &[(&str, &str, Value)]) -> Evidence {
        let values: Vec<Value> = values
            .iter()
            .map(|(name, value_type, value)| {
                json!({ "evidenceValueName": name, "source": "S", "value": value, "valueType": value_type })
            })
            .collect();
        serde_json::from_value(json!({
            "evidenceStatus": { "evidenceCodeName": "A", "status": { "code": 1, "description": "" },
                "validFrom": null, "validTo": null },
            "evidenceValues": values
        }))
        .unwrap()
    }

    fn told<T: DeserializeOwned + std::fmt::Debug>(decoded: Result<T, DecodeError>) -> String {
        let error = decoded.unwrap_err();
        format!("{:?} at '{}': {error}", error.kind(), error.pointer())
    }

    #[test]
    fn an_envelope_becomes_a_type_in_three_ways() {
        let report = Report { org_number: 991_825_827, lines: vec![Line { amount: 1.5 }] };
        let text = json!(r#"{"orgNumber":991825827,"lines":[{"amount":1.5}]}"#);
        let document = evidence(&[("default", "jsonSchema", text)]);
        assert_eq!(document.document::<Report>().unwrap(), report);
        assert_eq!(document.field::<Report>("default").unwrap(), report);
        let members = evidence(&[
            ("orgNumber", "number", json!(991_825_827)),
            ("lines", "jsonSchema", json!(r#"[{"amount":1.5}]"#)),
        ]);
        assert_eq!(members.members::<Report>().unwrap(), report);
    }

    #[test]
    fn a_dataset_is_read_as_its_value_types_say() {
        let read = evidence(&[
            ("a", "boolean", json!("true")),
            ("b", "number", json!("12.5")),
            ("c", "string", json!("7")),
            ("d", "jsonSchema", json!(r#"{"x":1}"#)),
            ("d", "jsonSchema", json!({ "x": 2 })),
            ("e", "attachment", json!("aGVp")),
            ("f", "amount", Value::Null),
            ("g", "jsonSchema", Value::Null),
            ("h", "number", json!("odd")),
        ]);
        let expected = json!({
            "a": true, "b": 12.5, "c": "7", "d": [{ "x": 1 }, { "x": 2 }], "e": ["aGVp"], "g": [], "h": "odd"
        });
        assert_eq!(read.dataset::<Value>().unwrap(), expected);
        for first in ["string", "attachment"] {
            let twice = evidence(&[("a", first, json!("1")), ("a", "string", json!("2"))]);
            assert_eq!(twice.dataset::<Value>().unwrap_err().kind(), DecodeErrorKind::Repeated, "{first}");
        }
    }

    #[test]
    fn errors_name_the_place_and_no_value() {
        let twice = evidence(&[("a", "string", json!("15867010022")), ("a", "string", json!("2"))]);
        let cases = [
            told(decode::<Report>(b"")),
            told(decode::<Report>(b"{")),
            told(decode::<Report>(b"\xff")),
            told(decode::<Report>(br#"{"orgNumber":1}{}"#)),
            told(decode::<Report>(br#"{"lines":[]}"#)),
            told(decode::<Report>(br#"{"OrgNumber":1}"#)),
            told(decode::<Report>(br#"{"orgNumber":"15867010022"}"#)),
            told(decode::<Report>(br#"{"orgNumber":15867010022.5}"#)),
            told(decode::<Report>(br#"{"orgNumber":-15867010022}"#)),
            told(decode::<Report>(br#"{"orgNumber":1,"lines":[{"amount":1},{"Amount":1}]}"#)),
            told(decode::<Report>(br#"{"orgNumber":1,"orgNumber":2}"#)),
            told(decode::<Value>(br#"{"a/b~":1,"a/b~":2}"#)),
            told(decode::<Value>(br#"{"a":1,"a":2}"#)),
            told(fields(b"[1]")),
            told(twice.members::<Value>()),
            told(twice.field::<String>("a")),
            told(twice.field::<String>("A")),
            told(twice.document::<Value>()),
        ];
        for case in &cases {
            assert!(!case.contains("15867010022"), "{case}");
        }
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(cases.join("\n")) });
    }

    #[test]
    fn a_person_who_is_the_key_of_a_map_is_not_shown() {
        type Incomes = std::collections::BTreeMap<String, u64>;
        let error = decode::<Incomes>(br#"{"15867010022":"much"}"#).unwrap_err();
        assert_eq!(error.pointer(), "/15867010022");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("***********") && !shown.contains("15867010022"), "{shown}");
    }

    #[test]
    fn fields_keep_every_value_in_order() {
        let fields = fields(br#"{"b":1,"a":[2],"b":null}"#).unwrap();
        let expected = [("b", json!(1)), ("a", json!([2])), ("b", Value::Null)];
        assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn a_struct_passes_over_names_that_it_does_not_have() {
        let report: Report = decode(br#"{"a":1,"orgNumber":1,"a":2}"#).unwrap();
        assert_eq!(report.org_number, 1);
        let missing = decode::<Report>(br#"{"a":1,"a":2}"#).unwrap_err();
        assert_eq!((missing.kind(), missing.pointer()), (DecodeErrorKind::Missing, "/orgNumber"));
        let values =
            [("a", "string", json!("1")), ("orgNumber", "number", json!(1)), ("a", "string", json!("2"))];
        assert_eq!(evidence(&values).members::<Report>().unwrap().org_number, 1);
        let of_its_own = evidence(&[values[1].clone(), values[1].clone()]);
        assert_eq!(of_its_own.members::<Report>().unwrap_err().kind(), DecodeErrorKind::Repeated);
    }

    #[test]
    fn nothing_is_null() {
        assert_eq!(decode::<Option<Report>>(b"").unwrap(), None);
    }
}
