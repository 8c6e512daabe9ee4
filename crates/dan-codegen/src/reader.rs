//! From schemas to types.

use std::collections::BTreeMap;

use crate::choices::Discriminator;
use crate::composition::{self, Property};
use crate::document::{Document, Pointer};
use crate::names::{Namespace, field_name, type_name};
use crate::node::Node;
use crate::representation::{
    Field, Model, Presence, Privacy, Shape, Type, TypeDefinition, Union, UnionVariant, Variant, Warning,
    Warnings,
};
use crate::schema::Schema;
use crate::{bodies, choices, cycles, unions};

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

    fn shape(&mut self, schema: &Schema<'d>, name: &str) -> Shape {
        if let Some(reference) = schema.reference() {
            return Shape::Alias(self.referred(schema, reference, name));
        }
        if !schema.values.is_empty() {
            return self.listed_values(schema);
        }
        let parts = schema.list("allOf");
        if !parts.is_empty() {
            return self.combined(schema, &parts, name);
        }
        if schema.properties().is_empty() {
            for member in ["oneOf", "anyOf"] {
                let choices = schema.list(member);
                if choices.iter().any(|choice| !choice.is_unconstrained()) {
                    return self.chosen(schema, choices, name);
                }
            }
        }
        self.by_type(schema, name)
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

    fn listed_values(&mut self, schema: &Schema<'d>) -> Shape {
        let texts: Option<Vec<String>> =
            schema.values.iter().map(|value| value.as_text().map(str::to_owned)).collect();
        if let Some(texts) = texts {
            return Shape::TextEnum(variants(schema, texts, |text| type_name(text)));
        }
        let integers: Option<Vec<i64>> = schema.values.iter().map(|value| value.as_integer()).collect();
        if let Some(integers) = integers {
            return Shape::IntegerEnum(variants(schema, integers, |value| integer_variant_name(*value)));
        }
        if schema.values.iter().all(|value| matches!(value, Node::Boolean(_))) {
            return Shape::Alias(Type::Boolean);
        }
        let lost = "the listed values are neither all texts nor all integers; read as any JSON";
        Shape::Alias(self.any_json(&schema.pointer, lost))
    }

    fn combined(&mut self, schema: &Schema<'d>, parts: &[Schema<'d>], name: &str) -> Shape {
        let parts: Vec<&Schema<'d>> = parts.iter().filter(|part| !part.is_unconstrained()).collect();
        if let ([only], true) = (parts.as_slice(), schema.properties().is_empty()) {
            // One part with a description or with `nullable` beside it: the usual way to say more about a reference.
            let internal = only.reference().and_then(|to| self.document.follow(to)).map(Schema::new);
            if !internal.is_some_and(|target| is_internal(&target)) {
                return self.shape(only, name);
            }
        }
        let composition = composition::combine(schema, self.document);
        for Warning { pointer, message } in composition.warnings.0 {
            self.warnings.add(&pointer, message);
        }
        if composition.properties.is_empty() {
            if let Some(part) = composition::one_kind(&parts) {
                return self.shape(part, name);
            }
            let lost = "the parts are no objects; read as any JSON";
            return Shape::Alias(self.any_json(&schema.pointer, lost));
        }
        Shape::Struct(self.fields(schema, composition.properties, &composition.required, name))
    }

    fn chosen(&mut self, schema: &Schema<'d>, choices: Vec<Schema<'d>>, name: &str) -> Shape {
        let choices: Vec<Schema<'d>> = choices.into_iter().filter(|choice| !choice.is_null()).collect();
        if let Some(union) = self.union(schema, &choices, name) {
            return Shape::Union(union);
        }
        if let [only] = choices.as_slice() {
            return self.shape(only, name);
        }
        if let Some(listed) = choices::annotated_values(schema, &choices) {
            return listed;
        }
        let lost = "a choice that no discriminator tells apart; read as any JSON";
        Shape::Alias(self.any_json(&schema.pointer, lost))
    }

    /// A choice among components that a field tells apart.
    fn union(&self, schema: &Schema<'d>, choices: &[Schema<'d>], name: &str) -> Option<Union> {
        let Discriminator { tag, kinds } = Discriminator::read(schema, choices, self.document)?;
        let mut found = Vec::new();
        for (value, reference) in kinds {
            let place = self.document.follow(reference)?;
            found.push((value, self.components.get(&place.pointer.to_string())?.clone()));
        }
        let mut namespace = Namespace::variants();
        let all_end_alike = found.iter().all(|(value, _)| value.len() > name.len() && value.ends_with(name));
        let variants = found
            .into_iter()
            .map(|(tag_value, definition)| {
                let short = if all_end_alike { tag_value.trim_end_matches(name) } else { &tag_value };
                UnionVariant { name: namespace.give(&type_name(short), "Kind"), tag_value, definition }
            })
            .collect();
        Some(Union { tag, variants })
    }

    fn by_type(&mut self, schema: &Schema<'d>, name: &str) -> Shape {
        let value = match schema.types.as_slice() {
            [] if !schema.properties().is_empty() || schema.additional_properties().is_some() => {
                return self.object(schema, name);
            }
            [] if schema.items().is_some() => self.list(schema, name),
            [] => Type::Json,
            ["object"] => return self.object(schema, name),
            ["array"] => self.list(schema, name),
            ["boolean"] => Type::Boolean,
            ["integer"] if schema.text("format") == Some("int32") => Type::Integer32,
            ["integer"] => Type::Integer64,
            ["number"] => Type::Number,
            ["string"] => text_type(schema.text("format")),
            [unknown] => {
                let lost = format!("the type {unknown:?} does not exist; read as any JSON");
                self.any_json(&schema.pointer, lost)
            }
            _ => self.any_json(&schema.pointer, "several types at once; read as any JSON"),
        };
        Shape::Alias(value)
    }

    fn list(&mut self, schema: &Schema<'d>, name: &str) -> Type {
        let items = match schema.items() {
            Some(items) => self.nullable_type_of(&items, &format!("{name}Item")),
            None => Type::Json,
        };
        if !schema.list("prefixItems").is_empty() {
            let lost = "the items are of different types by their position; read as any JSON";
            return Type::List(Box::new(self.any_json(&schema.pointer, lost)));
        }
        Type::List(Box::new(items))
    }

    fn object(&mut self, schema: &Schema<'d>, name: &str) -> Shape {
        let properties = schema.properties();
        if properties.is_empty() {
            let values = match schema.additional_properties() {
                Some(additional) => self.nullable_type_of(&additional, &format!("{name}Value")),
                None => Type::Json,
            };
            return Shape::Alias(Type::Map(Box::new(values)));
        }
        if schema.additional_properties().is_some() {
            let lost = "members beside the listed properties are kept as any JSON, whatever their schema";
            self.warnings.add(&schema.pointer, lost);
        }
        let required: Vec<&str> = schema.required().collect();
        let properties = properties.into_iter().map(|(name, schema)| Property { name, schema }).collect();
        Shape::Struct(self.fields(schema, properties, &required, name))
    }

    fn nullable_type_of(&mut self, schema: &Schema<'d>, name: &str) -> Type {
        let value = self.type_of(schema, name);
        if schema.is_nullable(self.document) && value != Type::Json {
            return Type::Nullable(Box::new(value));
        }
        value
    }

    fn fields(
        &mut self,
        owner: &Schema<'d>,
        properties: Vec<Property<'d>>,
        required: &[&str],
        owner_name: &str,
    ) -> Vec<Field> {
        let mut namespace = Namespace::fields();
        let mut fields = Vec::new();
        let mut null_or_absent = Vec::new();
        for Property { name, schema } in properties {
            let value = self.type_of(&schema, &format!("{owner_name}{}", type_name(name)));
            let presence = match (required.contains(&name), schema.is_nullable(self.document)) {
                (true, false) => Presence::Required,
                (true, true) => Presence::Nullable,
                (false, is_nullable) => {
                    null_or_absent.extend(is_nullable.then_some(name));
                    Presence::Optional
                }
            };
            fields.push(Field {
                name: namespace.give(&field_name(name), "_field"),
                wire_name: name.to_owned(),
                description: schema.description().map(str::to_owned),
                default: schema.member("default").cloned(),
                presence,
                privacy: self.privacy(&schema, &value),
                value,
            });
        }
        if !self.is_data && !null_or_absent.is_empty() {
            let names = null_or_absent.join("`, `");
            let lost = format!("null and absence are read alike, and written as absence: `{names}`");
            self.warnings.add(&owner.pointer, lost);
        }
        fields
    }

    fn privacy(&mut self, schema: &Schema<'d>, value: &Type) -> Privacy {
        match (schema.text("x-privacy"), value) {
            (None, _) if self.is_data => Privacy::of_data(value),
            (None, _) => Privacy::Open,
            (Some("masked"), Type::Text) => Privacy::Masked,
            (Some("withheld"), _) => Privacy::Withheld,
            (Some(other), _) => {
                let lost =
                    format!("`x-privacy: {other}` does not fit the type; the value is withheld from `Debug`");
                self.warnings.add(&schema.pointer, lost);
                Privacy::Withheld
            }
        }
    }

    fn any_json(&mut self, pointer: &Pointer, lost: impl Into<String>) -> Type {
        self.warnings.add(pointer, lost);
        Type::Json
    }
}

