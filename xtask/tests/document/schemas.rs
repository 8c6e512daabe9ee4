//! The schemas that `schemars` gives of the generated types are those of the document they were generated from.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::document::{is_internal, name_in, schemas, target};
use crate::types::TYPES;

/// What a schema says, by where it says it. Ways to say the same thing meet here.
type Statements = BTreeMap<String, Value>;

/// A place where the two do not say the same.
#[derive(Debug)]
struct Difference {
    /// The schema, and the place in it: `Evidence/properties/evidenceStatus/$ref`.
    place: String,
    document: Option<Value>,
    types: Option<Value>,
}

impl Difference {
    fn is_at(&self, end: &str) -> bool {
        self.place.ends_with(end)
    }
}

/// A kind of difference, and why there is one.
struct Known {
    reason: &'static str,
    is: fn(&Difference) -> bool,
}

const KNOWN: [Known; 9] = [
    Known {
        reason: "fields that may be absent are read when they are null, too",
        is: |it| it.is_at("/nullable") && it.document.is_none() && it.place.contains("/properties/"),
    },
    Known {
        reason: "enums are open: the service may add values within a version",
        is: |it| it.is_at("/open") && it.document.is_none(),
    },
    Known {
        reason: "values that the service may add to an enum can be longer than 32 bits",
        is: |it| {
            it.is_at("/format") && it.document == Some("int32".into()) && it.types.is_none() && is_enum(it)
        },
    },
    Known {
        reason: "the schema of an open enum is written by hand, without a description",
        is: |it| it.is_at("/description") && it.types.is_none() && is_enum(it),
    },
    Known {
        reason: "a field without a description of its own has that of its type",
        is: |it| it.is_at("/description") && it.document.is_none(),
    },
    Known {
        reason: "the telling field of a union is read by the union, not by its kinds",
        is: |it| {
            it.types.is_none()
                && (it.place.contains("Requirement/properties/type/")
                    || it.is_at("Requirement/required/type"))
        },
    },
    Known {
        reason: "unions are open: the service may add kinds within a version",
        is: |it| it.is_at("/kinds/another") && it.document.is_none(),
    },
    Known {
        reason: "text in these formats is kept as it was sent, and not examined",
        is: |it| {
            it.is_at("/format")
                && it.types.is_none()
                && ["date", "uri", "uuid"].iter().any(|format| it.document == Some((*format).into()))
        },
    },
    Known {
        reason: "what absence stands for is told in the description",
        is: |it| {
            it.is_at("/default") && it.types.is_none()
                || it
                    .types
                    .as_ref()
                    .and_then(Value::as_str)
                    .is_some_and(|text| text.contains("Absence stands for"))
        },
    },
];

fn is_enum(difference: &Difference) -> bool {
    let name = difference.place.split('/').next().unwrap();
    difference.place.matches('/').count() == 1
        && schemas().any(|(known, schema)| known == name && schema.get("enum").is_some())
}

#[test]
fn the_types_have_the_schemas_that_they_were_generated_from() {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut differences = Vec::new();
    for (name, schema) in schemas() {
        let known = TYPES.iter().find(|known| known.name == name).unwrap();
        let from_types = (known.schema)(&mut generator).to_value();
        compare(name, &statements(schema), &statements(&from_types), &mut differences);
    }
    let unknown: Vec<&Difference> =
        differences.iter().filter(|difference| !KNOWN.iter().any(|known| (known.is)(difference))).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let gone: Vec<&str> = KNOWN
        .iter()
        .filter(|known| !differences.iter().any(|difference| (known.is)(difference)))
        .map(|known| known.reason)
        .collect();
    assert!(gone.is_empty(), "these differences no longer occur; take them off the list: {gone:#?}");
}

