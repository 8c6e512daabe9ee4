//! Objects of several kinds that a field tells apart.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::documentation::documentation;
use super::{Emitter, identifier};
use crate::representation::{Field, Presence, Shape, Type, TypeDefinition, Union};

/// A field that all kinds of a union have, with the same type.
struct SharedField<'m> {
    /// The variants, and the field in each.
    kinds: Vec<(Ident, &'m Field)>,
}

impl Emitter<'_> {
    pub(super) fn union(&self, definition: &TypeDefinition, union: &Union) -> TokenStream {
        let name = identifier(&definition.name);
        let documentation_of_union = self.documentation_of(definition);
        let derives = self.derives(&quote! { Debug, Clone, PartialEq, Eq, });
        let tag = &union.tag;
        let runtime = self.runtime();
        let variants = union.variants.iter().map(|variant| {
            let (name, content) = (identifier(&variant.name), identifier(&variant.definition));
            let tag_value = &variant.tag_value;
            let documentation = documentation(&format!("`{tag}` is `{tag_value}`."));
            quote! { #documentation #[serde(rename = #tag_value)] #name(#content) }
        });
        let accessors: Vec<TokenStream> =
            self.shared_fields(union).iter().map(|field| self.accessor(field)).collect();
        let accessors = (!accessors.is_empty()).then(|| quote! { impl #name { #(#accessors)* } });
        quote! {
            #documentation_of_union
            #derives
            #[serde(tag = #tag)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants,)*
                /// A kind that this version does not know, with all its fields.
                #[serde(untagged)]
                Unknown(#runtime::UnknownFields),
            }

            #accessors
        }
    }

    /// The fields that all kinds have, in the order of the first kind.
    fn shared_fields(&self, union: &Union) -> Vec<SharedField<'_>> {
        let fields_of = |definition: &str| match self.model.find(definition).map(|found| &found.shape) {
            Some(Shape::Struct(fields)) => fields.as_slice(),
            _ => &[],
        };
        let first = union.variants.first().map(|variant| fields_of(&variant.definition)).unwrap_or_default();
        first
            .iter()
            .filter_map(|field| {
                let same = |other: &&Field| other.wire_name == field.wire_name && other.value == field.value;
                let kinds = union.variants.iter().map(|variant| {
                    Some((identifier(&variant.name), fields_of(&variant.definition).iter().find(same)?))
                });
                Some(SharedField { kinds: kinds.collect::<Option<_>>()? })
            })
            .collect()
    }

    /// A method that gives a shared field of whichever kind it is.
    fn accessor(&self, SharedField { kinds }: &SharedField<'_>) -> TokenStream {
        let Some((_, first)) = kinds.first() else { return TokenStream::new() };
        let is_copied = self.is_copied(&first.value);
        let (result, borrowed) = match &first.value {
            value if is_copied => (self.type_name(value), quote! {}),
            Type::Text => (quote! { &str }, quote! { .as_deref() }),
            Type::List(item) => {
                let item = self.type_name(item);
                (quote! { &[#item] }, quote! { .as_deref() })
            }
            Type::Boxed(name) => {
                let name = identifier(name);
                (quote! { &#name }, quote! { .as_deref() })
            }
            value => {
                let value = self.type_name(value);
                (quote! { &#value }, quote! { .as_ref() })
            }
        };
        let reference = (!is_copied).then(|| quote! { & });
        let arms = kinds.iter().map(|(variant, field)| {
            let field_name = identifier(&field.name);
            match field.presence {
                Presence::Required | Presence::Several => {
                    quote! { Self::#variant(kind) => Some(#reference kind.#field_name) }
                }
                Presence::Nullable | Presence::Optional => {
                    quote! { Self::#variant(kind) => kind.#field_name #borrowed }
                }
            }
        });
        let name = identifier(&first.name);
        let always_there = kinds.iter().all(|(_, field)| field.presence == Presence::Required);
        let absent = if always_there { "" } else { " when there is no value, or" };
        let text = format!(
            "{}\n\n`None`{absent} on a kind that this version does not know.",
            self.field_text(first)
        );
        let documentation = documentation(&text);
        quote! {
            #documentation
            pub fn #name(&self) -> Option<#result> {
                match self {
                    #(#arms,)*
                    Self::Unknown(_) => None,
                }
            }
        }
    }

    /// Whether a value is handed out as it is, and not by reference.
    fn is_copied(&self, value: &Type) -> bool {
        match value {
            Type::Boolean | Type::Integer32 | Type::Integer64 => true,
            Type::Named(name) => {
                self.model.find(name).is_some_and(|found| matches!(found.shape, Shape::IntegerEnum(_)))
            }
            _ => false,
        }
    }
}
