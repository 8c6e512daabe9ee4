//! Objects of several kinds that a field tells apart.

use proc_macro2::TokenStream;
use quote::quote;

use super::documentation::documentation;
use super::{Emitter, identifier};
use crate::representation::{TypeDefinition, Union};

impl Emitter<'_> {
    pub(super) fn union(&self, definition: &TypeDefinition, union: &Union) -> TokenStream {
        let name = identifier(&definition.name);
        let documentation_of_union = self.documentation_of(definition);
        let tag = &union.tag;
        let runtime = self.runtime();
        let variants = union.variants.iter().map(|variant| {
            let (name, content) = (identifier(&variant.name), identifier(&variant.definition));
            let tag_value = &variant.tag_value;
            let documentation = documentation(&format!("`{tag}` is `{tag_value}`."));
            quote! { #documentation #[serde(rename = #tag_value)] #name(#content) }
        });
        quote! {
            #documentation_of_union
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = #tag)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants,)*
                /// A kind that this version does not know, with all its fields.
                #[serde(untagged)]
                Unknown(#runtime::UnknownFields),
            }
        }
    }
}