#[test]
fn a_difference_is_seen() {
    let document = json!({ "type": "object", "required": ["a"], "properties": {
        "a": { "type": "string" }, "b": { "$ref": "#/components/schemas/Evidence" }, "c": { "type": "array", "items": { "type": "integer" } }
    } });
    let types = json!({ "type": "object", "properties": {
        "a": { "type": ["string", "null"] }, "b": { "$ref": "#/$defs/EvidenceCode" }, "c": { "type": "array", "items": { "type": "number" } }
    } });
    let mut differences = Vec::new();
    compare("A", &statements(&document), &statements(&types), &mut differences);
    let places: Vec<&str> = differences.iter().map(|difference| difference.place.as_str()).collect();
    let expected =
        ["A/properties/b/$ref", "A/properties/c/items/type", "A/required/a", "A/properties/a/nullable"];
    assert_eq!(places, expected);
}

fn compare(name: &str, document: &Statements, types: &Statements, differences: &mut Vec<Difference>) {
    let places = document.keys().chain(types.keys().filter(|place| !document.contains_key(*place)));
    for place in places.filter(|place| document.get(*place) != types.get(*place)) {
        differences.push(Difference {
            place: format!("{name}{place}"),
            document: document.get(place).cloned(),
            types: types.get(place).cloned(),
        });
    }
}

fn statements(schema: &Value) -> Statements {
    let mut statements = Statements::new();
    collect(schema, "", &mut statements);
    statements
}

fn collect(schema: &Value, place: &str, into: &mut Statements) {
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        let at = format!("{place}/{keyword}");
        match keyword.as_str() {
            "$ref" => drop(into.insert(at, name_in(value.as_str().unwrap()).into())),
            "type" => types(value, place, into),
            "required" => {
                let names = value.as_array().unwrap().iter().filter_map(Value::as_str);
                into.extend(names.map(|name| (format!("{at}/{name}"), true.into())));
            }
            "properties" => {
                for (name, property) in value.as_object().unwrap() {
                    collect(property, &format!("{at}/{name}"), into);
                }
            }
            "items" | "additionalProperties" if value.is_object() => collect(value, &at, into),
            "allOf" => value.as_array().unwrap().iter().for_each(|part| collect(resolved(part), place, into)),
            "oneOf" | "anyOf" => choices(value.as_array().unwrap(), place, into),
            // How code is generated, and how unions are told apart, which their kinds say as well.
            "discriminator"
            | "x-enum-varnames"
            | "x-enum-descriptions"
            | "x-enum-accepts-names"
            | "x-enum-flags"
            | "x-internal"
            | "x-privacy" => {}
            "description" => drop(into.insert(at, in_one_line(value))),
            _ => drop(into.insert(at, value.clone())),
        }
    }
}

/// Where lines break says nothing.
fn in_one_line(text: &Value) -> Value {
    text.as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ").into()
}

/// Schemas that are only there for others to be made of are no types.
fn resolved(part: &Value) -> &Value {
    match part.get("$ref").and_then(Value::as_str).map(target) {
        Some(internal) if is_internal(internal) => internal,
        _ => part,
    }
}

fn types(value: &Value, place: &str, into: &mut Statements) {
    let names = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    for name in names {
        if name == "null" {
            into.insert(format!("{place}/nullable"), true.into());
        } else {
            into.insert(format!("{place}/type"), name);
        }
    }
}

fn choices(choices: &[Value], place: &str, into: &mut Statements) {
    if let [known, any] = choices
        && known.get("enum").is_some()
    {
        collect(known, place, into);
        collect(any, place, into);
        into.insert(format!("{place}/open"), true.into());
        return;
    }
    let (null, others): (Vec<&Value>, Vec<&Value>) =
        choices.iter().partition(|choice| choice["type"] == "null");
    if !null.is_empty() {
        into.insert(format!("{place}/nullable"), true.into());
    }
    if let [only] = others.as_slice() {
        return collect(only, place, into);
    }
    for choice in others {
        let reference = choice.get("$ref").and_then(Value::as_str).map(name_in);
        let kind = choice.pointer("/properties/type/const").and_then(Value::as_str).or(reference);
        let says = reference.map_or_else(|| choice.clone(), Value::from);
        into.insert(format!("{place}/kinds/{}", kind.unwrap_or("another")), says);
    }
}
