//! What documents say of one thing.

use std::collections::{BTreeMap, BTreeSet};

/// An operation, a parameter, a schema, a field: something with a name, facts about it, and parts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    /// How it is shown.
    pub(crate) name: String,
    /// What is said of it, in a few words each.
    pub(crate) facts: BTreeMap<&'static str, Fact>,
    /// What it is made of. Two documents mean the same part by the same key.
    pub(crate) parts: BTreeMap<String, Item>,
}

impl Item {
    /// Something with a name, of which nothing is said yet.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Says a fact, if there is one.
    pub(crate) fn say(&mut self, what: &'static str, fact: Option<Fact>) {
        self.facts.extend(fact.map(|fact| (what, fact)));
    }

    /// Adds a part, under its name.
    pub(crate) fn add(&mut self, part: Item) {
        self.parts.insert(part.name.clone(), part);
    }
}

/// The name is left out: it stands in the key wherever its spelling counts.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.facts == other.facts && self.parts == other.parts
    }
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    /// A word or two.
    Word(String),
    /// A text for people.
    Prose(String),
    /// Values in no order that counts.
    Values(BTreeSet<String>),
    /// A yes. A no is not said.
    Yes,
}

impl Fact {
    /// A word or two.
    pub(crate) fn word(text: impl Into<String>) -> Self {
        Self::Word(text.into())
    }
}
