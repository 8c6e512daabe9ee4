//! From schemas to types: which there are, what they are called, and what refers to what.

mod fields;
mod shape;

use std::collections::BTreeMap;

use crate::document::{Document, Pointer};
use crate::names::{Namespace, type_name};
use crate::node::Node;
use crate::representation::{Model, Shape, Type, TypeDefinition, Warnings};
use crate::schema::Schema;
use crate::{bodies, cycles, unions};

/// How deep schemas may nest without a name of their own, and references may lead to references.
const DEPTH_LIMIT: usize = 64;

/// Reads all schemas under the document's components, and those of the bodies of its operations.
pub(crate) fn read(document: &Document) -> Model {
    let mut reader = Reader::new(document);
    for (name, place) in document.schemas() {
        if !is_internal(&Schema::new(place.clone())) {
            let name = reader.name(&type_name(name));
            reader.register(&place.pointer, &name);
        }
    }
    for (_, place) in document.schemas() {
        reader.define_component(&Schema::new(place));
    }
    for (name, place) in bodies::schemas(document) {
        reader.define_body(&Schema::new(place), &name);
    }
    reader.finish()
}

/// Whether a schema is only there for other schemas to be made of.
fn is_internal(schema: &Schema<'_>) -> bool {
    schema.member("x-internal").is_some_and(Node::is_true)
}

/// Makes types of schemas, one after the other.
pub(crate) struct Reader<'d> {
    document: &'d Document,
    /// The Rust names of the components, and of what else is referred to, by where they stand.
    components: BTreeMap<String, String>,
    namespace: Namespace,
    types: Vec<TypeDefinition>,
    warnings: Warnings,
    depth: usize,
    /// Whether the schemas are of harvested data: it is only read, so that null and absence may be one, and it is about
    /// somebody.
    is_data: bool,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self {
            document,
            components: BTreeMap::new(),
            namespace: Namespace::types(),
            types: Vec::new(),
            warnings: Warnings::default(),
            depth: 0,
            is_data: false,
        }
    }

    /// For the schemas of harvested data.
    pub(crate) fn of_datasets(document: &'d Document) -> Self {
        Self { is_data: true, ..Self::new(document) }
    }

    /// How many types there are.
    pub(crate) fn len(&self) -> usize {
        self.types.len()
    }

    /// A name for a type, like the given.
    pub(crate) fn name(&mut self, name: &str) -> String {
        self.namespace.give(name, "Model")
    }

    /// The schema at this place has a type of this name.
    pub(crate) fn register(&mut self, pointer: &Pointer, name: &str) {
        self.components.insert(pointer.to_string(), name.to_owned());
    }

    /// Adds a type that comes from no schema.
    pub(crate) fn define_type(&mut self, position: usize, definition: TypeDefinition) {
        self.types.insert(position, definition);
    }

    /// The type of a name, to be changed.
    pub(crate) fn definition(&mut self, name: &str) -> Option<&mut TypeDefinition> {
        self.types.iter_mut().find(|definition| definition.name == name)
    }

    /// Tells what is lost at a place.
    pub(crate) fn warn(&mut self, pointer: &Pointer, lost: &str) {
        self.warnings.add(pointer, lost);
    }

    /// All types, with what concerns several of them settled.
    pub(crate) fn finish(self) -> Model {
        let (title, version) =
            if self.is_data { ("the datasets' schemas", "") } else { self.document.info() };
        let mut model = Model {
            title: title.to_owned(),
            version: version.to_owned(),
            types: self.types,
            warnings: self.warnings,
        };
        cycles::break_aliases(&mut model);
        unions::settle(&mut model);
        cycles::box_fields(&mut model);
        model
    }

    /// Adds the type of a schema that has a name already.
    pub(crate) fn define_component(&mut self, schema: &Schema<'d>) {
        let Some(name) = self.components.get(&schema.pointer.to_string()).cloned() else { return };
        let position = self.types.len();
        let shape = self.shape(schema, &name);
        self.define(position, name, schema, shape);
    }

    /// A body gets a type when it needs one. What is lost of a body without a type is no loss.
    fn define_body(&mut self, schema: &Schema<'d>, name: &str) {
        let (types, warnings) = (self.types.len(), self.warnings.0.len());
        self.type_of(schema, name);
        if self.types.len() == types {
            self.warnings.0.truncate(warnings);
        }
    }

    /// Puts a type before those that were found inside it.
    fn define(&mut self, position: usize, name: String, schema: &Schema<'d>, shape: Shape) {
        let description = schema.description().or_else(|| schema.text("title")).map(str::to_owned);
        self.types
            .insert(position, TypeDefinition { name, description, pointer: schema.pointer.clone(), shape });
    }

    /// The type of a schema. A schema that needs a type of its own gets one, under a name like the given.
    fn type_of(&mut self, schema: &Schema<'d>, name: &str) -> Type {
        if self.depth == DEPTH_LIMIT {
            return self.any_json(&schema.pointer, "the schema nests too deeply");
        }
        self.depth += 1;
        let position = self.types.len();
        let value = match self.shape(schema, name) {
            Shape::Alias(value) => value,
            shape => {
                let name = self.namespace.give(name, "Model");
                self.define(position, name.clone(), schema, shape);
                Type::Named(name)
            }
        };
        self.depth -= 1;
        value
    }

    fn referred(&mut self, schema: &Schema<'d>, reference: &str, name: &str) -> Type {
        let Some(place) = self.document.follow(reference) else {
            let lost =
                format!("the reference {reference:?} leads nowhere in this document; read as any JSON");
            return self.any_json(&schema.pointer, lost);
        };
        if let Some(component) = self.components.get(&place.pointer.to_string()) {
            return Type::Named(component.clone());
        }
        self.referred_within(&Schema::new(place), name)
    }

    /// The type of a schema that is referred to and is no component. It gets its name first, since it may refer to
    /// itself.
    fn referred_within(&mut self, schema: &Schema<'d>, name: &str) -> Type {
        let pointer = schema.pointer.to_string();
        let name = self.namespace.give(name, "Model");
        self.components.insert(pointer.clone(), name.clone());
        let position = self.types.len();
        let shape = self.shape(schema, &name);
        let refers_to_itself = |value: &Type| {
            let inner = self.types[position..].iter();
            value.named() == Some(&name) || inner.flat_map(TypeDefinition::named).any(|other| other == name)
        };
        match shape {
            Shape::Alias(value) if !refers_to_itself(&value) => {
                self.components.remove(&pointer);
                self.namespace.take_back(&name);
                value
            }
            shape => {
                self.define(position, name.clone(), schema, shape);
                Type::Named(name)
            }
        }
    }

    fn any_json(&mut self, pointer: &Pointer, lost: impl Into<String>) -> Type {
        self.warnings.add(pointer, lost);
        Type::Json
    }
}
