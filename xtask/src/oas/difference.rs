//! The difference between two documents, for people to read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::fact::{Fact, Item};
use super::interface::Interface;

/// What differs, section by section.
#[derive(Debug)]
pub(crate) struct Difference<'i> {
    sections: [Section<'i>; 4],
}

impl<'i> Difference<'i> {
    /// What the new document adds, removes and changes.
    pub(crate) fn between(old: &'i Interface, new: &'i Interface) -> Self {
        Self {
            sections: [
                Section::new("Operations", &old.operations, &new.operations),
                Section::new("Schemas", &old.schemas, &new.schemas),
                Section::new("Security schemes", &old.security_schemes, &new.security_schemes),
                Section::new("Servers", &old.servers, &new.servers),
            ],
        }
    }

    /// Whether nothing differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.sections.iter().all(|section| section.changes.is_empty())
    }
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for section in self.sections.iter().filter(|section| !section.changes.is_empty()) {
            writeln!(formatter, "{}", section.name)?;
            section.changes.iter().try_for_each(|change| change.write(formatter, 1))?;
            writeln!(formatter)?;
        }
        for section in &self.sections {
            let count =
                |of: fn(&Change<'_>) -> bool| section.changes.iter().filter(|change| of(change)).count();
            writeln!(
                formatter,
                "{}: {} added, {} removed, {} changed",
                section.name,
                count(|change| matches!(change, Change::Added(_))),
                count(|change| matches!(change, Change::Removed(_))),
                count(|change| matches!(change, Change::Changed { .. })),
            )?;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Section<'i> {
    name: &'static str,
    changes: Vec<Change<'i>>,
}

impl<'i> Section<'i> {
    fn new(name: &'static str, old: &'i BTreeMap<String, Item>, new: &'i BTreeMap<String, Item>) -> Self {
        Self { name, changes: changes(old, new) }
    }
}

#[derive(Debug)]
enum Change<'i> {
    Added(&'i Item),
    Removed(&'i Item),
    Changed { old: &'i Item, new: &'i Item, parts: Vec<Change<'i>> },
}

fn changes<'i>(old: &'i BTreeMap<String, Item>, new: &'i BTreeMap<String, Item>) -> Vec<Change<'i>> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter_map(|key| match (old.get(key), new.get(key)) {
            (None, Some(new)) => Some(Change::Added(new)),
            (Some(old), None) => Some(Change::Removed(old)),
            (Some(old), Some(new)) if old != new => {
                Some(Change::Changed { old, new, parts: changes(&old.parts, &new.parts) })
            }
            _ => None,
        })
        .collect()
}

impl Change<'_> {
    fn write(&self, formatter: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let indent = "  ".repeat(depth);
        match self {
            Self::Added(item) => {
                writeln!(formatter, "{indent}+ {}", in_short(item))?;
                item.parts.values().try_for_each(|part| Change::Added(part).write(formatter, depth + 2))
            }
            Self::Removed(item) => writeln!(formatter, "{indent}- {}", in_short(item)),
            Self::Changed { old, new, parts } => {
                writeln!(formatter, "{indent}~ {}", old.name)?;
                let facts: BTreeSet<&str> = old.facts.keys().chain(new.facts.keys()).copied().collect();
                for fact in facts {
                    write_fact(formatter, &indent, fact, old.facts.get(fact), new.facts.get(fact))?;
                }
                parts.iter().try_for_each(|part| part.write(formatter, depth + 2))
            }
        }
    }
}

/// The name and the main facts, in one line.
fn in_short(item: &Item) -> String {
    let mut words: Vec<String> = Vec::new();
    if let Some(Fact::Word(name)) = item.facts.get("type") {
        words.push(name.clone());
    }
    for what in ["required", "nullable", "deprecated"] {
        if item.facts.contains_key(what) {
            words.push(what.to_owned());
        }
    }
    if words.is_empty() { item.name.clone() } else { format!("{}: {}", item.name, words.join(", ")) }
}

fn write_fact(
    formatter: &mut fmt::Formatter<'_>,
    indent: &str,
    what: &str,
    old: Option<&Fact>,
    new: Option<&Fact>,
) -> fmt::Result {
    if old == new {
        return Ok(());
    }
    if let (Some(Fact::Values(old)), Some(Fact::Values(new))) = (old, new) {
        let removed = old.difference(new).map(|value| format!("- {value}"));
        let added = new.difference(old).map(|value| format!("+ {value}"));
        let values: Vec<String> = added.chain(removed).collect();
        return writeln!(formatter, "{indent}    {what}: {}", values.join(", "));
    }
    if let (Some(Fact::Prose(_)), _) | (_, Some(Fact::Prose(_))) = (old, new) {
        writeln!(formatter, "{indent}    {what}:")?;
        for (sign, prose) in [('-', old), ('+', new)] {
            if let Some(Fact::Prose(text)) = prose {
                let text = text.replace('\n', &format!("\n{indent}        "));
                writeln!(formatter, "{indent}      {sign} {text}")?;
            }
        }
        return Ok(());
    }
    writeln!(formatter, "{indent}    {what}: {} → {}", word(old, new), word(new, old))
}

/// A fact in a word; what its absence means depends on the fact that stands in its place.
fn word(fact: Option<&Fact>, other: Option<&Fact>) -> String {
    match fact {
        Some(Fact::Word(text) | Fact::Prose(text)) => text.clone(),
        Some(Fact::Values(values)) => values.iter().cloned().collect::<Vec<_>>().join(", "),
        Some(Fact::Yes) => "yes".to_owned(),
        None if other == Some(&Fact::Yes) => "no".to_owned(),
        None => "none".to_owned(),
    }
}
