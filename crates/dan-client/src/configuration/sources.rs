//! Where settings are looked for, and in which order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dan_auth::Secret;
use dan_transport::{Error, ErrorKind, SubscriptionKey};

use crate::configuration::Configuration;
use crate::configuration::origin::{EffectiveSetting, Origin};
use crate::configuration::profile::{Content, Entry, Profile, default_configuration_file};
use crate::configuration::setting::{Form, Setting};
use crate::configuration::variables::Variables;
use crate::subscription_keys::SubscriptionKeys;

const SUBSCRIPTION_KEY_PREFIX: &str = "DAN_SUBSCRIPTION_KEY_";
/// What follows the prefix when it is the default key's file that is named.
const FILE: &str = "FILE";

/// The sources of a [`Configuration`]: what the caller says, else variables, else a profile of a configuration file, else
/// the defaults.
///
/// ```
/// use dan_client::{ConfigurationSources, Environment, Setting};
///
/// let variables = [("DAN_ENVIRONMENT".to_owned(), "production".to_owned())];
/// let configuration =
///     ConfigurationSources::new().variables(variables).option(Setting::Environment, "test").load()?;
/// assert_eq!(configuration.environment, Environment::Test);
/// # Ok::<(), dan_client::Error>(())
/// ```
#[derive(Default)]
#[must_use = "nothing is read until `load`"]
pub struct ConfigurationSources {
    options: BTreeMap<Setting, String>,
    variables: Variables,
    file: Option<PathBuf>,
    looks_for_file: bool,
    profile: Option<String>,
}

impl ConfigurationSources {
    /// No sources: the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the caller says goes before everything else.
    pub fn option(mut self, setting: Setting, value: impl Into<String>) -> Self {
        self.options.insert(setting, value.into());
        self
    }

    /// Variables given as pairs of name and value. Names of others are passed over, and an empty one counts as none.
    pub fn variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables = Variables::new(variables);
        self
    }

    /// The process's environment variables.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] names a variable that is no text.
    pub fn environment_variables(mut self) -> Result<Self, Error> {
        self.variables = Variables::of_process()?;
        Ok(self)
    }

    /// The configuration file. Unless said, it is the one that `DAN_CONFIG` names.
    pub fn file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// When no configuration file is named, looks for one at its [default place](default_configuration_file).
    pub fn default_file(mut self) -> Self {
        self.looks_for_file = true;
        self
    }

    /// The profile. Unless said, it is the one that `DAN_PROFILE` names, else the one that the file names as `profile`,
    /// else `default`, if there is one.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Reads them.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] names what cannot be right: the variable, the line of the configuration file, or the
    /// file that cannot be read.
    pub fn load(self) -> Result<Configuration, Error> {
        let profile = self.read_profile()?;
        let layers = Layers { options: self.options, variables: self.variables, profile };
        let mut values = Values::default();
        for setting in Setting::ALL {
            if let Some((text, origin)) = layers.find(setting)? {
                values.0.insert(setting, Value { text, origin });
            }
        }
        let (subscription_keys, mut shown) = layers.subscription_keys(&values)?;
        let mut configuration = Configuration::of(&values, subscription_keys)?;
        let told = Setting::ALL.into_iter().filter_map(|setting| {
            let value = values.0.get(&setting)?;
            Some(EffectiveSetting::shown(setting, value.text.expose(), value.origin.clone()))
        });
        let mut effective: Vec<EffectiveSetting> = told.collect();
        effective.append(&mut shown);
        configuration.effective = effective;
        Ok(configuration)
    }

    fn read_profile(&self) -> Result<Option<Profile>, Error> {
        let variable = |name| self.variables.get(name).map(|value| value.expose().trim().to_owned());
        let name = self.profile.clone().or_else(|| variable("DAN_PROFILE"));
        let named = self.file.clone().or_else(|| variable("DAN_CONFIG").map(PathBuf::from));
        let required = named.is_some();
        let looked_for = || self.looks_for_file.then(default_configuration_file).flatten();
        match (named.or_else(looked_for), name) {
            (Some(file), name) => Profile::read(&file, name.as_deref(), required),
            (None, Some(name)) => Err(configuration(format!(
                "the profile '{name}' needs a configuration file: name it by DAN_CONFIG"
            ))),
            (None, None) => Ok(None),
        }
    }
}

/// The values that are in force, each with its origin.
#[derive(Default)]
pub(super) struct Values(BTreeMap<Setting, Value>);

struct Value {
    text: Secret,
    origin: Origin,
}

impl Values {
    pub(super) fn secret(&self, setting: Setting) -> Option<Secret> {
        self.0.get(&setting).map(|value| value.text.clone())
    }

