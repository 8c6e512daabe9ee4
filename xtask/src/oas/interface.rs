//! What a document offers: servers, security schemes, operations, schemas, each as facts that can be compared.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::Document;
use super::fact::{Fact, Item};
use super::schema::{self, list, members, text};

/// How many references may lead to references.
const DEPTH_LIMIT: usize = 16;
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What a document offers.
#[derive(Debug)]
pub(crate) struct Interface {
    /// What one can call, under method and path, as the service tells paths apart: without regard to case and to the
    /// names of their parameters.
    pub(crate) operations: BTreeMap<String, Item>,
    /// What is sent and answered, by name.
    pub(crate) schemas: BTreeMap<String, Item>,
    /// How callers prove who they are, by name.
    pub(crate) security_schemes: BTreeMap<String, Item>,
    /// Where the API stands.
    pub(crate) servers: BTreeMap<String, Item>,
}

impl Interface {
    /// Reads a document, with its descriptions or without.
    pub(crate) fn of(document: &Document, with_descriptions: bool) -> Self {
        let reader = Reader { document: &document.content, with_descriptions };
        Self {
            operations: reader.operations(),
            schemas: reader.schemas(),
            security_schemes: reader.security_schemes(),
            servers: reader.servers(),
        }
    }
}

/// Reads one document.
pub(crate) struct Reader<'d> {
    document: &'d Value,
    with_descriptions: bool,
}

