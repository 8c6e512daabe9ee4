//! The examples are valid, and there are enough of them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{DOCUMENT, described, schemas};
use crate::walk::{Walk, properties, validator};

#[test]
fn every_example_is_valid_by_its_schema() {
    let mut faults = Vec::new();
    let mut examples = 0;
    for place in described() {
        let validator = validator(place.schema);
        for example in place.examples {
            examples += 1;
            let errors = validator.iter_errors(example);
            faults.extend(
                errors.map(|error| format!("{}: {} at {}", place.pointer, error, error.instance_path())),
            );
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(examples > 50, "{examples} examples were found");
}

/// A schema that is one of several is examined on its own, too.
#[test]
fn every_named_part_of_an_example_is_valid_by_its_own_schema() {
    let faults: Vec<String> = Walk::through_all_examples()
        .values
        .iter()
        .filter(|(name, value)| !validator(&DOCUMENT["components"]["schemas"][name]).is_valid(value))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_wrong_example_is_seen() {
    for (schema, wrong) in [
        (
            "VersionInfo",
            r#"{"name":"Dan.Core","built":"yesterday","commit":"a","commitDate":"2026-02-27T10:02:41"}"#,
        ),
        ("VersionInfo", r#"{"name":"Dan.Core"}"#),
        ("FailureAction", "7"),
        ("EvidenceStatusCode", r#"{"code":1,"description":7}"#),
    ] {
        let wrong: Value = serde_json::from_str(wrong).unwrap();
        assert!(!validator(&DOCUMENT["components"]["schemas"][schema]).is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn every_json_body_has_an_example() {
    let without: Vec<String> = described()
        .into_iter()
        .filter(|place| place.pointer.ends_with("application~1json") && place.examples.is_empty())
        .map(|place| place.pointer)
        .collect();
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn every_field_stands_in_an_example_and_no_other_does() {
    let walk = Walk::through_all_examples();
    let fields: BTreeSet<String> = schemas()
        .flat_map(|(name, schema)| properties(schema).into_iter().map(move |field| format!("{name}.{field}")))
        .collect();
    let missing: Vec<&String> = fields.difference(&walk.fields).collect();
    assert_eq!(missing, Vec::<&String>::new());
    assert_eq!(walk.unknown, BTreeSet::new());
}

#[test]
fn everything_is_described() {
    let mut silent = Vec::new();
    for part in ["paths", "components"] {
        find_silent(&DOCUMENT[part], &format!("/{part}"), &mut silent);
    }
    assert_eq!(silent, Vec::<String>::new());
}

/// Parameters, responses, headers, schemas with a name and fields that are neither described nor mere references.
fn find_silent(node: &Value, pointer: &str, silent: &mut Vec<String>) {
    const TOLD_BY_DESCRIPTION: [&str; 6] =
        ["headers", "parameters", "properties", "responses", "schemas", "securitySchemes"];
    for (name, member) in members(node) {
        let pointer = format!("{pointer}/{name}");
        if TOLD_BY_DESCRIPTION.contains(&name.as_str()) {
            for (name, entry) in members(member) {
                let pointer = format!("{pointer}/{name}");
                if ["$ref", "description"].iter().all(|told_by| entry.get(*told_by).is_none()) {
                    silent.push(pointer.clone());
                }
                find_silent(entry, &pointer, silent);
            }
        } else if !["example", "examples"].contains(&name.as_str()) {
            if ["get", "post", "delete"].contains(&name.as_str()) && member.get("summary").is_none() {
                silent.push(pointer.clone());
            }
            find_silent(member, &pointer, silent);
        }
    }
}

fn members(node: &Value) -> Vec<(String, &Value)> {
    match node {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    }
}
