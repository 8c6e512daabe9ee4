//! How enums travel whose values the service may add to. Generated code stands on it.

use std::fmt;
use std::marker::PhantomData;

use schemars::{Schema, json_schema};
use serde::de::{Deserializer, Error, Visitor};

/// Reads an enum that travels as text. No text fails.
///
/// # Errors
///
/// When the value is no text.
pub fn read_text<'de, D, E>(deserializer: D) -> Result<E, D::Error>
where
    D: Deserializer<'de>,
    E: for<'a> From<&'a str>,
{
    deserializer.deserialize_str(TextVisitor(PhantomData))
}

/// Reads an enum that travels as an integer. No signed 64-bit integer fails.
///
/// # Errors
///
/// When the value is no such integer.
pub fn read_integer<'de, D, E>(deserializer: D) -> Result<E, D::Error>
where
    D: Deserializer<'de>,
    E: From<i64>,
{
    deserializer.deserialize_i64(IntegerVisitor(PhantomData))
}

/// The schema of an enum that travels as text: the known values, and any other text.
pub fn text_schema(known: &[&str]) -> Schema {
    json_schema!({ "anyOf": [{ "enum": known }, { "type": "string" }] })
}

/// The schema of an enum that travels as an integer: the known values, and any other integer.
pub fn integer_schema(known: &[i64]) -> Schema {
    json_schema!({ "anyOf": [{ "enum": known }, { "type": "integer" }] })
}

struct TextVisitor<E>(PhantomData<E>);

impl<E: for<'a> From<&'a str>> Visitor<'_> for TextVisitor<E> {
    type Value = E;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<F: Error>(self, text: &str) -> Result<E, F> {
        Ok(E::from(text))
    }
}

struct IntegerVisitor<E>(PhantomData<E>);

impl<E: From<i64>> Visitor<'_> for IntegerVisitor<E> {
    type Value = E;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an integer")
    }

    fn visit_i64<F: Error>(self, value: i64) -> Result<E, F> {
        Ok(E::from(value))
    }

    fn visit_u64<F: Error>(self, value: u64) -> Result<E, F> {
        i64::try_from(value)
            .map(E::from)
            .map_err(|_| F::custom("the integer is beyond the range of signed 64-bit integers"))
    }
}
