//! Types that name their members.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Visitor};

/// The names that a type has for its members, as a derived struct does: it refuses one of them that comes twice, and passes
/// over all others. None for a map, or for a struct that takes in what is left: they would keep the last value without a
/// word.
pub(super) fn named_members<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let names = Cell::new(None);
    // It is asked what it would read, and given nothing.
    let _: Result<T, Unread> = T::deserialize(Question { names: &names });
    names.get()
}

/// What a type is given to find out what it asks for.
struct Question<'q> {
    names: &'q Cell<Option<&'static [&'static str]>>,
}

impl<'de> Deserializer<'de> for Question<'_> {
    type Error = Unread;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Unread> {
        self.names.set(Some(names));
        Err(Unread)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Unread> {
        Err(Unread)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

/// Nothing was read.
#[derive(Debug)]
struct Unread;

impl fmt::Display for Unread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nothing was read")
    }
}

impl std::error::Error for Unread {}

impl serde::de::Error for Unread {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only asked")]
    struct Named {
        #[serde(alias = "b")]
        a: u8,
    }

    #[derive(Deserialize)]
    #[serde(transparent)]
    #[expect(dead_code, reason = "only asked")]
    struct Transparent(Named);

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only asked")]
    struct Wrapper(Option<Named>);

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only asked")]
    struct WithTheRest {
        a: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only asked")]
    enum Either {
        Named(Named),
        Text(String),
    }

    #[test]
    fn only_a_struct_without_the_rest_names_its_members() {
        let named = Some(["a", "b"].as_slice());
        assert_eq!(named_members::<Named>(), named);
        assert_eq!(named_members::<Transparent>(), named);
        assert_eq!(named_members::<Wrapper>(), named);
        assert_eq!(named_members::<Box<Named>>(), named);
        assert_eq!(named_members::<WithTheRest>(), None);
        assert_eq!(named_members::<Either>(), None);
        assert_eq!(named_members::<BTreeMap<String, u8>>(), None);
        assert_eq!(named_members::<Value>(), None);
        assert_eq!(named_members::<Vec<Named>>(), None);
        assert_eq!(named_members::<(u8, u8)>(), None);
    }
}
