//! Named patches for places where the published document is known to break the specification.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::members::Members;

/// A list of patches, in the order in which they are applied.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchList {
    patches: Vec<Patch>,
}

impl PatchList {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no list of patches.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no list of patches", path.display()))
    }

    /// Applies each patch to the document, and tells what became of it.
    pub(crate) fn apply(&self, document: &mut Value) -> Vec<Outcome<'_>> {
        self.patches.iter().map(|patch| Outcome { patch, result: patch.apply(document) }).collect()
    }
}

/// A change to one place, or to all places of a kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    /// What it is called.
    name: String,
    /// Why it is needed.
    reason: String,
    /// If given, the patch changes every object that has these members, outside of examples.
    each: Option<Map<String, Value>>,
    /// The place: a JSON pointer into the document, or into each such object.
    pointer: String,
    /// What stands there.
    expected: Value,
    /// What shall stand there. Without it, the place is removed.
    #[serde(default, deserialize_with = "present")]
    replacement: Option<Value>,
}

impl Patch {
    /// The places that were changed, as JSON pointers; or why there is none.
    fn apply(&self, document: &mut Value) -> Result<Vec<String>, String> {
        let Some(pattern) = &self.each else {
            self.change(document)?;
            return Ok(vec![self.pointer.clone()]);
        };
        let mut changed = Vec::new();
        self.change_each(pattern, document, Members::Keywords, "", &mut changed);
        if changed.is_empty() {
            let pattern = Value::Object(pattern.clone());
            return Err(format!(
                "it is no longer needed: no object with {pattern} has {} at {}",
                self.expected, self.pointer
            ));
        }
        Ok(changed)
    }

    fn change_each(
        &self,
        pattern: &Map<String, Value>,
        node: &mut Value,
        members: Members,
        pointer: &str,
        changed: &mut Vec<String>,
    ) {
        let fits = pattern.iter().all(|(name, value)| node.get(name) == Some(value));
        if members == Members::Keywords && fits && self.change(node).is_ok() {
            changed.push(format!("{pointer}{}", self.pointer));
        }
        match node {
            _ if members == Members::Data => {}
            Value::Object(object) => {
                for (name, value) in object {
                    let below = members.below(name, value);
                    let name = name.replace('~', "~0").replace('/', "~1");
                    self.change_each(pattern, value, below, &format!("{pointer}/{name}"), changed);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.change_each(pattern, item, members, &format!("{pointer}/{index}"), changed);
                }
            }
            _ => {}
        }
    }

    fn change(&self, document: &mut Value) -> Result<(), String> {
        match document.pointer_mut(&self.pointer) {
            None if self.replacement.is_none() => {
                return Err(format!("it is no longer needed: nothing stands at {}", self.pointer));
            }
            None => {
                return Err(format!(
                    "{} is expected at {}: nothing stands there",
                    self.expected, self.pointer
                ));
            }
            Some(value) if *value == self.expected => match &self.replacement {
                Some(replacement) => *value = replacement.clone(),
                None => remove(document, &self.pointer),
            },
            Some(value) if Some(&*value) == self.replacement.as_ref() => {
                return Err(format!("it is no longer needed: {value} stands at {}", self.pointer));
            }
            Some(value) => {
                return Err(format!(
                    "{} is expected at {}: {value} stands there",
                    self.expected, self.pointer
                ));
            }
        }
        Ok(())
    }
}

/// What became of a patch.
#[derive(Debug)]
pub(crate) struct Outcome<'p> {
    patch: &'p Patch,
    result: Result<Vec<String>, String>,
}

impl Outcome<'_> {
    /// The name of the patch, if it could not be applied.
    pub(crate) fn failed(&self) -> Option<&str> {
        self.result.is_err().then_some(self.patch.name.as_str())
    }
}

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.patch.name;
        match &self.result {
            Err(complaint) => write!(formatter, "! {name} does not apply: {complaint}"),
            Ok(places) => {
                write!(formatter, "  {name}: {}", self.patch.reason)?;
                places.iter().try_for_each(|place| write!(formatter, "\n      {place}"))
            }
        }
    }
}

