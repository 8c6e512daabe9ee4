//! Objects with named fields.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;

use super::documentation::documentation;
use super::{Emitter, Runtime, identifier};
use crate::representation::{Field, Presence, Privacy, Type, TypeDefinition};

impl Emitter<'_> {
    pub(super) fn structure(&self, definition: &TypeDefinition, fields: &[Field]) -> TokenStream {
        let name = identifier(&definition.name);
        let documentation = self.documentation_of(definition);
        let shown = fields.iter().all(|field| field.privacy == Privacy::Open);
        let debug = shown.then(|| quote! { Debug, });
        let default =
            fields.iter().all(|field| field.presence != Presence::Required).then(|| quote! { Default, });
        let derives = self.derives(&quote! { #debug Clone, #default PartialEq, Eq, });
        let camel_case = uses_camel_case(fields);
        let rename_all = camel_case.then(|| quote! { #[serde(rename_all = "camelCase")] });
        let declarations = fields.iter().map(|field| self.declaration(field, camel_case));
        // What is only read needs no way to be made, as long as there is one.
        let is_built = self.runtime != Runtime::Client;
        let constructor = (is_built || default.is_none()).then(|| self.constructor(fields));
        let setters = fields
            .iter()
            .filter(|field| is_built && field.presence != Presence::Required)
            .map(|field| self.setter(field));
        let debug_by_hand = (!shown).then(|| self.masked_debug(&definition.name, fields));
        let runtime = self.runtime();
        quote! {
            #documentation
            #derives
            #rename_all
            #[non_exhaustive]
            pub struct #name {
                #(#declarations,)*
                #[serde(flatten)]
                unknown_fields: #runtime::UnknownFields,
            }

            impl #name {
                #constructor
                #(#setters)*

                /// The fields that this version does not know. They are written back as they came.
                pub fn unknown_fields(&self) -> &#runtime::UnknownFields {
                    &self.unknown_fields
                }
            }

            #debug_by_hand
        }
    }

    fn declaration(&self, field: &Field, camel_case: bool) -> TokenStream {
        let name = identifier(&field.name);
        let value = self.field_type(field);
        let documentation = self.field_documentation(field);
        let wire_name = &field.wire_name;
        let is_said =
            if camel_case { is_camel_case_of(wire_name, &field.name) } else { name.unraw() == *wire_name };
        let rename = (!is_said).then(|| quote! { #[serde(rename = #wire_name)] });
        let skip = (field.presence == Presence::Optional)
            .then(|| quote! { #[serde(skip_serializing_if = "Option::is_none")] });
        let several = (field.presence == Presence::Several)
            .then(|| quote! { #[serde(default, skip_serializing_if = "Vec::is_empty")] });
        quote! { #documentation #rename #skip #several pub #name: #value }
    }

    /// What a field holds. One that is not described is what its type is.
    pub(super) fn field_text(&self, field: &Field) -> String {
        let of_type = || self.model.find(field.value.named()?)?.description.clone();
        field.description.clone().or_else(of_type).unwrap_or_else(|| format!("`{}`", field.wire_name))
    }

    fn field_documentation(&self, field: &Field) -> TokenStream {
        let text = documentation(&self.field_text(field));
        let default = field.default.as_ref().map(|default| {
            let absence = documentation(&format!("Absence stands for `{default}`."));
            quote! { #[doc = ""] #absence }
        });
        quote! { #text #default }
    }

    fn field_type(&self, field: &Field) -> TokenStream {
        let value = self.type_name(&field.value);
        match field.presence {
            Presence::Required | Presence::Several => value,
            Presence::Nullable | Presence::Optional => quote! { Option<#value> },
        }
    }

    fn constructor(&self, fields: &[Field]) -> TokenStream {
        let required: Vec<&Field> =
            fields.iter().filter(|field| field.presence == Presence::Required).collect();
        let parameters = required.iter().map(|field| {
            let (name, value) = (identifier(&field.name), self.parameter_type(&field.value));
            quote! { #name: #value }
        });
        let initial = fields.iter().map(|field| {
            let name = identifier(&field.name);
            match field.presence {
                Presence::Required => passed(&field.value, &name)
                    .map_or_else(|| quote! { #name }, |value| quote! { #name: #value }),
                Presence::Nullable | Presence::Optional => quote! { #name: None },
                Presence::Several => quote! { #name: Vec::new() },
            }
        });
        let text = match (required.len(), fields.len()) {
            (given, all) if given == all => "Made of all its fields.",
            (0, _) => "Made without any field.",
            _ => "Made of the fields that are always there.",
        };
        let too_many = (required.len() > 7).then(|| {
            quote! { #[expect(clippy::too_many_arguments, reason = "every one of them is required")] }
        });
        let documentation = documentation(text);
        let runtime = self.runtime();
        if required.is_empty() {
            return quote! {
                #documentation
                pub fn new() -> Self {
                    Self::default()
                }
            };
        }
        quote! {
            #documentation
            #too_many
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#initial,)* unknown_fields: #runtime::UnknownFields::default() }
            }
        }
    }

    fn setter(&self, field: &Field) -> TokenStream {
        let name = identifier(&field.name);
        let setter = format_ident!("with_{}", field.name);
        let parameter = self.parameter_type(&field.value);
        let value = passed(&field.value, &name).unwrap_or_else(|| quote! { #name });
        let value = if field.presence == Presence::Several {
            value
        } else {
            quote! { Some(#value) }
        };
        let documentation = documentation(&format!("Sets `{}`.", field.wire_name));
        quote! {
            #documentation
            #[must_use]
            pub fn #setter(mut self, #name: #parameter) -> Self {
                self.#name = #value;
                self
            }
        }
    }

    fn parameter_type(&self, value: &Type) -> TokenStream {
        match value {
            Type::Text | Type::Timestamp | Type::PartyIdentifier => {
                let value = self.type_name(value);
                quote! { impl Into<#value> }
            }
            _ => self.type_name(value),
        }
    }

    /// `Debug` that shows no more of a field than its privacy allows.
    fn masked_debug(&self, name: &str, fields: &[Field]) -> TokenStream {
        let ident = identifier(name);
        let runtime = self.runtime();
        let lines = fields.iter().map(|field| {
            let (name, label) = (identifier(&field.name), &field.name);
            let shown = match (field.privacy, field.presence) {
                (Privacy::Open, _) => quote! { &self.#name },
                (Privacy::Masked, Presence::Required) => {
                    quote! { &#runtime::mask_personal_numbers(&self.#name) }
                }
                (Privacy::Masked, _) => {
                    quote! { &self.#name.as_deref().map(#runtime::mask_personal_numbers) }
                }
                (Privacy::Withheld, Presence::Required) => quote! { &#runtime::Withheld },
                (Privacy::Withheld, Presence::Several) => {
                    quote! { &self.#name.iter().map(|_| #runtime::Withheld).collect::<Vec<_>>() }
                }
                (Privacy::Withheld, _) => quote! { &self.#name.as_ref().map(|_| #runtime::Withheld) },
            };
            quote! { .field(#label, #shown) }
        });
        quote! {
            impl std::fmt::Debug for #ident {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter
                        .debug_struct(#name)
                        #(#lines)*
                        .field("unknown_fields", &self.unknown_fields)
                        .finish()
                }
            }
        }
    }
}

/// How a parameter becomes the value of its field, when it is not that value already.
fn passed(value: &Type, name: &Ident) -> Option<TokenStream> {
    matches!(value, Type::Text | Type::Timestamp | Type::PartyIdentifier).then(|| quote! { #name.into() })
}

/// Whether most fields are the camel case of their Rust names, so that the type says so once.
fn uses_camel_case(fields: &[Field]) -> bool {
    let differing = fields.iter().filter(|field| field.wire_name != field.name);
    let (camel, other): (Vec<&Field>, Vec<&Field>) =
        differing.partition(|field| is_camel_case_of(&field.wire_name, &field.name));
    camel.len() > other.len()
}

/// Whether serde derives the one from the other by its rule `camelCase`. The rule is for ASCII: it leaves other letters
/// small, and cannot begin with one.
fn is_camel_case_of(wire_name: &str, name: &str) -> bool {
    if !name.is_ascii() {
        return false;
    }
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    let camel_case = words.fold(first, |camel_case, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        camel_case + &initial.to_ascii_uppercase() + rest
    });
    camel_case == wire_name
}
