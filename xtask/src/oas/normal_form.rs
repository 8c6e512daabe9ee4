//! The normal form of a document: equal documents give equal text, whatever order and spacing they came in.
//!
//! Keywords stand in the order in which the specification explains them, and names (paths, schemas, properties, status
//! codes) in alphabetical order.

use serde_json::{Map, Value};

use super::layout::Tree;
use super::members::Members;

/// The keywords in their order. Others follow, extensions last.
const KEYWORDS: &str = "$ref openapi swagger info jsonSchemaDialect $id $schema operationId name in url title version \
    type format scheme bearerFormat summary description termsOfService contact license email \
    externalDocs servers variables security tags deprecated required nullable readOnly writeOnly style explode \
    allowReserved allowEmptyValue const enum default multipleOf minimum exclusiveMinimum maximum exclusiveMaximum \
    minLength maxLength pattern minItems maxItems uniqueItems minProperties maxProperties \
    allOf oneOf anyOf not discriminator propertyName mapping \
    parameters get put post delete options head patch trace requestBody responses headers content schema \
    items prefixItems properties patternProperties additionalProperties propertyNames \
    example examples value externalValue encoding links callbacks \
    paths webhooks components securitySchemes requestBodies pathItems schemas";

/// The text of a document in normal form.
pub(crate) fn text(document: &Value) -> String {
    tree(document, Members::Keywords).to_text()
}

fn tree(value: &Value, members: Members) -> Tree {
    match value {
        Value::Array(items) => Tree::List(items.iter().map(|item| tree(item, members)).collect()),
        Value::Object(object) => Tree::Object(
            ordered(object, members)
                .into_iter()
                .map(|(name, value)| (name.clone(), tree(value, members.below(name, value))))
                .collect(),
        ),
        scalar => Tree::Scalar(scalar.to_string()),
    }
}

fn ordered(object: &Map<String, Value>, members: Members) -> Vec<(&String, &Value)> {
    let mut entries: Vec<(&String, &Value)> = object.iter().collect();
    entries.sort_by_key(|(name, _)| {
        let rank = if members == Members::Keywords { rank(name) } else { 0 };
        (rank, name.as_str())
    });
    entries
}

fn rank(keyword: &str) -> usize {
    if keyword.starts_with("x-") {
        return usize::MAX;
    }
    KEYWORDS.split_whitespace().position(|known| known == keyword).unwrap_or(usize::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_and_spacing_do_not_matter() {
        let one = json!({ "openapi": "3.0.1", "paths": {}, "info": { "version": "1", "title": "A" } });
        let other: Value =
            serde_json::from_str(r#"{"info":{"title":"A","version":"1"},"paths":{},"openapi":"3.0.1"}"#)
                .unwrap();
        assert_eq!(text(&one), text(&other));
    }

    #[test]
    fn keywords_stand_in_the_order_of_the_specification_and_names_in_that_of_the_alphabet() {
        let document = json!({
            "components": { "schemas": {
                "Unit": {
                    "x-note": "n",
                    "properties": {
                        "type": { "description": "A field that is called as a keyword is.", "type": "string" },
                        "name": { "default": { "type": 1, "description": 2 }, "nullable": true, "type": "object", "strange": 1 }
                    },
                    "required": ["type"],
                    "description": "A unit, with a description that is long enough for the object to take more than a line.",
                    "type": "object"
                },
                "Address": { "type": "string" }
            } },
            "paths": { "/b": { "post": {}, "get": {}, "parameters": [] }, "/a": {} },
            "info": {},
            "openapi": "3.0.1"
        });
        insta::assert_snapshot!(text(&document), @r#"
        {
          "openapi": "3.0.1",
          "info": {},
          "paths": { "/a": {}, "/b": { "parameters": [], "get": {}, "post": {} } },
          "components": {
            "schemas": {
              "Address": { "type": "string" },
              "Unit": {
                "type": "object",
                "description": "A unit, with a description that is long enough for the object to take more than a line.",
                "required": ["type"],
                "properties": {
                  "name": { "type": "object", "nullable": true, "default": { "description": 2, "type": 1 }, "strange": 1 },
                  "type": { "type": "string", "description": "A field that is called as a keyword is." }
                },
                "x-note": "n"
              }
            }
          }
        }
        "#);
    }
}
