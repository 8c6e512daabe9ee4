//! Where a value comes from.

use std::fmt;
use std::path::PathBuf;

use crate::configuration::setting::Setting;

/// Where the value of a setting comes from. Earlier ones go before later ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The caller said so: an option of the command line, or code.
    Option,
    /// The environment variable of this name.
    Variable(String),
    /// A profile.
    Profile {
        /// The profile's name.
        name: String,
        /// The file that it stands in.
        file: PathBuf,
        /// The line of that file.
        line: usize,
    },
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option => formatter.write_str("option"),
            Self::Variable(name) => write!(formatter, "variable {name}"),
            Self::Profile { name, file, line } => {
                write!(formatter, "profile '{name}', {}:{line}", file.display())
            }
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// A setting that is in force, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EffectiveSetting {
    /// Its name in a profile, such as `maskinporten.client_id`.
    pub key: String,
    /// Its value; of a secret, that there is one.
    pub value: String,
    /// Where the value comes from.
    pub origin: Origin,
}

impl EffectiveSetting {
    pub(super) fn shown(setting: Setting, text: &str, origin: Origin) -> Self {
        // A URL may hold a password.
        let hidden = setting.is_secret() || (text.contains("://") && text.contains('@'));
        let value = if hidden { REDACTED.to_owned() } else { text.to_owned() };
        Self { key: setting.key().to_owned(), value, origin }
    }

    pub(super) fn subscription_key(context: &str, origin: Origin) -> Self {
        Self { key: format!("subscription_keys.{context}"), value: REDACTED.to_owned(), origin }
    }
}

/// As secrets print everywhere.
const REDACTED: &str = "[redacted]";
