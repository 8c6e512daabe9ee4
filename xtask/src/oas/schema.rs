//! What a schema says, in the same words whether it is written in OpenAPI 3.0 or 3.1.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fact::{Fact, Item};
use super::interface::Reader;

/// How many parts of a composition may lead into each other.
const DEPTH_LIMIT: usize = 32;

/// Keywords that narrow what is allowed, told as one fact.
const LIMITS: [&str; 13] = [
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Adds to an item what a schema says of it.
pub(crate) fn describe(item: &mut Item, schema: &Value, reader: &Reader<'_>) {
    item.say("type", Some(Fact::word(type_of(schema))));
    item.say("nullable", allows_null(schema).then_some(Fact::Yes));
    item.say("deprecated", is_true(schema, "deprecated").then_some(Fact::Yes));
    item.say("read-only", is_true(schema, "readOnly").then_some(Fact::Yes));
    item.say("write-only", is_true(schema, "writeOnly").then_some(Fact::Yes));
    item.say("default", schema.get("default").map(|value| Fact::word(value.to_string())));
    item.say("values", values(schema));
    item.say("limits", limits(schema));
    item.say("description", reader.prose(schema));
    add_fields(item, schema, reader, DEPTH_LIMIT);
}

/// Whether a body is nothing but bytes, as OpenAPI 3.0 says it. OpenAPI 3.1 leaves the schema out.
pub(crate) fn is_bytes(schema: &Value) -> bool {
    text(schema, "type") == Some("string") && text(schema, "format") == Some("binary")
}

/// The type in a few words.
fn type_of(schema: &Value) -> String {
    if let Some(reference) = text(schema, "$ref") {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    if let [only] = list(schema, "allOf")
        && schema.get("properties").is_none()
    {
        return type_of(only);
    }
    for (keyword, words) in [("oneOf", "one of"), ("anyOf", "any of")] {
        let choices: Vec<String> =
            list(schema, keyword).iter().filter(|choice| !is_null(choice)).map(type_of).collect();
        match choices.as_slice() {
            [] => {}
            [only] => return only.clone(),
            several => return format!("{words} {}", several.join(", ")),
        }
    }
    let mut named: Vec<String> = type_names(schema)
        .into_iter()
        .filter(|name| *name != "null")
        .map(|name| simple_type(name, schema))
        .collect();
    if named.is_empty() {
        named.extend(implied_type(schema).map(|name| simple_type(name, schema)));
    }
    if named.is_empty() { "anything".to_owned() } else { named.join(" or ") }
}

fn simple_type(name: &str, schema: &Value) -> String {
    match (name, text(schema, "format"), schema.get("items"), schema.get("additionalProperties")) {
        ("array", _, Some(items), _) => format!("list of {}", type_of(items)),
        ("object", _, _, Some(values @ Value::Object(_))) if schema.get("properties").is_none() => {
            format!("map of {}", type_of(values))
        }
        (_, Some(format), ..) => format!("{name} ({format})"),
        _ => name.to_owned(),
    }
}

fn implied_type(schema: &Value) -> Option<&'static str> {
    let has = |keyword: &str| schema.get(keyword).is_some();
    if has("properties") || has("additionalProperties") || has("allOf") {
        Some("object")
    } else {
        has("items").then_some("array")
    }
}

fn allows_null(schema: &Value) -> bool {
    is_true(schema, "nullable")
        || type_names(schema).contains(&"null")
        || list(schema, "enum").contains(&Value::Null)
        || ["oneOf", "anyOf"].iter().any(|keyword| list(schema, keyword).iter().any(is_null))
}

fn is_null(schema: &Value) -> bool {
    type_names(schema) == ["null"] || schema.get("const") == Some(&Value::Null)
}

fn values(schema: &Value) -> Option<Fact> {
    let listed = list(schema, "enum").iter().chain(schema.get("const"));
    let values: BTreeSet<String> = listed.filter(|value| !value.is_null()).map(Value::to_string).collect();
    (!values.is_empty()).then_some(Fact::Values(values))
}

fn limits(schema: &Value) -> Option<Fact> {
    let limits: Vec<String> =
        LIMITS.iter().filter_map(|name| Some(format!("{name} {}", schema.get(name)?))).collect();
    (!limits.is_empty()).then(|| Fact::word(limits.join(", ")))
}

/// The fields of a schema, and of the schemas that stand in it without a name of their own.
fn add_fields(item: &mut Item, schema: &Value, reader: &Reader<'_>, depth: usize) {
    if depth == 0 {
        return;
    }
    for part in list(schema, "allOf") {
        let alone = list(schema, "allOf").len() == 1 && schema.get("properties").is_none();
        match text(part, "$ref") {
            // One part alone is only another way to write a reference, unless it is there to be composed.
            Some(reference) if !alone || reader.is_internal(reference) => {
                add_fields(item, reader.follow(part), reader, depth - 1);
            }
            Some(_) => {}
            None => add_fields(item, part, reader, depth - 1),
        }
    }
    for keyword in ["oneOf", "anyOf"] {
        add_choices(item, list(schema, keyword), reader, depth - 1);
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(keyword) {
            add_fields(item, inner, reader, depth - 1);
        }
    }
    let required: Vec<&str> = list(schema, "required").iter().filter_map(Value::as_str).collect();
    for (name, property) in members(schema, "properties") {
        let mut field = Item::new(format!("field `{name}`"));
        describe(&mut field, property, reader);
        field.say("required", required.contains(&name.as_str()).then_some(Fact::Yes));
        item.add(field);
    }
    // A part may require what another part describes.
    for name in required {
        if let Some(field) = item.parts.get_mut(&format!("field `{name}`")) {
            field.say("required", Some(Fact::Yes));
        }
    }
}

/// The fields of choices that stand in the schema itself. A choice beside null alone is no choice.
fn add_choices(item: &mut Item, choices: &[Value], reader: &Reader<'_>, depth: usize) {
    let choices: Vec<&Value> = choices.iter().filter(|choice| !is_null(choice)).collect();
    if let [only] = choices.as_slice() {
        return add_fields(item, only, reader, depth);
    }
    for (index, choice) in choices.into_iter().enumerate() {
        let mut part = Item::new(format!("choice {}", index + 1));
        add_fields(&mut part, choice, reader, depth);
        if !part.parts.is_empty() {
            item.add(part);
        }
    }
}

fn type_names(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_true(schema: &Value, keyword: &str) -> bool {
    schema.get(keyword) == Some(&Value::Bool(true))
}

/// A member that is text.
pub(crate) fn text<'d>(node: &'d Value, member: &str) -> Option<&'d str> {
    node.get(member).and_then(Value::as_str)
}

/// The items of a member that is an array; none for anything else.
pub(crate) fn list<'d>(node: &'d Value, member: &str) -> &'d [Value] {
    node.get(member).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The members of a member that is an object; none for anything else.
pub(crate) fn members<'d>(node: &'d Value, member: &str) -> impl Iterator<Item = (&'d String, &'d Value)> {
    node.get(member).and_then(Value::as_object).into_iter().flatten()
}
