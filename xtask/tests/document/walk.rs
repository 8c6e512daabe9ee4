//! An example, read along its schema.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::document::{DOCUMENT, described, is_internal, name_in, target};

/// What stands in examples.
#[derive(Default)]
pub(crate) struct Walk {
    /// The values of each schema that has a name.
    pub(crate) values: Vec<(&'static str, Value)>,
    /// The fields, each as `Schema.field`.
    pub(crate) fields: BTreeSet<String>,
    /// The fields that no schema knows.
    pub(crate) unknown: BTreeSet<String>,
}

impl Walk {
    /// Goes through every example of the document, and all that it holds.
    pub(crate) fn through_all_examples() -> Self {
        let mut walk = Self::default();
        for place in described() {
            place.examples.iter().for_each(|example| walk.step(place.schema, example, None));
        }
        walk
    }

    fn step(&mut self, schema: &'static Value, value: &Value, owner: Option<&'static str>) {
        if value.is_null() {
            return;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = name_in(reference);
            self.values.push((name, value.clone()));
            return self.step(target(reference), value, Some(name));
        }
        if let Some(choice) = choice(schema, value) {
            return self.step(choice, value, owner);
        }
        match value {
            Value::Array(items) => {
                for (schema, item) in schema.get("items").into_iter().cycle().zip(items) {
                    self.step(schema, item, None);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.member(schema, name, member, owner);
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, schema: &'static Value, name: &str, value: &Value, owner: Option<&'static str>) {
        if let Some(property) = property(schema, name) {
            self.fields.extend(owner.map(|owner| format!("{owner}.{name}")));
            self.step(property, value, None);
        } else if let Some(values) = schema.get("additionalProperties") {
            self.step(values, value, None);
        } else if let Some(owner) = owner {
            self.unknown.insert(format!("{owner}.{name}"));
        }
    }
}

/// The schema of a property, also when a part of a composition describes it.
fn property(schema: &'static Value, name: &str) -> Option<&'static Value> {
    let own = schema.get("properties").and_then(|properties| properties.get(name));
    own.or_else(|| parts(schema).find_map(|part| property(part, name)))
}

/// The names of all properties.
pub(crate) fn properties(schema: &'static Value) -> BTreeSet<&'static str> {
    let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    own.map(|(name, _)| name.as_str()).chain(parts(schema).flat_map(properties)).collect()
}

fn parts(schema: &'static Value) -> impl Iterator<Item = &'static Value> {
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    parts.map(|part| match part.get("$ref").and_then(Value::as_str).map(target) {
        Some(internal) if is_internal(internal) => internal,
        _ => part,
    })
}

/// Which of several schemas a value is of: the one that its telling field names, else the first that it fits.
fn choice(schema: &'static Value, value: &Value) -> Option<&'static Value> {
    let choices = ["oneOf", "anyOf"].iter().find_map(|keyword| schema.get(*keyword)?.as_array())?;
    let told =
        schema.pointer("/discriminator/propertyName").and_then(|tag| value.get(tag.as_str()?)?.as_str());
    choices.iter().find(|choice| match (told, choice.get("$ref").and_then(Value::as_str)) {
        (Some(kind), Some(reference)) => name_in(reference) == kind,
        _ => validator(choice).is_valid(value),
    })
}

/// What checks values against a schema of the document, formats included.
///
/// `date-time` is taken as the service writes it, maybe without an offset.
pub(crate) fn validator(schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema.as_object_mut().unwrap().insert("components".to_owned(), DOCUMENT["components"].clone());
    jsonschema::options()
        .should_validate_formats(true)
        .with_format("date-time", |text: &str| {
            let with_offset = format!("{text}Z");
            [text, &with_offset].iter().any(|text| is_valid_date_time(text))
        })
        .build(&schema)
        .unwrap()
}

fn is_valid_date_time(text: &str) -> bool {
    let schema = json!({ "type": "string", "format": "date-time" });
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap().is_valid(&Value::from(text))
}
