//! The subscription keys, and which one a call uses.

use std::collections::BTreeMap;

use dan_model::EvidenceCode;
use dan_transport::{Error, ErrorKind, SubscriptionKey};

/// Subscription keys: each belongs to one service context.
///
/// A call uses the key of the context that it names; else the only key there is; else the key that follows from the
/// contexts to which the metadata says the dataset belongs. Where that leaves several, the default key decides, and
/// without one the call is an error that lists the choices.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionKeys {
    default: Option<SubscriptionKey>,
    /// By the context's name as it stands in the name of an environment variable.
    by_context: BTreeMap<String, SubscriptionKey>,
}

/// What the keys and the named context say, before any metadata.
pub(crate) enum Choice<'a> {
    Key(&'a SubscriptionKey),
    /// The metadata of the dataset has to decide.
    ByMetadata,
}

impl SubscriptionKeys {
    /// No keys yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key that is used where nothing says another.
    pub fn set_default(&mut self, key: SubscriptionKey) {
        self.default = Some(key);
    }

    /// The key of a service context, by its name in the metadata, such as `eBevis`. Only letters and digits count,
    /// and not their case, so that the name of an environment variable can carry it.
    pub fn set(&mut self, service_context: &str, key: SubscriptionKey) {
        self.by_context.insert(variable_form(service_context), key);
    }

    pub(crate) fn choose(&self, service_context: Option<&str>) -> Result<Choice<'_>, Error> {
        if let Some(name) = service_context {
            return self.named(name).map(Choice::Key);
        }
        match (&self.default, self.by_context.len()) {
            (Some(key), 0) => Ok(Choice::Key(key)),
            (None, 0) => Err(configuration(
                "this needs a subscription key; configure the one from the developer portal",
            )),
            (None, 1) => Ok(self.by_context.values().next().map_or(Choice::ByMetadata, Choice::Key)),
            _ => Ok(Choice::ByMetadata),
        }
    }

    /// The key for a dataset, by the contexts that its metadata names.
    pub(crate) fn choose_by_metadata(
        &self,
        dataset: &str,
        evidence_codes: &[EvidenceCode],
    ) -> Result<&SubscriptionKey, Error> {
        let contexts: Vec<&str> = evidence_codes
            .iter()
            .filter(|code| code.evidence_code_name == dataset)
            .flat_map(contexts_of)
            .collect();
        let fitting: Vec<&String> = self
            .by_context
            .keys()
            .filter(|configured| contexts.iter().any(|context| variable_form(context) == **configured))
            .collect();
        match (fitting.as_slice(), &self.default) {
            ([only], _) => Ok(&self.by_context[*only]),
            (_, Some(key)) => Ok(key),
            ([], None) if contexts.is_empty() => Err(Error::new(
                ErrorKind::NotFound,
                format!("the metadata knows no dataset '{dataset}'. Dataset names are case-sensitive."),
            )),
            ([], None) => Err(configuration(format!(
                "no subscription key fits '{dataset}': it belongs to {}, and there are keys for {}",
                contexts.join(", "),
                self.configured()
            ))),
            (several, None) => {
                let choices = several.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
                Err(configuration(format!(
                    "'{dataset}' can be had in several service contexts; say which one: {choices}"
                )))
            }
        }
    }

    fn named(&self, name: &str) -> Result<&SubscriptionKey, Error> {
        if let Some(key) = self.by_context.get(&variable_form(name)) {
            return Ok(key);
        }
        // A single key that is not labelled is taken to be that of the context the caller names.
        match &self.default {
            Some(key) if self.by_context.is_empty() => Ok(key),
            _ if self.by_context.is_empty() => Err(configuration(
                "this needs a subscription key; configure the one from the developer portal",
            )),
            _ => Err(configuration(format!(
                "there is no subscription key for the service context '{name}', only for {}",
                self.configured()
            ))),
        }
    }

    fn configured(&self) -> String {
        self.by_context.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

fn contexts_of(code: &EvidenceCode) -> impl Iterator<Item = &str> {
    code.belongs_to_service_contexts.iter().map(String::as_str).chain(code.service_context.as_deref())
}

/// `Altinn Studio-apps` becomes `ALTINN_STUDIO_APPS`.
fn variable_form(name: &str) -> String {
    name.chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' })
        .collect()
}

fn configuration(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