fn remove(document: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        *document = Value::Null;
        return;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(members.remove(&name)),
        Some(Value::Array(items)) => {
            if let Some(index) = name.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

/// A member that is there, also when it is null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({ "components": { "schemas": {
            "A": { "type": "string", "default": {} },
            "B": { "type": "object", "properties": {
                "default": { "type": "string", "default": {} },
                "c/d": { "type": "string", "default": "ok" },
                "e": { "type": "object", "default": {} }
            }, "example": { "type": "string", "default": {} } }
        } } })
    }

    /// What a patch tells, and the document after it.
    fn apply(patch: &Value) -> (String, Value) {
        let list: PatchList = serde_json::from_value(json!({ "patches": [patch] })).unwrap();
        let mut document = document();
        let told: String = list.apply(&mut document).iter().map(ToString::to_string).collect();
        (told, document)
    }

    #[test]
    fn a_place_is_changed() {
        let patch = json!({ "name": "n", "reason": "r", "pointer": "/components/schemas/B/properties/c~1d/default",
            "expected": "ok", "replacement": null });
        let (told, document) = apply(&patch);
        insta::assert_snapshot!(told, @r"
          n: r
              /components/schemas/B/properties/c~1d/default
        ");
        assert_eq!(document["components"]["schemas"]["B"]["properties"]["c/d"]["default"], Value::Null);
    }

    #[test]
    fn every_place_of_a_kind_is_changed_but_not_in_examples() {
        let patch = json!({ "name": "n", "reason": "r", "each": { "type": "string" }, "pointer": "/default", "expected": {} });
        let (told, document) = apply(&patch);
        insta::assert_snapshot!(told, @r"
          n: r
              /components/schemas/A/default
              /components/schemas/B/properties/default/default
        ");
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["A"], json!({ "type": "string" }));
        assert_eq!(schemas["B"]["example"], json!({ "type": "string", "default": {} }));
        assert_eq!(schemas["B"]["properties"]["e"]["default"], json!({}));
    }

    #[test]
    fn a_patch_that_does_not_apply_says_what_stands_there() {
        let at = |pointer: &str, expected: Value, replacement: Value| {
            apply(&json!({ "name": "n", "reason": "r", "pointer": pointer, "expected": expected, "replacement": replacement })).0
        };
        let removed = |patch: &Value| apply(patch).0;
        let told = [
            at("/components/schemas/A/type", json!("integer"), json!("number")),
            at("/components/schemas/A/type", json!("integer"), json!("string")),
            at("/components/schemas/C/type", json!("integer"), json!("string")),
            removed(
                &json!({ "name": "n", "reason": "r", "pointer": "/components/schemas/C/type", "expected": 1 }),
            ),
            removed(
                &json!({ "name": "n", "reason": "r", "each": { "type": "number" }, "pointer": "/default", "expected": {} }),
            ),
        ];
        insta::assert_snapshot!(told.join("\n"), @r#"
        ! n does not apply: "integer" is expected at /components/schemas/A/type: "string" stands there
        ! n does not apply: it is no longer needed: "string" stands at /components/schemas/A/type
        ! n does not apply: "integer" is expected at /components/schemas/C/type: nothing stands there
        ! n does not apply: it is no longer needed: nothing stands at /components/schemas/C/type
        ! n does not apply: it is no longer needed: no object with {"type":"number"} has {} at /default
        "#);
    }

    #[test]
    fn the_list_of_the_published_document_is_read_and_applies() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/oas/patches.json");
        let list = PatchList::read(&path).unwrap();
        let mut document = document();
        let failed: Vec<String> = list
            .apply(&mut document)
            .iter()
            .filter_map(|outcome| outcome.failed().map(str::to_owned))
            .collect();
        assert_eq!(failed, Vec::<String>::new());
        assert_eq!(document["components"]["schemas"]["A"], json!({ "type": "string" }));
    }
}
