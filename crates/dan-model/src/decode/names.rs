//! Objects whose names may repeat.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// How many members a dataset has at most, as a rule.
const USUAL: usize = 32;

/// The names of an object's members, in order. What is no object fails.
pub(super) struct Members<'a>(Vec<Cow<'a, str>>);

impl Members<'_> {
    /// A name that comes more than once.
    pub(super) fn repeated(&self) -> Option<String> {
        let mut seen = HashSet::with_capacity(self.0.len());
        for name in &self.0 {
            if !seen.insert(name.as_ref()) {
                return Some(name.to_string());
            }
        }
        None
    }
}

/// The members of an object, in order.
pub(super) struct Fields(pub(super) Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = deserializer.deserialize_map(Entries::<Cow<'de, str>, IgnoredAny>(PhantomData))?;
        Ok(Self(entries.into_iter().map(|(name, _)| name).collect()))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData)).map(Self)
    }
}

struct Entries<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
    type Value = Vec<(K, V)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(USUAL);
        while let Some(entry) = object.next_entry()? {
            entries.push(entry);
        }
        Ok(entries)
    }
}
