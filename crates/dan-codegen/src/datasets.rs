//! From the metadata of datasets to types.

use crate::CodegenError;
use crate::document::{Document, Place, Pointer};
use crate::names::{Namespace, field_name, type_name};
use crate::node::Node;
use crate::reader::Reader;
use crate::representation::{
    Dataset, Field, Form, Model, Parameter, Presence, Privacy, Shape, Type, TypeDefinition,
};
use crate::schema::Schema;

/// The name by which most sources call the one JSON document of a dataset.
const DOCUMENT: &str = "default";

/// Where `NJsonSchema`, which makes the schemas, puts the types that others refer to; by the draft.
const DEFINITIONS: [&str; 2] = ["definitions", "$defs"];

/// Reads datasets out of the service's metadata: what `/public/metadata/evidencecodes` gives, or one dataset of it.
///
/// # Errors
///
/// When the metadata is none, or lacks one of the names. One that is given twice counts once.
pub(crate) fn read(metadata: &str, names: &[&str]) -> Result<(Model, Vec<Dataset>), CodegenError> {
    let metadata: Node = serde_json::from_str(metadata).map_err(CodegenError::Json)?;
    let listed = match &metadata {
        Node::List(datasets) => datasets.iter().collect(),
        one => vec![one],
    };
    if let Some(foreign) = listed.iter().position(|dataset| name_of(dataset).is_none()) {
        return Err(CodegenError::Metadata(foreign));
    }
    let once = names.iter().enumerate().filter(|(index, name)| !names[..*index].contains(name));
    let chosen: Vec<(&str, &Node)> = once
        .map(|(_, name)| {
            let found = listed.iter().find(|dataset| name_of(dataset) == Some(name));
            found.map(|dataset| (*name, *dataset)).ok_or_else(|| CodegenError::UnknownDataset {
                name: (*name).to_owned(),
                known: listed.iter().copied().filter_map(name_of).map(str::to_owned).collect(),
            })
        })
        .collect::<Result<_, _>>()?;
    let document = Document::of(Node::Object(
        chosen.iter().map(|(name, dataset)| ((*name).to_owned(), schemas_of(name, dataset))).collect(),
    ));
    let mut reader = Reader::of_datasets(&document);
    let datasets =
        chosen.iter().map(|(name, dataset)| define(&mut reader, &document, name, dataset)).collect();
    Ok((reader.finish(), datasets))
}

fn name_of(dataset: &Node) -> Option<&str> {
    dataset.get("evidenceCodeName").and_then(Node::as_text)
}

fn values_of(dataset: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let values = dataset.get("values").map(Node::items).unwrap_or_default();
    values.iter().filter_map(|value| Some((value.get("evidenceValueName")?.as_text()?, value)))
}

/// The JSON Schemas of a dataset's values, by the names of the values. What is no JSON is left out.
fn schemas_of(dataset_name: &str, dataset: &Node) -> Node {
    let schemas = values_of(dataset).filter_map(|(name, value)| {
        let text = value.get("jsonSchemaDefintion")?.as_text()?;
        let mut schema: Node = serde_json::from_str(text).ok()?;
        rebase(&mut schema, &pointer_of(dataset_name, name).to_string());
        Some((name.to_owned(), schema))
    });
    Node::Object(schemas.collect())
}

fn pointer_of(dataset_name: &str, value_name: &str) -> Pointer {
    Pointer::root().child(dataset_name).child(value_name)
}

/// References are meant from the root of their schema, which stands below others here.
fn rebase(node: &mut Node, root: &str) {
    match node {
        Node::Object(members) => {
            for (name, member) in members {
                match member {
                    Node::Text(reference) if name == "$ref" && reference.starts_with('#') => {
                        *reference = format!("{root}{}", &reference[1..]);
                    }
                    member => rebase(member, root),
                }
            }
        }
        Node::List(items) => items.iter_mut().for_each(|item| rebase(item, root)),
        _ => {}
    }
}

/// Adds the types of a dataset.
fn define<'d>(reader: &mut Reader<'d>, document: &'d Document, name: &str, dataset: &Node) -> Dataset {
    let position = reader.len();
    let type_of_dataset = reader.name(&type_name(name));
    let values: Vec<(&str, &Node)> = values_of(dataset).collect();
    let form = form_of(&values, document, name);
    if let (Form::Document, Some(place)) = (form, schema_place(document, name, DOCUMENT)) {
        define_schema(reader, &place, &type_of_dataset, &type_of_dataset);
        let description = description_of(dataset);
        if let Some(definition) = reader.definition(&type_of_dataset) {
            definition.description = Some(description);
        }
    } else {
        let mut fields = Fields { namespace: Namespace::fields(), fields: Vec::new() };
        for (value_name, value) in values.iter().filter(|_| form == Form::Values) {
            let (value_type, presence) =
                value_type(reader, document, &type_of_dataset, (name, value_name), value);
            fields.add(value_name, value, value_type, presence);
        }
        reader.define_type(
            position,
            TypeDefinition {
                name: type_of_dataset.clone(),
                description: Some(description_of(dataset)),
                pointer: Pointer::root().child(name),
                shape: Shape::Struct(fields.fields),
            },
        );
    }
    Dataset {
        name: name.to_owned(),
        parameters_name: reader.name(&format!("{type_of_dataset}Parameters")),
        definition: type_of_dataset,
        form,
        parameters: parameters_of(dataset),
    }
}

