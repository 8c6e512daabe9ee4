//! A schema of OpenAPI 3.0 or 3.1, read into one form. Here the two versions meet.

use crate::document::{Document, Place, Pointer};
use crate::node::Node;

/// What a schema says, whichever version it is written in.
#[derive(Debug)]
pub(crate) struct Schema<'d> {
    /// Where it stands.
    pub(crate) pointer: Pointer,
    place: Place<'d>,
    /// The types that it names, without `null`.
    pub(crate) types: Vec<&'d str>,
    /// Whether the schema itself, not what it refers to, allows `null`.
    pub(crate) allows_null: bool,
    /// The values that it lists, without `null`; a constant counts as a list of one.
    pub(crate) values: Vec<&'d Node>,
}

impl<'d> Schema<'d> {
    /// Reads a schema.
    pub(crate) fn new(place: Place<'d>) -> Self {
        let named = place.node.get("type");
        let types: Vec<&str> = match named {
            Some(Node::List(several)) => several.iter().filter_map(Node::as_text).collect(),
            Some(name) => name.as_text().into_iter().collect(),
            None => Vec::new(),
        };
        let values: Vec<&Node> = match (place.node.get("enum"), place.node.get("const")) {
            (Some(list), _) => list.items().iter().collect(),
            (None, Some(constant)) => vec![constant],
            (None, None) => Vec::new(),
        };
        Self {
            pointer: place.pointer.clone(),
            allows_null: place.node.get("nullable").is_some_and(Node::is_true)
                || types.contains(&"null")
                || values.contains(&&Node::Null),
            types: types.into_iter().filter(|name| *name != "null").collect(),
            values: values.into_iter().filter(|value| **value != Node::Null).collect(),
            place,
        }
    }

    /// What it refers to, if it is a reference.
    pub(crate) fn reference(&self) -> Option<&'d str> {
        self.text("$ref")
    }

    /// A member that is text.
    pub(crate) fn text(&self, member: &str) -> Option<&'d str> {
        self.place.node.get(member).and_then(Node::as_text)
    }

    /// What it describes, in words.
    pub(crate) fn description(&self) -> Option<&'d str> {
        self.text("description").filter(|text| !text.trim().is_empty())
    }

    /// A member of any form, such as an extension.
    pub(crate) fn member(&self, name: &str) -> Option<&'d Node> {
        self.place.node.get(name)
    }

    /// The schemas in a member that is a list of them: `allOf`, `oneOf`, `anyOf`.
    pub(crate) fn list(&self, member: &str) -> Vec<Schema<'d>> {
        self.place.member(member).map(|list| list.items().map(Schema::new).collect()).unwrap_or_default()
    }

    /// The properties of an object, in the order of the document.
    pub(crate) fn properties(&self) -> Vec<(&'d str, Schema<'d>)> {
        let properties = self.place.member("properties");
        properties
            .map(|members| members.members().map(|(name, place)| (name, Schema::new(place))).collect())
            .unwrap_or_default()
    }

    /// The names of the properties that are always there.
    pub(crate) fn required(&self) -> impl Iterator<Item = &'d str> {
        self.member("required").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_text)
    }

    /// The schema of the items of an array.
    pub(crate) fn items(&self) -> Option<Schema<'d>> {
        self.place.member("items").map(Schema::new)
    }

    /// The schema of members that are not listed as properties, unless it is a mere yes or no.
    pub(crate) fn additional_properties(&self) -> Option<Schema<'d>> {
        let additional = self.place.member("additionalProperties")?;
        (!additional.node.members().is_empty()).then(|| Schema::new(additional))
    }

    /// Whether it says nothing about the form of a value: no type, no values, no parts.
    pub(crate) fn is_unconstrained(&self) -> bool {
        self.types.is_empty()
            && self.values.is_empty()
            && ["$ref", "properties", "additionalProperties", "items", "allOf", "oneOf", "anyOf"]
                .iter()
                .all(|member| self.member(member).is_none())
    }

    /// Whether it allows nothing but `null`.
    pub(crate) fn is_null(&self) -> bool {
        self.allows_null
            && self.types.is_empty()
            && self.values.is_empty()
            && self.reference().is_none()
            && self.member("nullable").is_none()
    }

    /// Whether `null` is allowed, here or by what it refers to.
    pub(crate) fn is_nullable(&self, document: &Document) -> bool {
        self.is_nullable_within(document, 16)
    }

    fn is_nullable_within(&self, document: &Document, depth: usize) -> bool {
        if self.allows_null || depth == 0 {
            return self.allows_null;
        }
        let target = self.reference().and_then(|reference| document.follow(reference)).map(Schema::new);
        let parts = self.list("allOf");
        let choices = self.list("oneOf").into_iter().chain(self.list("anyOf"));
        target.is_some_and(|target| target.is_nullable_within(document, depth - 1))
            || matches!(parts.as_slice(), [only] if only.is_nullable_within(document, depth - 1))
            || choices.into_iter().any(|choice| choice.is_nullable_within(document, depth - 1))
    }
}
