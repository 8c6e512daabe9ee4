//! The subscription keys, and which one a call uses.

mod of_call;

use std::collections::BTreeMap;

use dan_model::EvidenceCode;
use dan_transport::{Error, ErrorKind, SubscriptionKey};

use crate::dataset_name::unknown_dataset;
use crate::near_name::did_you_mean;

const NO_KEY: &str = "this needs a subscription key: copy it from the developer portal into DAN_SUBSCRIPTION_KEY, or into a profile";

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

/// The keys that fit datasets by the contexts that their metadata names.
pub(crate) enum Fitting<'a> {
    One(&'a SubscriptionKey),
    /// Something else has to decide; `ambiguity` is what is told when nothing does.
    Several {
        keys: Vec<&'a SubscriptionKey>,
        ambiguity: Error,
    },
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

    /// The key of a service context, by its name in the metadata, such as `eBevis`, or by its
    /// [variable form](Self::variable_form).
    ///
    /// ```
    /// use dan_client::{Configuration, ErrorKind, Secret, SubscriptionKey, SubscriptionKeys};
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// let mut keys = SubscriptionKeys::new();
    /// keys.set("Tilda", SubscriptionKey::new(&Secret::from(sandbox.subscription_keys()["Tilda"].as_str()))?);
    /// keys.set("eBevis", SubscriptionKey::new(&Secret::from(sandbox.subscription_keys()["eBevis"].as_str()))?);
    /// let mut configuration = Configuration::from_variables(sandbox.variables())?;
    /// configuration.subscription_keys = keys;
    /// let client = configuration.client()?;
    ///
    /// client.direct_harvest("TildaMetadatav1").await?; // By its metadata, it belongs to Tilda.
    /// let either = client.direct_harvest("UnitBasicInformation").subject("991825827");
    /// assert_eq!(either.clone().await.unwrap_err().kind(), ErrorKind::Configuration);
    /// either.service_context("eBevis").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set(&mut self, service_context: &str, key: SubscriptionKey) {
        self.by_context.insert(variable_form(service_context), key);
    }

    /// The name of a service context as it stands in the name of an environment variable: letters in capitals, and `_` for
    /// each character that is neither a letter from A to Z nor a digit. Names of the same form mean the same context.
    ///
    /// ```
    /// # use dan_client::SubscriptionKeys;
    /// assert_eq!(SubscriptionKeys::variable_form("Altinn Studio-apps"), "ALTINN_STUDIO_APPS");
    /// ```
    pub fn variable_form(service_context: &str) -> String {
        variable_form(service_context)
    }

    /// Takes in other keys, which go before its own.
    pub(crate) fn join(&mut self, others: Self) {
        self.default = others.default.or(self.default.take());
        self.by_context.extend(others.by_context);
    }

    /// Whether there is a key that is used where nothing says another.
    pub fn has_default(&self) -> bool {
        self.default.is_some()
    }

    /// The service contexts that have a key of their own: their names in capitals, other characters as `_`.
    pub fn service_contexts(&self) -> impl Iterator<Item = &str> {
        self.by_context.keys().map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.default.is_none() && self.by_context.is_empty()
    }

    pub(crate) fn choose(&self, service_context: Option<&str>) -> Result<Choice<'_>, Error> {
        if let Some(name) = service_context {
            return self.named(name).map(Choice::Key);
        }
        match (&self.default, self.by_context.len()) {
            (Some(key), 0) => Ok(Choice::Key(key)),
            (None, 0) => Err(configuration(NO_KEY)),
            (None, 1) => Ok(self.by_context.values().next().map_or(Choice::ByMetadata, Choice::Key)),
            _ => Ok(Choice::ByMetadata),
        }
    }

    /// The keys for datasets that are asked for together, by the contexts that their metadata names.
    pub(crate) fn fitting(
        &self,
        datasets: &[&str],
        evidence_codes: &[EvidenceCode],
    ) -> Result<Fitting<'_>, Error> {
        let mut fitting: Vec<&String> = self.by_context.keys().collect();
        for dataset in datasets {
            let entries: Vec<_> =
                evidence_codes.iter().filter(|code| code.evidence_code_name == *dataset).collect();
            if entries.is_empty() {
                return self.default_or(|| unknown_dataset(dataset, evidence_codes));
            }
            let those_before = fitting.clone();
            fitting.retain(|configured| entries.iter().any(|entry| belongs(entry, configured)));
            if fitting.is_empty() {
                return self
                    .default_or(|| self.no_key_fits(dataset, &entries, &those_before, evidence_codes));
            }
            // Where one dataset has an alias for each context, this member says whose alias it is.
            let alias_of = |name: &&String| {
                let mut contexts = entries.iter().filter_map(|entry| entry.service_context.as_deref());
                contexts.any(|context| variable_form(context) == **name)
            };
            if fitting.len() > 1 && fitting.iter().any(alias_of) {
                fitting.retain(alias_of);
            }
        }
        Ok(match (fitting.as_slice(), &self.default) {
            ([only], _) => Fitting::One(&self.by_context[*only]),
            (_, Some(key)) => Fitting::One(key),
            (several, None) => Fitting::Several {
                keys: several.iter().map(|name| &self.by_context[*name]).collect(),
                ambiguity: configuration(format!(
                    "'{}' can be had in several service contexts; say which one: {}",
                    datasets.join("', '"),
                    listed(several, evidence_codes)
                )),
            },
        })
    }

    fn default_or(&self, problem: impl FnOnce() -> Error) -> Result<Fitting<'_>, Error> {
        self.default.as_ref().map(Fitting::One).ok_or_else(problem)
    }

    /// The service contexts in one of which a dataset is asked for, as the metadata spells them: the one that is said, or
    /// those of the dataset that have a key, or all of the dataset's.
    pub(crate) fn contexts_for(
        &self,
        said: Option<&str>,
        dataset: &str,
        evidence_codes: &[EvidenceCode],
    ) -> Vec<String> {
        if let Some(said) = said {
            let mut known = evidence_codes.iter().flat_map(contexts_of);
            let spelt = known.find(|known| variable_form(known) == variable_form(said)).unwrap_or(said);
            return vec![spelt.to_owned()];
        }
        let of_dataset = evidence_codes.iter().filter(|code| code.evidence_code_name == dataset);
        let all: Vec<String> = of_dataset.flat_map(contexts_of).map(str::to_owned).collect();
        let has_key = |context: &&String| self.by_context.contains_key(&variable_form(context));
        let with_key: Vec<String> = all.iter().filter(has_key).cloned().collect();
        if with_key.is_empty() { all } else { with_key }
    }

    /// A dataset is in no context that has a key, or in none that has the datasets before it.
    fn no_key_fits(
        &self,
        dataset: &str,
        entries: &[&EvidenceCode],
        those_before: &[&String],
        evidence_codes: &[EvidenceCode],
    ) -> Error {
        let mut contexts: Vec<&str> = entries.iter().copied().flat_map(contexts_of).collect();
        contexts.sort_unstable();
        contexts.dedup();
        let contexts = contexts.join(", ");
        if those_before.len() < self.by_context.len() {
            return configuration(format!(
                "'{dataset}' belongs to {contexts}, and the datasets before it to {}: one subscription key cannot have \
                 them all. Ask for them apart.",
                listed(those_before, evidence_codes)
            ));
        }
        configuration(format!(
            "no subscription key fits '{dataset}': it belongs to {contexts}, and there are keys for {}",
            listed(&self.by_context.keys().collect::<Vec<_>>(), evidence_codes)
        ))
    }

    /// A key of any service context, for what every key of the caller's can see; the context's own when one is named.
    pub(crate) fn any(&self, service_context: Option<&str>) -> Result<&SubscriptionKey, Error> {
        match self.choose(service_context)? {
            Choice::Key(key) => Ok(key),
            Choice::ByMetadata => {
                let mut keys = self.default.iter().chain(self.by_context.values());
                keys.next().ok_or_else(|| self.several_contexts())
            }
        }
    }

    /// The key for what belongs to one service context and to no dataset.
    pub(crate) fn for_context(&self, service_context: Option<&str>) -> Result<&SubscriptionKey, Error> {
        match (self.choose(service_context)?, &self.default) {
            (Choice::Key(key), _) | (Choice::ByMetadata, Some(key)) => Ok(key),
            (Choice::ByMetadata, None) => Err(self.several_contexts()),
        }
    }

    fn several_contexts(&self) -> Error {
        configuration(format!("there are several service contexts; say which one: {}", self.configured()))
    }

    fn named(&self, name: &str) -> Result<&SubscriptionKey, Error> {
        let mut keys = self.by_context.iter();
        if let Some((_, key)) = keys.find(|(context, _)| variable_characters(name).eq(context.chars())) {
            return Ok(key);
        }
        // A single key that is not labelled is taken to be that of the context the caller names.
        match &self.default {
            Some(key) if self.by_context.is_empty() => Ok(key),
            _ if self.by_context.is_empty() => Err(configuration(NO_KEY)),
            _ => Err(configuration(format!(
                "there is no subscription key for the service context '{name}', only for {}.{}",
                self.configured(),
                did_you_mean(name, self.service_contexts())
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

/// Whether the dataset belongs to the context of a configured key.
fn belongs(code: &EvidenceCode, configured: &str) -> bool {
    contexts_of(code).any(|context| variable_form(context) == configured)
}

/// The contexts of configured keys, as the metadata spells them where it knows them.
fn listed(configured: &[&String], evidence_codes: &[EvidenceCode]) -> String {
    let spelt = |name: &&String| {
        let mut known = evidence_codes.iter().flat_map(contexts_of);
        known.find(|context| variable_form(context) == **name).unwrap_or(name).to_owned()
    };
    configured.iter().map(spelt).collect::<Vec<_>>().join(", ")
}

/// `Altinn Studio-apps` becomes `ALTINN_STUDIO_APPS`.
pub(crate) fn variable_form(name: &str) -> String {
    variable_characters(name).collect()
}

fn variable_characters(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(
        |character| {
            if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' }
        },
    )
}

fn configuration(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests;
