//! The shape of a schema: what kind of type it is, and what that is made of.

use super::{Reader, is_internal};
use crate::choices::{self, Discriminator};
use crate::composition::{self, Property};
use crate::names::{Namespace, type_name};
use crate::node::Node;
use crate::representation::{IntegerEnum, Shape, Type, Union, UnionVariant, Variant, Warning};
use crate::schema::Schema;

impl<'d> Reader<'d> {
    /// The shape of a schema; a type that is made for what stands inside it gets a name like the given.
    pub(super) fn shape(&mut self, schema: &Schema<'d>, name: &str) -> Shape {
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

    fn listed_values(&mut self, schema: &Schema<'d>) -> Shape {
        let texts: Option<Vec<String>> =
            schema.values.iter().map(|value| value.as_text().map(str::to_owned)).collect();
        if let Some(texts) = texts {
            return Shape::TextEnum(variants(schema, texts, |text| type_name(text)));
        }
        let integers: Option<Vec<i64>> = schema.values.iter().map(|value| value.as_integer()).collect();
        if let Some(integers) = integers {
            let says = |member: &str| schema.member(member).is_some_and(Node::is_true);
            return Shape::IntegerEnum(IntegerEnum {
                variants: variants(schema, integers, |value| integer_variant_name(*value)),
                may_come_as_names: says("x-enum-accepts-names"),
                are_flags: says("x-enum-flags"),
            });
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