    pub(super) fn text(&self, setting: Setting) -> Option<String> {
        self.0.get(&setting).map(|value| value.text.expose().trim().to_owned())
    }

    pub(super) fn path(&self, setting: Setting) -> Option<PathBuf> {
        self.0.get(&setting).map(|value| PathBuf::from(value.text.expose()))
    }

    /// A text that is read into something else; what is wrong with it is told with where it stands.
    pub(super) fn read<T>(
        &self,
        setting: Setting,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.0.get(&setting) else { return Ok(None) };
        read(value.text.expose().trim()).map(Some).map_err(|problem| match &value.origin {
            Origin::Option => configuration(problem),
            origin => configuration(format!("{problem} ({origin})")),
        })
    }
}

/// The sources in their order.
struct Layers {
    options: BTreeMap<Setting, String>,
    variables: Variables,
    profile: Option<Profile>,
}

impl Layers {
    fn find(&self, setting: Setting) -> Result<Option<(Secret, Origin)>, Error> {
        if let Some(text) = self.options.get(&setting) {
            return Ok(Some((Secret::from(text.as_str()), Origin::Option)));
        }
        if let Some(found) = self.variable(setting)? {
            return Ok(Some(found));
        }
        let Some(profile) = &self.profile else { return Ok(None) };
        profile.setting(setting).map(|entry| read_entry(profile, entry)).transpose()
    }

    fn variable(&self, setting: Setting) -> Result<Option<(Secret, Origin)>, Error> {
        let Some(name) = setting.variable() else { return Ok(None) };
        if setting.form() == Form::Secret {
            return self.secret_variable(name);
        }
        Ok(self.variables.get(name).map(|value| (value.clone(), Origin::Variable(name.to_owned()))))
    }

    /// A secret that stands in a variable, or in the file that another names.
    fn secret_variable(&self, name: &str) -> Result<Option<(Secret, Origin)>, Error> {
        let file_name = format!("{name}_{FILE}");
        match (self.variables.get(name), self.variables.get(&file_name)) {
            (Some(_), Some(_)) => {
                Err(configuration(format!("{name} and {file_name} are both set; keep one")))
            }
            (Some(value), None) => Ok(Some((value.clone(), Origin::Variable(name.to_owned())))),
            (None, Some(path)) => {
                let text = read_file(Path::new(path.expose()), &file_name)?;
                Ok(Some((text, Origin::Variable(file_name))))
            }
            (None, None) => Ok(None),
        }
    }

    /// The keys of service contexts go source by source, too: a variable's before a profile's.
    fn subscription_keys(&self, values: &Values) -> Result<(SubscriptionKeys, Vec<EffectiveSetting>), Error> {
        let mut keys = SubscriptionKeys::new();
        let mut shown = Vec::new();
        if let Some(key) = values.secret(Setting::SubscriptionKey) {
            keys.set_default(SubscriptionKey::new(&key)?);
        }
        let variable_form = crate::subscription_keys::variable_form;
        let mut by_variable = BTreeMap::new();
        for ending in self.variables.endings(SUBSCRIPTION_KEY_PREFIX).filter(|ending| *ending != FILE) {
            let context = ending.strip_suffix(FILE).and_then(|context| context.strip_suffix('_'));
            let context = context.unwrap_or(ending);
            if let Some(key) = self.secret_variable(&format!("{SUBSCRIPTION_KEY_PREFIX}{context}"))? {
                by_variable.insert(context, key);
            }
        }
        if let Some(profile) = &self.profile {
            for (context, entry) in profile.subscription_keys() {
                if !by_variable.contains_key(variable_form(context).as_str()) {
                    let (key, origin) = read_entry(profile, entry)?;
                    keys.set(context, SubscriptionKey::new(&key)?);
                    shown.push(EffectiveSetting::subscription_key(context, origin));
                }
            }
        }
        for (context, (key, origin)) in by_variable {
            keys.set(context, SubscriptionKey::new(&key)?);
            shown.push(EffectiveSetting::subscription_key(context, origin));
        }
        Ok((keys, shown))
    }
}

fn read_entry(profile: &Profile, entry: &Entry) -> Result<(Secret, Origin), Error> {
    let origin = profile.origin(entry);
    let text = match &entry.content {
        Content::Text(text) => text.clone(),
        Content::File(path) => read_file(path, &origin)?,
    };
    Ok((text, origin))
}

fn read_file(path: &Path, named_by: impl std::fmt::Display) -> Result<Secret, Error> {
    // A final line break is the editor's, not the secret's.
    let trimmed = |text: String| Secret::from(text.trim_end_matches(['\r', '\n']));
    std::fs::read_to_string(path)
        .map(trimmed)
        .map_err(|error| configuration(format!("{named_by}: '{}' cannot be read: {error}", path.display())))
}

fn configuration(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
