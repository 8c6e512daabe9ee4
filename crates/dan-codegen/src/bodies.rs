//! The JSON that operations take and give, where its schema stands in the operation and not under a name of its own.

use crate::document::{Document, Place};
use crate::names::type_name;
use crate::node::Node;

/// The methods that a path may have.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The schemas of all bodies, each with the name that its type shall have.
pub(crate) fn schemas(document: &Document) -> Vec<(String, Place<'_>)> {
    let mut found = Vec::new();
    for (name, body) in document.members_at(&["components", "requestBodies"]) {
        found.extend(json_schema(&body).map(|schema| (type_name(name), schema)));
    }
    for (name, response) in document.members_at(&["components", "responses"]) {
        found.extend(json_schema(&response).map(|schema| (type_name(name), schema)));
    }
    for (path, item) in document.members_at(&["paths"]) {
        for (method, operation) in item.members().filter(|(name, _)| METHODS.contains(name)) {
            let id = operation.node.get("operationId").and_then(Node::as_text);
            let name = type_name(id.unwrap_or(&format!("{method} {path}")));
            add_operation(&mut found, &name, &operation);
        }
    }
    found
}

fn add_operation<'d>(found: &mut Vec<(String, Place<'d>)>, name: &str, operation: &Place<'d>) {
    let request = operation.member("requestBody").and_then(|body| json_schema(&body));
    found.extend(request.map(|schema| (format!("{name}Request"), schema)));
    let responses = operation.member("responses");
    for (status, response) in responses.iter().flat_map(Place::members) {
        let suffix = if status.starts_with('2') { String::new() } else { type_name(&format!("on {status}")) };
        found.extend(json_schema(&response).map(|schema| (format!("{name}Response{suffix}"), schema)));
    }
}

/// The schema of a body's JSON form. A body that is a mere reference has none here.
fn json_schema<'d>(body: &Place<'d>) -> Option<Place<'d>> {
    let content = body.member("content")?;
    let mut forms = content.members();
    let (_, form) = forms.find(|(media_type, _)| is_json(media_type))?;
    form.member("schema")
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}