impl<'d> Reader<'d> {
    /// What a reference leads to; the node itself when it is none, or leads nowhere in this document.
    pub(crate) fn follow(&self, node: &'d Value) -> &'d Value {
        let mut node = node;
        for _ in 0..DEPTH_LIMIT {
            match self.target(node) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }

    fn target(&self, node: &Value) -> Option<&'d Value> {
        self.document.pointer(text(node, "$ref")?.strip_prefix('#')?)
    }

    /// Whether a reference leads to a schema that is there only for others to be made of.
    pub(crate) fn is_internal(&self, reference: &str) -> bool {
        let target = reference.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
        target.is_some_and(is_internal)
    }

    /// The description, if descriptions count.
    pub(crate) fn prose(&self, node: &Value) -> Option<Fact> {
        let description = text(node, "description").filter(|_| self.with_descriptions)?;
        Some(Fact::Prose(description.trim().replace("\r\n", "\n")))
    }

    fn operations(&self) -> BTreeMap<String, Item> {
        let mut operations = BTreeMap::new();
        for (path, path_item) in members(self.document, "paths") {
            let path_item = self.follow(path_item);
            for method in METHODS {
                if let Some(operation) = path_item.get(method) {
                    let name = format!("{} {path}", method.to_uppercase());
                    let key = format!("{} {method}", route(path));
                    operations.insert(key, self.operation(name, path_item, operation));
                }
            }
        }
        operations
    }

    fn operation(&self, name: String, path_item: &'d Value, operation: &'d Value) -> Item {
        let mut item = Item::new(name);
        item.say(
            "deprecated",
            (operation.get("deprecated") == Some(&Value::Bool(true))).then_some(Fact::Yes),
        );
        item.say("security", Some(Fact::word(self.security(operation))));
        item.say("description", self.prose(operation));
        let mut position_in_path = 0;
        for parameter in list(path_item, "parameters").iter().chain(list(operation, "parameters")) {
            let parameter = self.follow(parameter);
            let mut part = self.parameter(parameter);
            if text(parameter, "in") == Some("path") {
                part.say("name", text(parameter, "name").map(Fact::word));
                position_in_path += 1;
                item.parts.insert(format!("{position_in_path}"), part);
            } else {
                item.add(part);
            }
        }
        if let Some(body) = operation.get("requestBody") {
            item.add(self.body("body", self.follow(body)));
        }
        for (status, response) in members(operation, "responses") {
            item.add(self.body(&format!("response {status}"), self.follow(response)));
        }
        item
    }

    fn security(&self, operation: &Value) -> String {
        let absent = Value::Null;
        let wanted = operation.get("security").or_else(|| self.document.get("security")).unwrap_or(&absent);
        let choices: Vec<String> = wanted
            .as_array()
            .into_iter()
            .flatten()
            .map(|together| {
                let names: Vec<&str> =
                    together.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                if names.is_empty() { "nothing".to_owned() } else { names.join(" and ") }
            })
            .collect();
        if choices.is_empty() { "nothing".to_owned() } else { choices.join(", or ") }
    }

    fn parameter(&self, parameter: &'d Value) -> Item {
        let place = text(parameter, "in").unwrap_or("unknown");
        let mut item =
            Item::new(format!("{place} parameter `{}`", text(parameter, "name").unwrap_or_default()));
        if let Some(schema) = parameter.get("schema") {
            schema::describe(&mut item, schema, self);
        }
        item.say("required", (parameter.get("required") == Some(&Value::Bool(true))).then_some(Fact::Yes));
        item.say(
            "deprecated",
            (parameter.get("deprecated") == Some(&Value::Bool(true))).then_some(Fact::Yes),
        );
        item.say("description", self.prose(parameter));
        item
    }

    /// What is sent or answered.
    fn body(&self, name: &str, body: &'d Value) -> Item {
        let mut item = Item::new(name);
        item.say("required", (body.get("required") == Some(&Value::Bool(true))).then_some(Fact::Yes));
        item.say("description", self.prose(body));
        for (name, header) in members(body, "headers") {
            let header = self.follow(header);
            let mut part = Item::new(format!("header `{name}`"));
            if let Some(schema) = header.get("schema") {
                schema::describe(&mut part, schema, self);
            }
            part.say("description", self.prose(header));
            item.parts.insert(format!("header {}", name.to_lowercase()), part);
        }
        for (media_type, content) in members(body, "content") {
            let mut part = Item::new(media_type);
            match content.get("schema").filter(|schema| !schema::is_bytes(schema)) {
                Some(schema) => schema::describe(&mut part, schema, self),
                None => part.say("type", Some(Fact::word("bytes"))),
            }
            item.add(part);
        }
        item
    }

    fn schemas(&self) -> BTreeMap<String, Item> {
        members(&self.document["components"], "schemas")
            .filter(|(_, schema)| !is_internal(schema))
            .map(|(name, schema)| {
                let mut item = Item::new(name);
                schema::describe(&mut item, schema, self);
                (name.clone(), item)
            })
            .collect()
    }

    fn security_schemes(&self) -> BTreeMap<String, Item> {
        members(&self.document["components"], "securitySchemes")
            .map(|(name, scheme)| {
                let scheme = self.follow(scheme);
                let mut item = Item::new(name);
                for keyword in ["type", "scheme", "in", "name", "bearerFormat", "openIdConnectUrl"] {
                    item.say(keyword, text(scheme, keyword).map(Fact::word));
                }
                item.say("description", self.prose(scheme));
                (name.clone(), item)
            })
            .collect()
    }

    fn servers(&self) -> BTreeMap<String, Item> {
        list(self.document, "servers")
            .iter()
            .filter_map(|server| {
                let url = text(server, "url")?;
                let mut item = Item::new(url);
                item.say("description", self.prose(server));
                Some((url.trim_end_matches('/').to_owned(), item))
            })
            .collect()
    }
}

fn is_internal(schema: &Value) -> bool {
    schema.get("x-internal") == Some(&Value::Bool(true))
}

/// A path as the service tells it apart from others.
fn route(path: &str) -> String {
    let segments: Vec<String> = path
        .trim_end_matches('/')
        .split('/')
        .map(|segment| if segment.starts_with('{') { "{}".to_owned() } else { segment.to_lowercase() })
        .collect();
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_the_service_does_not_tell_apart_are_one() {
        assert_eq!(route("/directHarvest/{evidenceCode}/"), route("/directharvest/{name}"));
        assert_ne!(route("/evidence/{id}"), route("/evidence/status"));
    }
}
