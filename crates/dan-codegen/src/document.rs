//! The OpenAPI document: its text, its digest, what its references lead to.

use std::fmt;

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use crate::CodegenError;
use crate::node::Node;

/// An OpenAPI document of version 3.0 or 3.1.
#[derive(Debug)]
pub struct Document {
    /// What the document is called in the head of the generated files.
    pub(crate) name: String,
    /// The SHA-256 digest of its bytes, in lower-case hexadecimal.
    pub(crate) digest: String,
    root: Node,
}

impl Document {
    /// Reads a text, JSON or YAML (with the feature `yaml`). The name stands in the head of the generated code.
    ///
    /// # Errors
    ///
    /// When the text is no OpenAPI 3.0 or 3.1 document.
    pub fn parse(text: &str, name: &str) -> Result<Self, CodegenError> {
        let root = parse_node(text)?;
        match root.get("openapi").map(|version| version.as_text().unwrap_or_default()) {
            Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => {}
            Some(version) => return Err(CodegenError::Version(version.to_owned())),
            None => return Err(CodegenError::NoVersion),
        }
        let digest =
            Sha256::digest(text).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Ok(Self { name: name.to_owned(), digest, root })
    }

    /// A document that was put together here.
    pub(crate) fn of(root: Node) -> Self {
        Self { name: String::new(), digest: String::new(), root }
    }

    /// The title and the version of the API.
    pub(crate) fn info(&self) -> (&str, &str) {
        let text = |member| self.root.at(&format!("/info/{member}")).and_then(Node::as_text);
        (text("title").unwrap_or("An API"), text("version").unwrap_or_default())
    }

    /// The schemas under `components`, by name.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&str, Place<'_>)> {
        self.members_at(&["components", "schemas"])
    }

    /// The members of what stands under these names, one within the other.
    pub(crate) fn members_at(&self, path: &[&str]) -> impl Iterator<Item = (&str, Place<'_>)> {
        self.place(path).into_iter().flat_map(|place| place.members())
    }

    /// What stands under these names, one within the other.
    pub(crate) fn place(&self, path: &[&str]) -> Option<Place<'_>> {
        let root = Place { node: &self.root, pointer: Pointer::root() };
        path.iter().try_fold(root, |place, name| place.member(name))
    }

    /// What a reference leads to, if it stays within the document. It is part of an address, so that signs in it may be
    /// percent-encoded.
    pub(crate) fn follow(&self, reference: &str) -> Option<Place<'_>> {
        let pointer = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
        let node = self.root.at(&pointer)?;
        Some(Place { node, pointer: Pointer(format!("#{pointer}")) })
    }
}

/// JSON is nearly YAML, but a JSON reader tells JSON's faults better.
fn parse_node(text: &str) -> Result<Node, CodegenError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(CodegenError::Json);
    }
    #[cfg(feature = "yaml")]
    return serde_saphyr::from_str(text).map_err(|error| CodegenError::Yaml(Box::new(error)));
    #[cfg(not(feature = "yaml"))]
    Err(CodegenError::NotJson)
}

/// A value in the document, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Place<'d> {
    /// The value.
    pub(crate) node: &'d Node,
    /// Where it stands.
    pub(crate) pointer: Pointer,
}

impl<'d> Place<'d> {
    /// A member of the value, if there is one.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        Some(Self { node: self.node.get(name)?, pointer: self.pointer.child(name) })
    }

    /// The members of the value, if it is an object.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'d str, Self)> + use<'d> {
        let pointer = self.pointer.clone();
        self.node
            .members()
            .iter()
            .map(move |(name, node)| (name.as_str(), Self { node, pointer: pointer.child(name) }))
    }

    /// The items of the value, if it is an array.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> {
        self.node
            .items()
            .iter()
            .enumerate()
            .map(|(index, node)| Self { node, pointer: self.pointer.child(&index.to_string()) })
    }
}

/// A JSON pointer in fragment form, such as `#/components/schemas/Evidence`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document.
    pub(crate) fn root() -> Self {
        Self("#".to_owned())
    }

    /// The pointer to a member or an item.
    #[must_use]
    pub(crate) fn child(&self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, name.replace('~', "~0").replace('/', "~1")))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_openapi_3_is_taken() {
        for (text, complaint) in [
            ("{", "not valid JSON"),
            ("a: [", "not valid YAML"),
            ("swagger: '2.0'", "no OpenAPI document"),
            ("openapi: 4.0.0", "not supported"),
            ("openapi: 3", "not supported"),
        ] {
            let error = Document::parse(text, "test").unwrap_err();
            assert!(error.to_string().contains(complaint), "{text}: {error}");
        }
        assert!(Document::parse("openapi: 3.1.0", "test").is_ok());
    }

    #[test]
    fn references_lead_to_places() {
        let document =
            Document::parse(r#"{"openapi":"3.0.3","components":{"schemas":{"a/b":{"type":"string"}}}}"#, "t")
                .unwrap();
        let (name, place) = document.schemas().next().unwrap();
        assert_eq!((name, place.pointer.to_string().as_str()), ("a/b", "#/components/schemas/a~1b"));
        assert_eq!(document.follow("#/components/schemas/a~1b").unwrap().node, place.node);
        assert_eq!(document.follow("#/components/schemas/a%7E1b").unwrap().pointer, place.pointer);
        assert!(document.follow("other.json#/a").is_none());
    }
}
