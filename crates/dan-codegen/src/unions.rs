//! Unions: the telling field belongs to the union, not to its kinds.

use std::collections::BTreeSet;

use crate::representation::{Model, Shape, Type, Union};

/// Takes the telling field out of the structs of each union. A union of anything but structs becomes any JSON.
pub(crate) fn settle(model: &mut Model) {
    for index in 0..model.types.len() {
        let Shape::Union(union) = &model.types[index].shape else { continue };
        let union = union.clone();
        let structs = union.variants.iter().all(|variant| {
            model.find(&variant.definition).is_some_and(|found| matches!(found.shape, Shape::Struct(_)))
        });
        if structs {
            take_out_tag(model, &union);
        } else {
            model.types[index].shape = Shape::Alias(Type::Json);
            let lost = "a choice of which not all kinds are plain objects; read as any JSON";
            model.warnings.add(&model.types[index].pointer, lost);
        }
    }
}

fn take_out_tag(model: &mut Model, union: &Union) {
    let kinds: BTreeSet<&str> = union.variants.iter().map(|variant| variant.definition.as_str()).collect();
    let elsewhere = used_by_themselves(model);
    for definition in model.types.iter_mut().filter(|definition| kinds.contains(definition.name.as_str())) {
        let Shape::Struct(fields) = &mut definition.shape else { continue };
        fields.retain(|field| field.wire_name != union.tag);
        if elsewhere.contains(&definition.name) {
            let lost = format!("outside its union, `{}` is an unknown field", union.tag);
            model.warnings.add(&definition.pointer, lost);
        }
    }
}

/// The names of the types that a field or an alias refers to.
fn used_by_themselves(model: &Model) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for definition in &model.types {
        match &definition.shape {
            Shape::Struct(fields) => {
                used.extend(fields.iter().filter_map(|field| field.value.named()).map(str::to_owned));
            }
            Shape::Alias(value) => used.extend(value.named().map(str::to_owned)),
            _ => {}
        }
    }
    used
}
