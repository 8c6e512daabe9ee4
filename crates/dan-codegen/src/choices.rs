//! What tells the schemas of a choice apart: `oneOf`, `anyOf`.

use std::collections::BTreeSet;

use crate::composition;
use crate::document::Document;
use crate::names::{Namespace, type_name};
use crate::node::Node;
use crate::representation::{Shape, Variant};
use crate::schema::Schema;

/// The field that tells objects of several kinds apart.
#[derive(Debug)]
pub(crate) struct Discriminator<'d> {
    /// Its name on the wire.
    pub(crate) tag: String,
    /// What it holds, and the reference to the kind of object that this means.
    pub(crate) kinds: Vec<(String, &'d str)>,
}

impl<'d> Discriminator<'d> {
    /// Finds the field of a choice among references: the one that the schema names, else one that holds another constant
    /// in each kind.
    pub(crate) fn read(schema: &Schema<'d>, choices: &[Schema<'d>], document: &'d Document) -> Option<Self> {
        let references: Vec<&'d str> = choices.iter().filter_map(Schema::reference).collect();
        if references.is_empty() || references.len() != choices.len() {
            return None;
        }
        match schema.member("discriminator") {
            Some(discriminator) => Self::named(discriminator, &references),
            None => Self::implied(&references, document),
        }
    }

    fn named(discriminator: &'d Node, references: &[&'d str]) -> Option<Self> {
        let tag = discriminator.get("propertyName")?.as_text()?.to_owned();
        let mapped: Vec<(&str, &str)> = discriminator
            .get("mapping")
            .map(Node::members)
            .unwrap_or_default()
            .iter()
            .filter_map(|(value, target)| Some((value.as_str(), target.as_text()?)))
            .collect();
        let mut kinds = Vec::new();
        for reference in references {
            let component = reference.rsplit('/').next().unwrap_or(reference);
            let mut values: Vec<&str> = mapped
                .iter()
                .filter(|(_, target)| target == reference || *target == component)
                .map(|(value, _)| *value)
                .collect();
            if values.is_empty() {
                values.push(component);
            }
            kinds.extend(values.into_iter().map(|value| (value.to_owned(), *reference)));
        }
        Some(Self { tag, kinds })
    }

    fn implied(references: &[&'d str], document: &'d Document) -> Option<Self> {
        let constants: Vec<Vec<(&str, &str)>> = references
            .iter()
            .map(|reference| Some(constants(&Schema::new(document.follow(reference)?), document)))
            .collect::<Option<_>>()?;
        let (first, others) = constants.split_first()?;
        first.iter().find_map(|(tag, value)| {
            let mut values = vec![*value];
            for other in others {
                values.push(other.iter().find(|(name, _)| name == tag)?.1);
            }
            let distinct = values.iter().collect::<BTreeSet<_>>().len() == values.len();
            let kinds = values.into_iter().map(str::to_owned).zip(references.iter().copied()).collect();
            (distinct && !others.is_empty()).then(|| Self { tag: (*tag).to_owned(), kinds })
        })
    }
}

/// The fields of an object that always hold one and the same text.
fn constants<'d>(schema: &Schema<'d>, document: &'d Document) -> Vec<(&'d str, &'d str)> {
    let composition = composition::combine(schema, document);
    let required = composition.required;
    let constant = |property: composition::Property<'d>| match property.schema.values.as_slice() {
        [value] if required.contains(&property.name) => Some((property.name, value.as_text()?)),
        _ => None,
    };
    composition.properties.into_iter().filter_map(constant).collect()
}

/// A choice among listed values, which is how values get descriptions of their own, and perhaps any text beside them.
pub(crate) fn annotated_values(schema: &Schema<'_>, choices: &[Schema<'_>]) -> Option<Shape> {
    let mut listed: Vec<Variant<String>> = Vec::new();
    let mut namespace = Namespace::variants();
    for choice in choices {
        let is_any_text =
            choice.types == ["string"] && choice.values.is_empty() && choice.text("format").is_none();
        if choice.reference().is_some() || choice.values.is_empty() && !is_any_text {
            return None;
        }
        for value in &choice.values {
            let wire = value.as_text()?.to_owned();
            if listed.iter().any(|variant| variant.wire == wire) {
                continue;
            }
            let is_only = choice.values.len() == 1;
            let title = choice.text("title").filter(|_| is_only).unwrap_or(&wire);
            listed.push(Variant {
                name: namespace.give(&type_name(title), "Value"),
                description: choice.description().filter(|_| is_only).map(str::to_owned),
                wire,
            });
        }
    }
    (!listed.is_empty() && schema.values.is_empty()).then_some(Shape::TextEnum(listed))
}
