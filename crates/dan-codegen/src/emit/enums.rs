//! Values out of a list that may grow.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::documentation::documentation;
use super::{Emitter, Runtime, identifier};
use crate::representation::{IntegerEnum, TypeDefinition, Variant};

impl Emitter<'_> {
    pub(super) fn text_enum(&self, definition: &TypeDefinition, variants: &[Variant<String>]) -> TokenStream {
        let name = identifier(&definition.name);
        let runtime = self.runtime();
        let schema = self.schema_of_enum(&definition.name, "text_schema");
        let documentation = self.documentation_of(definition);
        let declarations = variants.iter().map(declaration);
        let idents: Vec<_> = variants.iter().map(|variant| identifier(&variant.name)).collect();
        let wires: Vec<&str> = variants.iter().map(|variant| variant.wire.as_str()).collect();
        quote! {
            #documentation
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#declarations,)*
                /// A value that this version does not know, as it was sent.
                Unknown(#runtime::open_enum::UnknownText<Self>),
            }

            impl #name {
                /// The value as it is sent.
                pub fn as_str(&self) -> &str {
                    match self {
                        #(Self::#idents => #wires,)*
                        Self::Unknown(text) => text.as_str(),
                    }
                }
            }

            impl #runtime::open_enum::TextEnum for #name {
                const KNOWN: &'static [&'static str] = &[#(#wires),*];

                fn known(text: &str) -> Option<Self> {
                    match text {
                        #(#wires => Some(Self::#idents),)*
                        _ => None,
                    }
                }

                fn unknown(text: #runtime::open_enum::UnknownText<Self>) -> Self {
                    Self::Unknown(text)
                }
            }

            impl From<&str> for #name {
                fn from(text: &str) -> Self {
                    #runtime::open_enum::from_text(text)
                }
            }

            impl std::fmt::Display for #name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str(self.as_str())
                }
            }

            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        Self::Unknown(value) => value.serialize(serializer),
                        known => serializer.serialize_str(known.as_str()),
                    }
                }
            }

            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    #runtime::open_enum::read_text(deserializer)
                }
            }

            #schema
        }
    }

    pub(super) fn integer_enum(&self, definition: &TypeDefinition, integers: &IntegerEnum) -> TokenStream {
        let name = identifier(&definition.name);
        let runtime = self.runtime();
        let schema = self.schema_of_enum(&definition.name, "integer_schema");
        let documentation = self.documentation_of(definition);
        let variants = &integers.variants;
        let declarations = variants.iter().map(declaration);
        let idents: Vec<_> = variants.iter().map(|variant| identifier(&variant.name)).collect();
        let wires: Vec<_> = variants.iter().map(|variant| Literal::i64_unsuffixed(variant.wire)).collect();
        let names = variants.iter().map(|variant| &variant.name);
        let spellings = integers
            .may_come_as_names
            .then(|| quote! { const NAMES: &'static [(&'static str, i64)] = &[#((#names, #wires)),*]; });
        let flags = integers.are_flags.then(|| quote! { const ARE_FLAGS: bool = true; });
        quote! {
            #documentation
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#declarations,)*
                /// A value that this version does not know, as it was sent.
                Unknown(#runtime::open_enum::UnknownInteger<Self>),
            }

            impl #name {
                /// The value as it is sent.
                pub fn value(self) -> i64 {
                    match self {
                        #(Self::#idents => #wires,)*
                        Self::Unknown(value) => value.value(),
                    }
                }
            }

            impl #runtime::open_enum::IntegerEnum for #name {
                const KNOWN: &'static [i64] = &[#(#wires),*];
                #spellings
                #flags

                fn known(value: i64) -> Option<Self> {
                    match value {
                        #(#wires => Some(Self::#idents),)*
                        _ => None,
                    }
                }

                fn unknown(value: #runtime::open_enum::UnknownInteger<Self>) -> Self {
                    Self::Unknown(value)
                }
            }

            impl From<i64> for #name {
                fn from(value: i64) -> Self {
                    #runtime::open_enum::from_integer(value)
                }
            }

            impl std::fmt::Display for #name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    std::fmt::Display::fmt(&self.value(), formatter)
                }
            }

            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_i64(self.value())
                }
            }

            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    #runtime::open_enum::read_integer(deserializer)
                }
            }

            #schema
        }
    }

    /// The schema of an enum, by the function of the runtime that makes it.
    fn schema_of_enum(&self, type_name: &str, function: &str) -> Option<TokenStream> {
        if self.runtime == Runtime::Client {
            return None;
        }
        let (name, function) = (identifier(type_name), identifier(function));
        let (runtime, with_schemars) = (self.runtime(), self.with_schemars());
        Some(quote! {
            #with_schemars
            impl JsonSchema for #name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    std::borrow::Cow::Borrowed(#type_name)
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    #runtime::open_enum::#function::<Self>()
                }
            }
        })
    }
}

fn declaration<W: std::fmt::Display>(variant: &Variant<W>) -> TokenStream {
    let name = identifier(&variant.name);
    let text = variant.description.clone().unwrap_or_else(|| format!("`{}`", variant.wire));
    let documentation = documentation(&text);
    quote! { #documentation #name }
}
