//! What a dataset's file lacks, all of it: serde tells of one member at a time.

use serde_json::Value;

const FILE: [&str; 2] = ["evidenceCode", "answer"];
const EVIDENCE_CODE: [&str; 6] = [
    "evidenceCodeName",
    "isAsynchronous",
    "values",
    "authorizationRequirements",
    "belongsToServiceContexts",
    "isPublic",
];
const VALUE_DEFINITION: [&str; 3] = ["evidenceValueName", "source", "valueType"];
const ANSWER: [&str; 1] = ["values"];
const VALUE: [&str; 1] = ["evidenceValueName"];

/// The members that a file must have and does not, as JSON pointers (RFC 6901).
pub(super) fn missing_members(text: &str) -> Vec<String> {
    let Ok(file) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let mut missing = Missing { file, pointers: Vec::new() };
    missing.look("", &FILE);
    missing.look("/evidenceCode", &EVIDENCE_CODE);
    missing.look_at_each("/evidenceCode/values", &VALUE_DEFINITION);
    missing.look("/answer", &ANSWER);
    missing.look_at_each("/answer/values", &VALUE);
    missing.pointers
}

struct Missing {
    file: Value,
    pointers: Vec<String>,
}

impl Missing {
    fn look(&mut self, pointer: &str, required: &[&str]) {
        let Some(object) = self.file.pointer(pointer).and_then(Value::as_object) else { return };
        let absent = required.iter().filter(|name| !object.contains_key(**name));
        self.pointers.extend(absent.map(|name| format!("{pointer}/{name}")));
    }

    fn look_at_each(&mut self, pointer: &str, required: &[&str]) {
        let items = self.file.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
        for position in 0..items {
            self.look(&format!("{pointer}/{position}"), required);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::dataset::DatasetFile;
    use super::*;

    /// A file with all that is required, and nothing else.
    fn complete() -> Value {
        json!({
            "evidenceCode": {
                "evidenceCodeName": "X", "isAsynchronous": false, "authorizationRequirements": [],
                "belongsToServiceContexts": [], "isPublic": false,
                "values": [{ "evidenceValueName": "x", "source": "X", "valueType": "string" }]
            },
            "answer": { "values": [{ "evidenceValueName": "x" }] }
        })
    }

    /// Each object of the file, and the members that it has.
    fn members(file: &Value) -> Vec<(String, String)> {
        let objects =
            ["", "/evidenceCode", "/evidenceCode/values/0", "/answer", "/answer/values/0"].into_iter();
        objects
            .flat_map(|pointer| {
                let names = file.pointer(pointer).unwrap().as_object().unwrap().keys();
                names.map(move |name| (pointer.to_owned(), name.clone()))
            })
            .collect()
    }

    #[test]
    fn what_is_listed_is_what_is_required() {
        let file = complete();
        assert!(serde_json::from_value::<DatasetFile>(file.clone()).is_ok());
        assert!(missing_members(&file.to_string()).is_empty());
        for (pointer, name) in members(&file) {
            let mut less = file.clone();
            less.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(&name);
            assert!(serde_json::from_value::<DatasetFile>(less.clone()).is_err(), "{pointer}/{name}");
            assert_eq!(missing_members(&less.to_string()), [format!("{pointer}/{name}")]);
        }
    }
}
