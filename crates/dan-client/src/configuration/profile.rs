//! The configuration file: profiles in TOML.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use dan_auth::Secret;
use dan_transport::{Error, ErrorKind};
use etcetera::BaseStrategy as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::configuration::origin::Origin;
use crate::configuration::setting::{Form, Setting};
use crate::near_name::did_you_mean;

/// The table of keys that each belong to a service context.
const SUBSCRIPTION_KEYS: &str = "subscription_keys";
/// The profile that is used when none is named.
const DEFAULT_PROFILE: &str = "default";

/// One profile of a configuration file.
#[derive(Default)]
pub(super) struct Profile {
    name: String,
    file: PathBuf,
    settings: BTreeMap<Setting, Entry>,
    subscription_keys: BTreeMap<String, Entry>,
}

/// A text of a profile.
pub(super) struct Entry {
    pub(super) content: Content,
    line: usize,
}

pub(super) enum Content {
    Text(Secret),
    /// The file that holds the text.
    File(PathBuf),
}

/// Where the configuration file is, unless said: `dan/config.toml` below `$XDG_CONFIG_HOME` or `~/.config`, and below
/// `%APPDATA%` on Windows. `None` when this user has no home.
pub fn default_configuration_file() -> Option<PathBuf> {
    let folder = etcetera::choose_base_strategy().ok()?.config_dir();
    Some(folder.join("dan").join("config.toml"))
}

impl Profile {
    /// Reads a profile: the one that is named, else the one that the file names, else `default` if it is there.
    ///
    /// `required` says whether the file must be there.
    pub(super) fn read(file: &Path, name: Option<&str>, required: bool) -> Result<Option<Self>, Error> {
        match std::fs::read_to_string(file) {
            Ok(text) => Document { file, text: &text }.profile(name),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !required && name.is_none() => Ok(None),
            Err(error) => {
                let is_missing = error.kind() == io::ErrorKind::NotFound;
                let advice = if is_missing { "; 'dan config init' writes one" } else { "" };
                let file = file.display();
                Err(configuration(format!("the configuration file '{file}' cannot be read: {error}{advice}")))
            }
        }
    }

    pub(super) fn setting(&self, setting: Setting) -> Option<&Entry> {
        self.settings.get(&setting)
    }

    pub(super) fn subscription_keys(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.subscription_keys.iter().map(|(context, entry)| (context.as_str(), entry))
    }

    pub(super) fn origin(&self, entry: &Entry) -> Origin {
        Origin::Profile { name: self.name.clone(), file: self.file.clone(), line: entry.line }
    }
}

/// A configuration file while it is read. Errors name its place and never quote a value.
struct Document<'d> {
    file: &'d Path,
    text: &'d str,
}

type Key<'d> = Spanned<toml::de::DeString<'d>>;
type Value<'d> = Spanned<DeValue<'d>>;

impl<'d> Document<'d> {
    fn profile(&self, name: Option<&str>) -> Result<Option<Profile>, Error> {
        let root = DeTable::parse(self.text).map_err(|error| {
            let place = error.span().map_or(self.text.len(), |span| span.start);
            self.error(place, error.message())
        })?;
        let mut profiles = BTreeMap::new();
        let mut chosen = None;
        for (key, value) in root.get_ref() {
            match key.get_ref().as_ref() {
                "profile" => chosen = Some((self.text(key, value)?, key.span().start)),
                "profiles" => {
                    for (name, table) in self.table(key, value)? {
                        profiles.insert(name.get_ref().as_ref(), (name, table));
                    }
                }
                other => return Err(self.unknown(key, other, ["profile", "profiles"].into_iter())),
            }
        }
        let missing = |name: &str| {
            let names = profiles.keys().copied().collect::<Vec<_>>().join(", ");
            let meant = did_you_mean(name, profiles.keys().copied());
            let names = if names.is_empty() { "none".to_owned() } else { names };
            format!("there is no profile '{name}'; there are: {names}.{meant}")
        };
        // All are read, so that a mistake in any of them is told at once and not on the day it is used.
        let mut read = BTreeMap::new();
        for (name, (key, table)) in &profiles {
            read.insert(*name, self.read(name, self.table(key, table)?)?);
        }
        match (name, chosen) {
            (Some(name), _) => match read.remove(name) {
                Some(profile) => Ok(Some(profile)),
                None => Err(configuration(format!("'{}': {}", self.file.display(), missing(name)))),
            },
            (None, Some((name, place))) => match read.remove(name.as_str()) {
                Some(profile) => Ok(Some(profile)),
                None => Err(self.error(place, missing(&name))),
            },
            (None, None) => Ok(read.remove(DEFAULT_PROFILE)),
        }
    }

