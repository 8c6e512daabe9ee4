//! What the members of an object in a document are: keywords of the specification, names, or data of the API.

use serde_json::Value;

/// Keywords whose members are names.
const HOLD_NAMES: [&str; 20] = [
    "$defs",
    "callbacks",
    "content",
    "definitions",
    "dependentSchemas",
    "encoding",
    "examples",
    "headers",
    "links",
    "mapping",
    "parameters",
    "pathItems",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
    "variables",
];

/// Keywords whose value is data of the API.
const HOLD_DATA: [&str; 5] = ["const", "default", "enum", "example", "value"];

/// What the members of an object are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Members {
    /// Keywords of the specification, such as `type`.
    Keywords,
    /// Names, such as those of properties.
    Names,
    /// Data of the API: whatever it likes.
    Data,
}

impl Members {
    /// What the members of a member are, or those of its items.
    pub(crate) fn below(self, name: &str, member: &Value) -> Self {
        match self {
            Self::Data => Self::Data,
            Self::Keywords if HOLD_DATA.contains(&name) || name.starts_with("x-") => Self::Data,
            Self::Keywords if name == "examples" && member.is_array() => Self::Data,
            // `parameters`, say, are names with what they stand for, or a list without names.
            Self::Keywords if HOLD_NAMES.contains(&name) && member.is_object() => Self::Names,
            Self::Names | Self::Keywords => Self::Keywords,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keywords_names_and_data_are_told_apart() {
        let (object, list) = (json!({}), json!([]));
        for (members, name, member, below) in [
            (Members::Keywords, "schema", &object, Members::Keywords),
            (Members::Keywords, "properties", &object, Members::Names),
            (Members::Names, "default", &object, Members::Keywords),
            (Members::Keywords, "default", &object, Members::Data),
            (Members::Data, "properties", &object, Members::Data),
            (Members::Keywords, "parameters", &list, Members::Keywords),
            (Members::Keywords, "examples", &object, Members::Names),
            (Members::Keywords, "examples", &list, Members::Data),
            (Members::Keywords, "x-own", &object, Members::Data),
        ] {
            assert_eq!(members.below(name, member), below, "{members:?} {name}");
        }
    }
}
