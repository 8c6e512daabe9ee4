//! Variables by name.

use std::collections::BTreeMap;

use dan_auth::Secret;
use dan_transport::{Error, ErrorKind};

/// Variables that have a value; an empty one counts as none.
#[derive(Default)]
pub(super) struct Variables(BTreeMap<String, Secret>);

impl Variables {
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let given = variables.into_iter().filter(|(_, value)| !value.trim().is_empty());
        Self(given.map(|(name, value)| (name, Secret::from(value))).collect())
    }

    /// Those of the process. Names of others are passed over, whatever their values are.
    pub(super) fn of_process() -> Result<Self, Error> {
        let mut variables = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| is_ours(name)) else { continue };
            let value = value.into_string().map_err(|_| {
                Error::new(ErrorKind::Configuration, format!("the variable {name} is no UTF-8 text"))
            })?;
            variables.push((name.to_owned(), value));
        }
        Ok(Self::new(variables))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// What follows a beginning in the names that have it.
    pub(super) fn endings(&self, beginning: &str) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(move |name| name.strip_prefix(beginning))
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("DAN_") || name.starts_with("MASKINPORTEN_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_none() {
        let variables = Variables::new([("A".to_owned(), "  ".to_owned())]);
        assert!(variables.get("A").is_none());
    }
}