    fn read(&self, name: &str, table: &DeTable<'d>) -> Result<Profile, Error> {
        let mut profile = Profile { name: name.to_owned(), file: self.file.to_owned(), ..Profile::default() };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                SUBSCRIPTION_KEYS => {
                    for (context, value) in self.table(key, value)? {
                        let entry = self.subscription_key(context, value)?;
                        profile.subscription_keys.insert(context.get_ref().to_string(), entry);
                    }
                }
                "maskinporten" => {
                    for (key, value) in self.table(key, value)? {
                        self.take(&mut profile, "maskinporten.", key, value)?;
                    }
                }
                _ => self.take(&mut profile, "", key, value)?,
            }
        }
        Ok(profile)
    }

    /// Puts one key of a profile where it belongs.
    fn take(
        &self,
        profile: &mut Profile,
        prefix: &str,
        key: &Key<'d>,
        value: &Value<'d>,
    ) -> Result<(), Error> {
        let name = format!("{prefix}{}", key.get_ref());
        let (setting, by_file) = setting(&name).ok_or_else(|| {
            let known = Setting::ALL.iter().filter_map(|setting| setting.key().strip_prefix(prefix));
            let known = known
                .filter(|name| !name.contains('.'))
                .chain([SUBSCRIPTION_KEYS, "maskinporten"].into_iter().filter(|_| prefix.is_empty()));
            self.unknown(key, key.get_ref(), known)
        })?;
        let text = if setting == Setting::Scopes { self.words(key, value)? } else { self.text(key, value)? };
        let content = if by_file {
            Content::File(self.beside(&text))
        } else if setting.form() == Form::Path {
            Content::Text(Secret::from(self.beside(&text).to_string_lossy().into_owned()))
        } else {
            Content::Text(Secret::from(text))
        };
        let place = key.span().start;
        let entry = Entry { content, line: self.line(place) };
        if profile.settings.insert(setting, entry).is_some() {
            return Err(self.error(place, format!("{setting} and {setting}_file are both set; keep one")));
        }
        Ok(())
    }

    /// The key itself, or `{ file = "…" }`.
    fn subscription_key(&self, key: &Key<'d>, value: &Value<'d>) -> Result<Entry, Error> {
        let line = self.line(key.span().start);
        let Some(table) = value.get_ref().as_table() else {
            return Ok(Entry { content: Content::Text(Secret::from(self.text(key, value)?)), line });
        };
        let mut named = None;
        for (form, value) in table {
            match form.get_ref().as_ref() {
                "file" => named = Some(Content::File(self.beside(&self.text(form, value)?))),
                other => return Err(self.unknown(form, other, ["file"].into_iter())),
            }
        }
        let content = named.ok_or_else(|| {
            self.error(key.span().start, "a subscription key is a text, or { file = \"…\" }")
        })?;
        Ok(Entry { content, line })
    }

    fn table<'v>(&self, key: &Key<'d>, value: &'v Value<'d>) -> Result<&'v DeTable<'d>, Error> {
        value.get_ref().as_table().ok_or_else(|| self.kind(key, "a table", value))
    }

    /// Numbers are taken as they are written, since an organization number looks like one.
    fn text(&self, key: &Key<'d>, value: &Value<'d>) -> Result<String, Error> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) => Ok(number.as_str().to_owned()),
            _ => Err(self.kind(key, "a text", value)),
        }
    }

    /// A text, or a list of texts.
    fn words(&self, key: &Key<'d>, value: &Value<'d>) -> Result<String, Error> {
        let Some(list) = value.get_ref().as_array() else { return self.text(key, value) };
        let words: Result<Vec<String>, Error> = list.iter().map(|word| self.text(key, word)).collect();
        Ok(words?.join(" "))
    }

    fn beside(&self, path: &str) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(path)
    }

    fn kind(&self, key: &Key<'d>, expected: &str, value: &Value<'d>) -> Error {
        let found = value.get_ref().type_str();
        self.error(key.span().start, format!("'{}' must be {expected}, and is {found}", key.get_ref()))
    }

    fn unknown<'k>(&self, key: &Key<'d>, name: &str, known: impl Iterator<Item = &'k str>) -> Error {
        let known: Vec<&str> = known.collect();
        let meant = did_you_mean(name, known.iter().copied());
        let problem = format!("there is no setting '{name}'; known here: {}.{meant}", known.join(", "));
        self.error(key.span().start, problem)
    }

    fn error(&self, place: usize, problem: impl fmt::Display) -> Error {
        configuration(format!("'{}', line {}: {problem}", self.file.display(), self.line(place)))
    }

    fn line(&self, place: usize) -> usize {
        self.text.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1
    }
}

/// The setting of a name, and whether the name is that of the file which holds it.
fn setting(name: &str) -> Option<(Setting, bool)> {
    let named = |name: &str| Setting::ALL.into_iter().find(|setting| setting.key() == name);
    if let Some(setting) = named(name) {
        return Some((setting, false));
    }
    let setting = named(name.strip_suffix("_file")?).filter(|setting| setting.form() == Form::Secret)?;
    Some((setting, true))
}

fn configuration(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
