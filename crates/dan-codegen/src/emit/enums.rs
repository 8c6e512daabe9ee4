//! Values out of a list that may grow.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::documentation::documentation;
use super::{Emitter, identifier};
use crate::representation::{TypeDefinition, Variant};

impl Emitter<'_> {
    pub(super) fn text_enum(&self, definition: &TypeDefinition, variants: &[Variant<String>]) -> TokenStream {
        let type_name = &definition.name;
        let name = identifier(type_name);
        let runtime = self.runtime();
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
                Unknown(String),
            }

            impl #name {
                /// The value as it is sent.
                pub fn as_str(&self) -> &str {
                    match self {
                        #(Self::#idents => #wires,)*
                        Self::Unknown(text) => text,
                    }
                }
            }

            impl From<&str> for #name {
                fn from(text: &str) -> Self {
                    match text {
                        #(#wires => Self::#idents,)*
                        other => Self::Unknown(other.to_owned()),
                    }
                }
            }

            impl std::fmt::Display for #name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str(self.as_str())
                }
            }

            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    #runtime::open_enum::read_text(deserializer)
                }
            }

            impl JsonSchema for #name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    std::borrow::Cow::Borrowed(#type_name)
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    #runtime::open_enum::text_schema(&[#(#wires),*])
                }
            }
        }
    }

    pub(super) fn integer_enum(&self, definition: &TypeDefinition, variants: &[Variant<i64>]) -> TokenStream {
        let type_name = &definition.name;
        let name = identifier(type_name);
        let runtime = self.runtime();
        let documentation = self.documentation_of(definition);
        let declarations = variants.iter().map(declaration);
        let idents: Vec<_> = variants.iter().map(|variant| identifier(&variant.name)).collect();
        let wires: Vec<_> = variants.iter().map(|variant| Literal::i64_unsuffixed(variant.wire)).collect();
        quote! {
            #documentation
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#declarations,)*
                /// A value that this version does not know, as it was sent.
                Unknown(i64),
            }

            impl #name {
                /// The value as it is sent.
                pub fn value(self) -> i64 {
                    match self {
                        #(Self::#idents => #wires,)*
                        Self::Unknown(value) => value,
                    }
                }
            }

            impl From<i64> for #name {
                fn from(value: i64) -> Self {
                    match value {
                        #(#wires => Self::#idents,)*
                        other => Self::Unknown(other),
                    }
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

            impl JsonSchema for #name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    std::borrow::Cow::Borrowed(#type_name)
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    #runtime::open_enum::integer_schema(&[#(#wires),*])
                }
            }
        }
    }
}

fn declaration<W: std::fmt::Display>(variant: &Variant<W>) -> TokenStream {
    let name = identifier(&variant.name);
    let text = variant.description.clone().unwrap_or_else(|| format!("`{}`", variant.wire));
    let documentation = documentation(&text);
    quote! { #documentation #name }
}
