//! What an answer holds beyond what this version knows.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::privacy::mask_personal_numbers;

/// The fields of a JSON object that its type does not name, kept so that they are written back.
///
/// The service adds fields within a version; they are never needed and never fail. `Debug` prints their names only,
/// since nothing is known of what they hold.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(clippy::box_collection, reason = "one word in the many objects that have none")]
pub struct UnknownFields(Option<Box<BTreeMap<String, Value>>>);

impl UnknownFields {
    /// The value of a field, by its name on the wire.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.get(name)
    }

    /// The fields in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().flat_map(|fields| fields.iter()).map(|(name, value)| (name.as_str(), value))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |fields| fields.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl FromIterator<(String, Value)> for UnknownFields {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(fields: I) -> Self {
        let fields: BTreeMap<String, Value> = fields.into_iter().collect();
        Self((!fields.is_empty()).then(|| Box::new(fields)))
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter().map(|(name, _)| mask_personal_numbers(name))).finish()
    }
}

impl Serialize for UnknownFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for UnknownFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<String, Value>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_kept_and_written_back() {
        let sent = r#"{"new":{"a":[1,2.5,null]},"other":18446744073709551615}"#;
        let fields: UnknownFields = serde_json::from_str(sent).unwrap();
        assert_eq!(fields.len(), 2);
        assert_eq!(fields.get("new").unwrap()["a"][1], 2.5);
        assert_eq!(serde_json::to_string(&fields).unwrap(), sent);
    }

    #[test]
    fn a_number_is_written_as_it_was_read() {
        let read = |text: &str| serde_json::from_str::<UnknownFields>(text).unwrap();
        for number in ["991111111111111111825827", "122.416294033786585", "0.1", "1e300"] {
            let fields = read(&format!(r#"{{"new":{number}}}"#));
            assert_eq!(read(&serde_json::to_string(&fields).unwrap()), fields, "{number}");
        }
    }

    #[test]
    fn only_names_are_shown() {
        let fields: UnknownFields =
            [("name".to_owned(), Value::from("Kari Nordmann")), ("15867010022".to_owned(), Value::from(1))]
                .into_iter()
                .collect();
        assert_eq!(format!("{fields:?}"), r#"{"***********", "name"}"#);
    }

    #[test]
    fn none_takes_one_word() {
        assert!(UnknownFields::default().is_empty());
        assert_eq!(size_of::<UnknownFields>(), size_of::<usize>());
    }
}
