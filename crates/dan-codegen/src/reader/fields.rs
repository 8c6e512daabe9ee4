//! The fields of an object.

use super::Reader;
use crate::composition::Property;
use crate::names::{Namespace, field_name, type_name};
use crate::representation::{Field, Presence, Privacy, Type};
use crate::schema::Schema;

impl<'d> Reader<'d> {
    pub(super) fn fields(
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
}
