//! Datasets: what a type is harvested by, and what it takes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::documentation::documentation;
use super::{Emitter, identifier};
use crate::representation::{Dataset, Form, Parameter, Type};

impl Emitter<'_> {
    pub(super) fn dataset(&self, dataset: &Dataset) -> TokenStream {
        let name = identifier(&dataset.definition);
        let dataset_name = &dataset.name;
        let read = match dataset.form {
            Form::Values => quote! { harvest.values() },
            Form::Document => quote! { harvest.document() },
            Form::Bytes => quote! { Ok(Self { content: harvest.bytes().clone() }) },
        };
        let parameters = if dataset.parameters.is_empty() {
            quote! { () }
        } else {
            let name = identifier(&dataset.parameters_name);
            quote! { #name }
        };
        let builder = (!dataset.parameters.is_empty()).then(|| self.parameters(dataset));
        let bytes = (dataset.form == Form::Bytes).then(|| self.bytes(dataset));
        quote! {
            #bytes

            impl dan_client::Dataset for #name {
                const NAME: &'static str = #dataset_name;
                type Parameters = #parameters;
                fn read(harvest: &dan_client::Harvest) -> Result<Self, dan_client::Error> {
                    #read
                }
            }

            #builder
        }
    }

    /// A binary dataset is what its bytes are.
    fn bytes(&self, dataset: &Dataset) -> TokenStream {
        let name = identifier(&dataset.definition);
        let documentation =
            self.model.find(&dataset.definition).map(|definition| self.documentation_of(definition));
        quote! {
            #documentation
            #[derive(Clone, PartialEq, Eq)]
            #[non_exhaustive]
            pub struct #name {
                /// The bytes as they arrived.
                pub content: dan_client::Bytes,
            }

            impl std::fmt::Debug for #name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter
                        .debug_struct(stringify!(#name))
                        .field("content", &dan_client::model::Withheld)
                        .finish()
                }
            }
        }
    }

    /// What the dataset takes besides the subject: what is required is in the constructor.
    fn parameters(&self, dataset: &Dataset) -> TokenStream {
        let Dataset { parameters_name, parameters, name, .. } = dataset;
        let builder = identifier(parameters_name);
        let documentation_of_builder = documentation(&format!("What `{name}` takes besides the subject."));
        let fields = parameters.iter().map(|parameter| {
            let (field, value) = (identifier(&parameter.name), self.type_name(&parameter.value));
            if parameter.is_required {
                quote! { #field: #value }
            } else {
                quote! { #field: Option<#value> }
            }
        });
        let (required, optional): (Vec<&Parameter>, Vec<&Parameter>) =
            parameters.iter().partition(|parameter| parameter.is_required);
        let default = required.is_empty().then(|| quote! { Default, });
        let constructor = self.constructor_of_parameters(&required, &optional);
        let setters = optional.iter().map(|parameter| self.parameter_setter(parameter));
        let pairs = parameters.iter().map(|parameter| {
            let (field, wire_name) = (identifier(&parameter.name), &parameter.wire_name);
            let text = (parameter.value != Type::Text).then(|| quote! { .to_string() });
            if parameter.is_required {
                quote! { Some((#wire_name, self.#field #text)) }
            } else {
                quote! { self.#field.map(|value| (#wire_name, value #text)) }
            }
        });
        quote! {
            #documentation_of_builder
            #[derive(Clone, #default PartialEq)]
            pub struct #builder {
                #(#fields,)*
            }

            impl #builder {
                #constructor
                #(#setters)*
            }

            impl dan_client::DatasetParameters for #builder {
                fn into_pairs(self) -> Vec<(&'static str, String)> {
                    [#(#pairs),*].into_iter().flatten().collect()
                }
            }
        }
    }

    fn constructor_of_parameters(&self, required: &[&Parameter], optional: &[&Parameter]) -> TokenStream {
        if required.is_empty() {
            return quote! {
                /// None of them.
                pub fn new() -> Self {
                    Self::default()
                }
            };
        }
        let arguments = required.iter().map(|parameter| {
            let (field, value) = (identifier(&parameter.name), self.argument_type(&parameter.value));
            quote! { #field: #value }
        });
        let given = required.iter().map(|parameter| {
            let field = identifier(&parameter.name);
            if parameter.value == Type::Boolean {
                return quote! { #field };
            }
            let value = argument(parameter);
            quote! { #field: #value }
        });
        let left_out = optional.iter().map(|parameter| {
            let field = identifier(&parameter.name);
            quote! { #field: None }
        });
        quote! {
            /// Those that must be given.
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#given,)* #(#left_out,)* }
            }
        }
    }

    fn parameter_setter(&self, parameter: &Parameter) -> TokenStream {
        let (field, setter) = (identifier(&parameter.name), format_ident!("with_{}", parameter.name));
        let (argument_type, value) = (self.argument_type(&parameter.value), argument(parameter));
        let documentation = documentation(&format!("Gives `{}`.", parameter.wire_name));
        quote! {
            #documentation
            #[must_use]
            pub fn #setter(mut self, #field: #argument_type) -> Self {
                self.#field = Some(#value);
                self
            }
        }
    }

    fn argument_type(&self, value: &Type) -> TokenStream {
        let name = self.type_name(value);
        if *value == Type::Boolean {
            name
        } else {
            quote! { impl Into<#name> }
        }
    }
}

fn argument(parameter: &Parameter) -> TokenStream {
    let field = identifier(&parameter.name);
    if parameter.value == Type::Boolean {
        quote! { #field }
    } else {
        quote! { #field.into() }
    }
}
