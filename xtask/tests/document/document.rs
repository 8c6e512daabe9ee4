//! The document itself.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// The document that is kept.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/oas/v1.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
});

/// The schemas that types are made from: all but those that are only there for others to be made of.
pub(crate) fn schemas() -> impl Iterator<Item = (&'static str, &'static Value)> {
    let schemas: &Map<String, Value> = DOCUMENT["components"]["schemas"].as_object().unwrap();
    schemas.iter().filter(|(_, schema)| !is_internal(schema)).map(|(name, schema)| (name.as_str(), schema))
}

/// Whether a schema is only there for others to be made of.
pub(crate) fn is_internal(schema: &Value) -> bool {
    schema.get("x-internal").is_some()
}

/// What a reference leads to.
pub(crate) fn target(reference: &str) -> &'static Value {
    DOCUMENT.pointer(reference.strip_prefix('#').unwrap()).unwrap()
}

/// The last segment of a reference.
pub(crate) fn name_in(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap()
}

/// Something that has a schema and examples: a body, a parameter, a header.
pub(crate) struct Described {
    /// Where it stands.
    pub(crate) pointer: String,
    pub(crate) schema: &'static Value,
    pub(crate) examples: Vec<&'static Value>,
}

/// Everything that has a schema and may have examples.
pub(crate) fn described() -> Vec<Described> {
    let mut found = Vec::new();
    for part in ["paths", "components"] {
        collect(&DOCUMENT[part], &format!("/{part}"), &mut found);
    }
    found
}

fn collect(node: &'static Value, pointer: &str, found: &mut Vec<Described>) {
    if let Some(schema) = node.get("schema") {
        let several = node.get("examples").and_then(Value::as_object).into_iter().flatten();
        let examples = node.get("example").into_iter().chain(several.map(|(_, example)| &example["value"]));
        found.push(Described { pointer: pointer.to_owned(), schema, examples: examples.collect() });
        return;
    }
    match node {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| *name != "schemas") {
                collect(member, &format!("{pointer}/{}", name.replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}
