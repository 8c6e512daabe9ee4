//! Variables by name.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dan_auth::Secret;
use dan_transport::{Error, ErrorKind};

/// Variables that have a value, each taken once.
pub(crate) struct Variables(BTreeMap<String, Secret>);

impl Variables {
    pub(crate) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let given = variables.into_iter().filter(|(_, value)| !value.trim().is_empty());
        Self(given.map(|(name, value)| (name, Secret::from(value))).collect())
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.take_secret(name).map(|value| value.expose().trim().to_owned())
    }

    pub(crate) fn take_path(&mut self, name: &str) -> Option<PathBuf> {
        self.take_secret(name).map(|value| PathBuf::from(value.expose()))
    }

    pub(crate) fn take_secret(&mut self, name: &str) -> Option<Secret> {
        self.0.remove(name)
    }

    /// The value of `name`, or the content of the file that `name` with `_FILE` points to.
    pub(crate) fn take_secret_or_file(&mut self, name: &str) -> Result<Option<Secret>, Error> {
        let file_variable = format!("{name}_FILE");
        match (self.take_secret(name), self.take_path(&file_variable)) {
            (Some(_), Some(_)) => {
                Err(configuration(format!("{name} and {file_variable} are both set; keep one")))
            }
            (value, None) => Ok(value),
            (None, Some(path)) => {
                std::fs::read_to_string(&path).map(|text| Some(Secret::from(text))).map_err(|error| {
                    configuration(format!("{file_variable}: '{}' cannot be read: {error}", path.display()))
                })
            }
        }
    }

    /// All that begin with `prefix`, under what follows it.
    pub(crate) fn take_prefixed(&mut self, prefix: &str) -> Vec<(String, Secret)> {
        let names: Vec<String> = self.0.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
        names
            .into_iter()
            .filter_map(|name| Some((name[prefix.len()..].to_owned(), self.0.remove(&name)?)))
            .collect()
    }
}

fn configuration(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        Variables::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn an_empty_variable_counts_as_none() {
        assert!(variables(&[("A", "  ")]).take("A").is_none());
    }

    #[test]
    fn a_secret_comes_from_one_place() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "from file").unwrap();
        let path = file.path().to_str().unwrap();

        let from_file = variables(&[("KEY_FILE", path)]).take_secret_or_file("KEY").unwrap();
        assert_eq!(from_file.unwrap().expose(), "from file");
        let both = variables(&[("KEY", "a"), ("KEY_FILE", path)]).take_secret_or_file("KEY").unwrap_err();
        insta::assert_snapshot!(both, @"KEY and KEY_FILE are both set; keep one");
        let missing = variables(&[("KEY_FILE", "/nowhere/key")]).take_secret_or_file("KEY").unwrap_err();
        assert!(missing.to_string().starts_with("KEY_FILE: '/nowhere/key' cannot be read"));
    }
}