/// How the values become one type.
fn form_of(values: &[(&str, &Node)], document: &Document, name: &str) -> Form {
    if values.iter().any(|(_, value)| text_of(value, "valueType") == Some("binary")) {
        return Form::Bytes;
    }
    match values {
        [(DOCUMENT, only)] if text_of(only, "valueType") == Some("jsonSchema") => {
            let schema = schema_place(document, name, DOCUMENT).map(Schema::new);
            let is_object = schema.is_some_and(|schema| !schema.properties().is_empty());
            if is_object { Form::Document } else { Form::Values }
        }
        _ => Form::Values,
    }
}

/// Where the schema of a value stands, if it has one.
fn schema_place<'d>(document: &'d Document, dataset_name: &str, value_name: &str) -> Option<Place<'d>> {
    document.place(&[dataset_name, value_name])
}

/// Adds the type of a schema, and those that it defines for itself, which bear the dataset's name before their own.
fn define_schema<'d>(reader: &mut Reader<'d>, place: &Place<'d>, prefix: &str, name: &str) {
    reader.register(&place.pointer, name);
    let definitions: Vec<(&str, Place<'_>)> = DEFINITIONS
        .iter()
        .filter_map(|member| place.member(member))
        .flat_map(|found| found.members())
        .collect();
    for (own_name, definition) in &definitions {
        let given = reader.name(&format!("{prefix}{}", type_name(own_name)));
        reader.register(&definition.pointer, &given);
    }
    reader.define_component(&Schema::new(place.clone()));
    for (_, definition) in definitions {
        reader.define_component(&Schema::new(definition));
    }
}

/// The type of a value. Documents and files may come more than once.
fn value_type<'d>(
    reader: &mut Reader<'d>,
    document: &'d Document,
    prefix: &str,
    (dataset_name, value_name): (&str, &str),
    value: &Node,
) -> (Type, Presence) {
    let scalar = match text_of(value, "valueType") {
        Some("boolean") => Type::Boolean,
        Some("number") => Type::Number,
        Some("string" | "uri") => Type::Text,
        Some("dateTime") => Type::Timestamp,
        Some("amount") => Type::Amount,
        Some("attachment") => return (Type::List(Box::new(Type::Text)), Presence::Several),
        Some("jsonSchema") => {
            let Some(place) = schema_place(document, dataset_name, value_name) else {
                let lost = "the value has no JSON Schema that can be read; read as any JSON";
                reader.warn(&pointer_of(dataset_name, value_name), lost);
                return (Type::List(Box::new(Type::Json)), Presence::Several);
            };
            let name = reader.name(&format!("{prefix}{}", type_name(value_name)));
            define_schema(reader, &place, prefix, &name);
            return (Type::List(Box::new(Type::Named(name))), Presence::Several);
        }
        _ => Type::Json,
    };
    (scalar, Presence::Optional)
}

/// The fields of a dataset.
struct Fields {
    namespace: Namespace,
    fields: Vec<Field>,
}

impl Fields {
    /// Adds a value, unless the metadata lists its name twice.
    fn add(&mut self, wire_name: &str, value: &Node, value_type: Type, presence: Presence) {
        if self.fields.iter().any(|field| field.wire_name == wire_name) {
            return;
        }
        self.fields.push(Field {
            name: self.namespace.give(&field_name(wire_name), "_field"),
            wire_name: wire_name.to_owned(),
            description: text_of(value, "description")
                .filter(|text| !text.trim().is_empty())
                .map(str::to_owned),
            default: None,
            presence,
            privacy: Privacy::of_data(&value_type),
            value: value_type,
        });
    }
}

fn parameters_of(dataset: &Node) -> Vec<Parameter> {
    let mut namespace = Namespace::fields();
    let parameters = dataset.get("parameters").map(Node::items).unwrap_or_default();
    parameters
        .iter()
        .filter_map(|parameter| {
            let wire_name = text_of(parameter, "evidenceParamName")?;
            Some(Parameter {
                name: namespace.give(&field_name(wire_name), "_parameter"),
                wire_name: wire_name.to_owned(),
                is_required: parameter.get("required").is_some_and(Node::is_true),
                value: match text_of(parameter, "paramType") {
                    Some("boolean") => Type::Boolean,
                    Some("number") => Type::Number,
                    Some("dateTime") => Type::Timestamp,
                    _ => Type::Text,
                },
            })
        })
        .collect()
}

/// What the dataset holds, and what is to be known about it.
fn description_of(dataset: &Node) -> String {
    let name = name_of(dataset).unwrap_or_default();
    let mut text =
        text_of(dataset, "description").map_or_else(|| format!("The dataset `{name}`."), str::to_owned);
    if let Some(warning) = text_of(dataset, "deprecationWarning") {
        text += &format!("\n\nDeprecated: {warning}");
    }
    text
}

fn text_of<'n>(node: &'n Node, member: &str) -> Option<&'n str> {
    node.get(member).and_then(Node::as_text)
}
