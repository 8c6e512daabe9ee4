//! How enums travel whose values the service may add to. Generated code stands on it.

use std::fmt;
use std::marker::PhantomData;

#[cfg(feature = "schemars")]
use schemars::{Schema, json_schema};
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// An enum that travels as text. [`from_text`] makes one out of any text.
///
/// The service may write a number in its place: what a value has no name for in .NET, or where nobody asked for names.
pub trait TextEnum: Sized + 'static {
    /// The known values, as they are sent.
    const KNOWN: &'static [&'static str];

    /// The value of a text, if it is known.
    fn known(text: &str) -> Option<Self>;

    /// The value of a text that is not known.
    fn unknown(text: UnknownText<Self>) -> Self;
}

/// An enum that travels as an integer. [`from_integer`] makes one out of any integer.
pub trait IntegerEnum: Sized + 'static {
    /// The known values, as they are sent.
    const KNOWN: &'static [i64];

    /// The names under which known values may come as text, in any case: the service has written enums both ways.
    const NAMES: &'static [(&'static str, i64)] = &[];

    /// Whether values are sums of flags, which come as a list of names, then: `Espd, Cpv`.
    const ARE_FLAGS: bool = false;

    /// The value of an integer, if it is known.
    fn known(value: i64) -> Option<Self>;

    /// The value of an integer that is not known.
    fn unknown(value: UnknownInteger<Self>) -> Self;
}

/// A text, or a number in the place of one, that is none of the known values of `E`. Only [`from_text`] and [`read_text`]
/// make one, so that no unknown value looks like a known one and differs from it.
///
/// ```
/// use dan_model::ValueType;
///
/// assert_eq!(ValueType::from("boolean"), ValueType::Boolean);
/// assert!(matches!(ValueType::from("duration"), ValueType::Unknown(text) if text.as_str() == "duration"));
/// ```
///
/// ```compile_fail
/// let lookalike = dan_model::ValueType::Unknown("boolean".into());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownText<E> {
    text: String,
    number: Option<i64>,
    of: PhantomData<fn() -> E>,
}

/// An integer that is none of the known values of `E`. Only [`from_integer`] makes one, so that no unknown value looks
/// like a known one and differs from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnknownInteger<E>(i64, PhantomData<fn() -> E>);

impl<E> UnknownText<E> {
    /// The text as it was sent, or the digits of the number.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<E> UnknownInteger<E> {
    /// The integer as it was sent.
    pub fn value(self) -> i64 {
        self.0
    }
}

impl<E> fmt::Debug for UnknownText<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

impl<E> Serialize for UnknownText<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.number {
            Some(number) => serializer.serialize_i64(number),
            None => serializer.serialize_str(&self.text),
        }
    }
}

impl<E> fmt::Debug for UnknownInteger<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

/// The value of a text, known or not.
pub fn from_text<E: TextEnum>(text: &str) -> E {
    known_or(text, None)
}

fn known_or<E: TextEnum>(text: &str, number: Option<i64>) -> E {
    let unknown = || UnknownText { text: text.to_owned(), number, of: PhantomData };
    E::known(text).unwrap_or_else(|| E::unknown(unknown()))
}

/// The value of an integer, known or not.
pub fn from_integer<E: IntegerEnum>(value: i64) -> E {
    E::known(value).unwrap_or_else(|| E::unknown(UnknownInteger(value, PhantomData)))
}

/// Reads an enum that travels as text. No text fails, and no signed 64-bit integer.
///
/// # Errors
///
/// When the value is neither.
pub fn read_text<'de, D, E>(deserializer: D) -> Result<E, D::Error>
where
    D: Deserializer<'de>,
    E: TextEnum,
{
    deserializer.deserialize_any(TextVisitor(PhantomData))
}

/// Reads an enum that travels as an integer. No signed 64-bit integer fails, and none of the [`IntegerEnum::NAMES`].
///
/// # Errors
///
/// When the value is neither.
pub fn read_integer<'de, D, E>(deserializer: D) -> Result<E, D::Error>
where
    D: Deserializer<'de>,
    E: IntegerEnum,
{
    if E::NAMES.is_empty() {
        deserializer.deserialize_i64(IntegerVisitor(PhantomData))
    } else {
        deserializer.deserialize_any(IntegerVisitor(PhantomData))
    }
}

/// The schema of an enum that travels as text: the known values, and any other text.
#[cfg(feature = "schemars")]
pub fn text_schema<E: TextEnum>() -> Schema {
    json_schema!({ "anyOf": [{ "enum": E::KNOWN }, { "type": "string" }] })
}

/// The schema of an enum that travels as an integer: the known values, and any other integer.
#[cfg(feature = "schemars")]
pub fn integer_schema<E: IntegerEnum>() -> Schema {
    json_schema!({ "anyOf": [{ "enum": E::KNOWN }, { "type": "integer" }] })
}

struct TextVisitor<E>(PhantomData<E>);

impl<E: TextEnum> Visitor<'_> for TextVisitor<E> {
    type Value = E;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<F: Error>(self, text: &str) -> Result<E, F> {
        Ok(from_text(text))
    }

    fn visit_i64<F: Error>(self, number: i64) -> Result<E, F> {
        Ok(known_or(&number.to_string(), Some(number)))
    }

    fn visit_u64<F: Error>(self, number: u64) -> Result<E, F> {
        self.visit_i64(signed(number)?)
    }
}

struct IntegerVisitor<E>(PhantomData<E>);

impl<E: IntegerEnum> Visitor<'_> for IntegerVisitor<E> {
    type Value = E;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an integer")
    }

    fn visit_i64<F: Error>(self, value: i64) -> Result<E, F> {
        Ok(from_integer(value))
    }

    fn visit_u64<F: Error>(self, value: u64) -> Result<E, F> {
        signed(value).map(from_integer)
    }

    fn visit_str<F: Error>(self, text: &str) -> Result<E, F> {
        let named = |text: &str| {
            let named = E::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
            named.map(|(_, value)| *value)
        };
        let value = if E::ARE_FLAGS {
            text.split(',').try_fold(0, |sum, flag| Some(sum | named(flag.trim())?))
        } else {
            named(text)
        };
        value.map(from_integer).ok_or_else(|| F::invalid_type(Unexpected::Str(text), &self))
    }
}

fn signed<F: Error>(integer: u64) -> Result<i64, F> {
    i64::try_from(integer).map_err(|_| F::custom("the integer is beyond the range of signed 64-bit integers"))
}