/// The type of a text. Formats that the generated types do not know stay text, exactly as sent.
fn text_type(format: Option<&str>) -> Type {
    match format {
        Some("date-time") => Type::Timestamp,
        Some("party-identifier") => Type::PartyIdentifier,
        _ => Type::Text,
    }
}

fn variants<W>(schema: &Schema<'_>, wires: Vec<W>, name: impl Fn(&W) -> String) -> Vec<Variant<W>>
where
    W: PartialEq,
{
    let texts = |member: &str| schema.member(member).map(Node::items).unwrap_or_default();
    let names = [texts("x-enum-varnames"), texts("x-enumNames")].into_iter().find(|names| !names.is_empty());
    let (names, descriptions) = (names.unwrap_or_default(), texts("x-enum-descriptions"));
    let mut namespace = Namespace::variants();
    let mut variants: Vec<Variant<W>> = Vec::new();
    for (index, wire) in wires.into_iter().enumerate() {
        if variants.iter().any(|variant| variant.wire == wire) {
            continue;
        }
        let given = names.get(index).and_then(Node::as_text).map(type_name);
        variants.push(Variant {
            name: namespace.give(&given.unwrap_or_else(|| name(&wire)), "Value"),
            description: descriptions.get(index).and_then(Node::as_text).map(str::to_owned),
            wire,
        });
    }
    variants
}

fn integer_variant_name(value: i64) -> String {
    type_name(&format!("value {value}").replace('-', "minus "))
}
