//! Types that contain themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::representation::{Model, Shape, Type, TypeDefinition};

/// The names that each type leads to.
type Edges = BTreeMap<String, BTreeSet<String>>;

/// A mere other name cannot lead to itself: such names become any JSON.
pub(crate) fn break_aliases(model: &mut Model) {
    let edges = edges(model, |definition| match &definition.shape {
        Shape::Alias(value) => value.named().into_iter().collect(),
        _ => Vec::new(),
    });
    let circular: BTreeSet<String> =
        edges.keys().filter(|name| reaches(&edges, name, name)).cloned().collect();
    for definition in model.types.iter_mut().filter(|definition| circular.contains(&definition.name)) {
        definition.shape = Shape::Alias(Type::Json);
        model.warnings.add(&definition.pointer, "the schema is only made of itself; read as any JSON");
    }
}

/// A struct that holds itself, without a list or a map between, needs a box on the way.
pub(crate) fn box_fields(model: &mut Model) {
    let edges = edges(model, |definition| match &definition.shape {
        Shape::Struct(fields) => fields.iter().filter_map(|field| field.value.directly_named()).collect(),
        Shape::Union(union) => union.variants.iter().map(|variant| variant.definition.as_str()).collect(),
        Shape::Alias(value) => value.directly_named().into_iter().collect(),
        Shape::TextEnum(_) | Shape::IntegerEnum(_) => Vec::new(),
    });
    for definition in &mut model.types {
        let Shape::Struct(fields) = &mut definition.shape else { continue };
        for field in fields {
            if let Type::Named(name) = &field.value
                && (*name == definition.name || reaches(&edges, name, &definition.name))
            {
                field.value = Type::Boxed(name.clone());
            }
        }
    }
}

fn edges<'m>(model: &'m Model, targets: impl Fn(&'m TypeDefinition) -> Vec<&'m str>) -> Edges {
    model
        .types
        .iter()
        .map(|definition| {
            (definition.name.clone(), targets(definition).into_iter().map(str::to_owned).collect())
        })
        .collect()
}

/// Whether a type leads to another, or back to itself, in one step or more.
fn reaches(edges: &Edges, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = vec![from];
    while let Some(name) = open.pop() {
        for next in edges.get(name).into_iter().flatten() {
            if next == to {
                return true;
            }
            if seen.insert(next.as_str()) {
                open.push(next);
            }
        }
    }
    false
}
