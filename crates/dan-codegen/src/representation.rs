//! What is generated, apart from how it is written down: types, fields, variants, each with its name on the wire.

use std::fmt;

use crate::document::Pointer;
use crate::node::Node;

/// All types of a document.
#[derive(Debug)]
pub(crate) struct Model {
    /// The title of the API.
    pub(crate) title: String,
    /// The version of the API.
    pub(crate) version: String,
    /// The types, in the order of the document.
    pub(crate) types: Vec<TypeDefinition>,
    /// What could not be expressed.
    pub(crate) warnings: Warnings,
}

impl Model {
    /// The type of a name.
    pub(crate) fn find(&self, name: &str) -> Option<&TypeDefinition> {
        self.types.iter().find(|definition| definition.name == name)
    }
}

/// A place in the document that the generated types do not express faithfully.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The place.
    pub pointer: Pointer,
    /// What is lost.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.pointer, self.message)
    }
}

/// Warnings in the order in which they are found, each of them once.
#[derive(Debug, Default)]
pub(crate) struct Warnings(pub(crate) Vec<Warning>);

impl Warnings {
    /// Adds what is lost at a place.
    pub(crate) fn add(&mut self, pointer: &Pointer, message: impl Into<String>) {
        let warning = Warning { pointer: pointer.clone(), message: message.into() };
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }
}

/// A type with a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TypeDefinition {
    /// Its name in Rust.
    pub(crate) name: String,
    /// What it is.
    pub(crate) description: Option<String>,
    /// Where the document defines it.
    pub(crate) pointer: Pointer,
    /// What it is made of.
    pub(crate) shape: Shape,
}

impl TypeDefinition {
    /// The names of the types that its fields, its kinds or its other name lead to.
    pub(crate) fn named(&self) -> Vec<&str> {
        match &self.shape {
            Shape::Struct(fields) => fields.iter().filter_map(|field| field.value.named()).collect(),
            Shape::Union(union) => union.variants.iter().map(|variant| variant.definition.as_str()).collect(),
            Shape::Alias(value) => value.named().into_iter().collect(),
            Shape::TextEnum(_) | Shape::IntegerEnum(_) => Vec::new(),
        }
    }
}

/// What a type is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// An object with named fields.
    Struct(Vec<Field>),
    /// A text out of a list that may grow.
    TextEnum(Vec<Variant<String>>),
    /// An integer out of a list that may grow.
    IntegerEnum(IntegerEnum),
    /// An object of several kinds that a field tells apart.
    Union(Union),
    /// Another name for a type.
    Alias(Type),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    /// Its name in Rust.
    pub(crate) name: String,
    /// Its name on the wire.
    pub(crate) wire_name: String,
    /// What it holds.
    pub(crate) description: Option<String>,
    /// The value that its absence stands for.
    pub(crate) default: Option<Node>,
    /// The type of its value.
    pub(crate) value: Type,
    /// Whether it may be absent or null.
    pub(crate) presence: Presence,
    /// How much of it `Debug` shows.
    pub(crate) privacy: Privacy,
}

/// Whether a field may be absent or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Always there, never null.
    Required,
    /// Always there, maybe null: written as null when there is no value.
    Nullable,
    /// Left out when there is no value.
    Optional,
    /// A list, left out when it is empty.
    Several,
}

/// How much of a field `Debug` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// All of it.
    Open,
    /// Text in which numbers that may identify a person are masked.
    Masked,
    /// Only whether there is a value.
    Withheld,
}

impl Privacy {
    /// For harvested data, which is about somebody: what has a type of its own says for itself what it shows.
    pub(crate) fn of_data(value: &Type) -> Self {
        if value.named().is_some() { Self::Open } else { Self::Withheld }
    }
}

/// A value of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant<W> {
    /// Its name in Rust.
    pub(crate) name: String,
    /// The value on the wire.
    pub(crate) wire: W,
    /// What it means.
    pub(crate) description: Option<String>,
}

/// An integer out of a list that may grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IntegerEnum {
    pub(crate) variants: Vec<Variant<i64>>,
    /// Whether names may come in the place of values.
    pub(crate) may_come_as_names: bool,
    /// Whether values are sums of flags.
    pub(crate) are_flags: bool,
}

/// An object of several kinds that a field tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Union {
    /// The field, by its name on the wire.
    pub(crate) tag: String,
    /// The kinds; what the field holds, and the struct of the rest.
    pub(crate) variants: Vec<UnionVariant>,
}

/// A kind of a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnionVariant {
    /// Its name in Rust.
    pub(crate) name: String,
    /// What the telling field holds.
    pub(crate) tag_value: String,
    /// The name of the struct.
    pub(crate) definition: String,
}

/// A dataset of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dataset {
    /// Its name on the wire.
    pub(crate) name: String,
    /// The name of its type.
    pub(crate) definition: String,
    /// How its values become that type.
    pub(crate) form: Form,
    /// The name of the type of its parameters.
    pub(crate) parameters_name: String,
    /// What it takes besides the subject.
    pub(crate) parameters: Vec<Parameter>,
}

/// How the values of a dataset become one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Each is a field.
    Values,
    /// The only one is the type.
    Document,
    /// There are only bytes.
    Bytes,
}

/// A parameter of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// Its name in Rust.
    pub(crate) name: String,
    /// Its name on the wire.
    pub(crate) wire_name: String,
    /// The type of its value.
    pub(crate) value: Type,
    /// Whether it must be given.
    pub(crate) is_required: bool,
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// Text, also in formats that the generated types keep as they are sent.
    Text,
    /// True or false.
    Boolean,
    /// An integer of 32 bits.
    Integer32,
    /// An integer of 64 bits.
    Integer64,
    /// A number, kept as whole or broken as it was sent.
    Number,
    /// Any JSON.
    Json,
    /// A date with a time.
    Timestamp,
    /// An organization or a person.
    PartyIdentifier,
    /// An amount of money.
    Amount,
    /// A list.
    List(Box<Type>),
    /// A map from text.
    Map(Box<Type>),
    /// A value that may be null, within a list or a map.
    Nullable(Box<Type>),
    /// A type of the model, by name.
    Named(String),
    /// A type of the model that holds, by some way, the type that it stands in.
    Boxed(String),
}

impl Type {
    /// The name of the type of the model that it is or holds.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) | Self::Boxed(name) => Some(name),
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.named(),
            _ => None,
        }
    }

    /// The same, unless a list or a map stands between.
    pub(crate) fn directly_named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Nullable(inner) => inner.directly_named(),
            _ => None,
        }
    }
}
