//! Objects whose names may repeat.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use memchr::memchr2;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// How many members a dataset has at most, as a rule.
const USUAL: usize = 32;

/// A name that comes more than once in the object that a JSON text is, of those that are asked for; what is no object has
/// none.
///
/// Most texts have none, so that this costs as little as can be: only the signs that part names from the rest are looked
/// at. Of a text that is no JSON to its end, the names are those that stand there.
pub(super) fn repeated(json: &str, is_asked_for: impl Fn(&str) -> bool) -> Option<String> {
    if !json.trim_start().starts_with('{') {
        return None;
    }
    let mut names = names(json);
    names.sort_unstable_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    names.windows(2).find(|pair| pair[0] == pair[1] && is_asked_for(&pair[0])).map(|pair| pair[0].to_string())
}

/// The names of an object's members, in order.
fn names(object: &str) -> Vec<Cow<'_, str>> {
    let mut names = Vec::with_capacity(USUAL);
    let (mut position, mut depth, mut is_name) = (0, 0_usize, false);
    while let Some(sign) = object.as_bytes().get(position) {
        position += 1;
        match sign {
            b'{' => (depth, is_name) = (depth + 1, true),
            b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => is_name = true,
            b':' => is_name = false,
            b'"' => {
                let text = Text::at_the_beginning_of(&object[position..]);
                position += text.written.len() + 1;
                if depth == 1 && is_name {
                    names.push(text.read());
                }
            }
            _ => {}
        }
    }
    names
}

/// What stands between quotation marks.
struct Text<'a> {
    written: &'a str,
    is_escaped: bool,
}

impl<'a> Text<'a> {
    /// Ends with the first quotation mark that has no backslash before it.
    fn at_the_beginning_of(rest: &'a str) -> Self {
        let (mut end, mut is_escaped) = (0, false);
        while let Some(found) = rest.as_bytes().get(end..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
            end += found;
            if rest.as_bytes()[end] == b'"' {
                return Self { written: &rest[..end], is_escaped };
            }
            is_escaped = true;
            end += 2;
        }
        Self { written: rest, is_escaped }
    }

    /// One name may be written in several ways.
    fn read(self) -> Cow<'a, str> {
        if !self.is_escaped {
            return Cow::Borrowed(self.written);
        }
        let quoted = format!("\"{}\"", self.written);
        serde_json::from_str(&quoted).map_or(Cow::Borrowed(self.written), Cow::Owned)
    }
}

/// The members of an object, in order.
pub(super) struct Fields(pub(super) Vec<(String, Value)>);

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
