//! Objects that are made of parts: `allOf`.

use crate::document::Document;
use crate::representation::Warnings;
use crate::schema::Schema;

/// The properties of all parts together.
#[derive(Debug, Default)]
pub(crate) struct Composition<'d> {
    /// The properties, in the order in which the parts name them first; the last definition of each.
    pub(crate) properties: Vec<Property<'d>>,
    /// The names of those that are always there.
    pub(crate) required: Vec<&'d str>,
    /// The parts that could not be used.
    pub(crate) warnings: Warnings,
}

/// A property of an object.
#[derive(Debug)]
pub(crate) struct Property<'d> {
    /// Its name on the wire.
    pub(crate) name: &'d str,
    /// Its schema.
    pub(crate) schema: Schema<'d>,
}

/// Puts together a schema and all the parts that it names.
pub(crate) fn combine<'d>(schema: &Schema<'d>, document: &'d Document) -> Composition<'d> {
    let mut composition = Composition::default();
    composition.add(schema, document, &mut Vec::new());
    composition
}

/// The part that says most, when all parts describe one kind of value that is no object: a text that also has a length.
pub(crate) fn one_kind<'s, 'd>(parts: &[&'s Schema<'d>]) -> Option<&'s Schema<'d>> {
    let first = parts.first()?;
    let is_plain = |part: &&&Schema<'_>| part.types == first.types && part.reference().is_none();
    let says_more = |part: &&&Schema<'_>| !part.values.is_empty() || part.text("format").is_some();
    let is_one_kind =
        first.types.len() == 1 && first.types != ["object"] && parts.iter().all(|part| is_plain(&part));
    is_one_kind.then(|| *parts.iter().find(says_more).unwrap_or(first))
}

impl<'d> Composition<'d> {
    /// Adds a schema. The trail holds the references that led here, so that a circle ends.
    fn add(&mut self, schema: &Schema<'d>, document: &'d Document, trail: &mut Vec<&'d str>) {
        if let Some(reference) = schema.reference() {
            self.add_referred(schema, reference, document, trail);
            return;
        }
        for part in schema.list("allOf") {
            self.add(&part, document, trail);
        }
        for member in ["oneOf", "anyOf"] {
            if schema.list(member).iter().any(|choice| !choice.is_unconstrained()) {
                self.warnings
                    .add(&schema.pointer, format!("`{member}` within `allOf` is kept as unknown fields"));
            }
        }
        for (name, schema) in schema.properties() {
            match self.properties.iter_mut().find(|property| property.name == name) {
                Some(property) => property.schema = schema,
                None => self.properties.push(Property { name, schema }),
            }
        }
        self.required.extend(schema.required());
    }

    fn add_referred(
        &mut self,
        schema: &Schema<'d>,
        reference: &'d str,
        document: &'d Document,
        trail: &mut Vec<&'d str>,
    ) {
        if trail.contains(&reference) {
            self.warnings.add(&schema.pointer, "the parts contain each other; the circle is cut here");
            return;
        }
        let Some(place) = document.follow(reference) else {
            self.warnings
                .add(&schema.pointer, format!("the reference {reference:?} leads nowhere in this document"));
            return;
        };
        trail.push(reference);
        self.add(&Schema::new(place), document, trail);
        trail.pop();
    }
}
