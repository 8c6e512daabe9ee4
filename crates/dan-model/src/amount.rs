//! Amounts of money as the sources write them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// An exact amount with its currency: `12500 NOK`, `-12.50`.
///
/// The service gives amounts as text: an optional sign, digits, an optional decimal point with digits, and in most cases
/// a blank and the three letters of a currency (ISO 4217). The text is kept; nothing is rounded, however long it is.
/// Amounts are equal when they are worth the same: `1.0 NOK` and `1 NOK` are.
///
/// ```
/// use dan_model::Amount;
///
/// let amount: Amount = "12500.50 NOK".parse()?;
/// assert_eq!(amount.currency(), Some("NOK"));
/// assert_eq!(amount.number(), "12500.50");
/// assert!(amount > "12500 NOK".parse()?);
/// # Ok::<(), dan_model::AmountError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Amount {
    text: String,
    /// How many bytes the number has.
    number: usize,
}

/// Why a text is no amount. Never holds the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AmountError {
    /// The number is no digits, with a sign before and a point among them at most.
    Number,
    /// What follows the number is not the three letters of a currency.
    Currency,
}

impl Amount {
    /// The number as it was sent, such as `-12.50`.
    pub fn number(&self) -> &str {
        &self.text[..self.number]
    }

    /// The three letters of the currency, when there is one.
    pub fn currency(&self) -> Option<&str> {
        Some(self.text[self.number..].trim_start()).filter(|currency| !currency.is_empty())
    }

    /// The amount as it was sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is less than nothing.
    pub fn is_negative(&self) -> bool {
        self.number().starts_with('-') && !self.is_zero()
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.number().bytes().all(|byte| !byte.is_ascii_digit() || byte == b'0')
    }

    /// The amount in the currency's hundredths, such as øre; `None` when it has fractions of them, or is beyond 128 bits.
    ///
    /// ```
    /// # use dan_model::Amount;
    /// assert_eq!("12500.5 NOK".parse::<Amount>()?.hundredths(), Some(1_250_050));
    /// # Ok::<(), dan_model::AmountError>(())
    /// ```
    pub fn hundredths(&self) -> Option<i128> {
        let (whole, fraction) = self.significant();
        if fraction.len() > 2 {
            return None;
        }
        let hundredths: i128 = format!("0{whole}{fraction:0<2}").parse().ok()?;
        Some(if self.is_negative() { -hundredths } else { hundredths })
    }

    /// The digits before and after the point, without the zeros that mean nothing.
    fn significant(&self) -> (&str, &str) {
        let digits = self.number().trim_start_matches(['-', '+']);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        (whole.trim_start_matches('0'), fraction.trim_end_matches('0'))
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let end = |byte: u8| !matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+');
        let number = text.bytes().position(end).unwrap_or(text.len());
        let digits = text[..number].strip_prefix(['-', '+']).unwrap_or(&text[..number]);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return Err(AmountError::Number);
        }
        let rest = &text[number..];
        let currency = rest.strip_prefix(' ').unwrap_or(rest);
        let is_currency = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !rest.is_empty() && !is_currency {
            return Err(AmountError::Currency);
        }
        Ok(Self { text: text.to_owned(), number })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Written as it was sent.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Reads a text, or a number without currency.
impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            _ => return Err(D::Error::custom("no amount: neither a text nor a number")),
        };
        text.parse().map_err(D::Error::custom)
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl Eq for Amount {}

/// Amounts of different currencies do not compare.
impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self.currency() != other.currency() {
            return None;
        }
        let size = |(whole, fraction): (&str, &str), (other_whole, other_fraction): (&str, &str)| {
            let longer = whole.len().cmp(&other_whole.len());
            longer.then_with(|| whole.cmp(other_whole)).then_with(|| fraction.cmp(other_fraction))
        };
        Some(match (self.is_negative(), other.is_negative()) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self.significant(), other.significant()),
            (true, true) => size(other.significant(), self.significant()),
        })
    }
}

impl fmt::Display for AmountError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Number => {
                "an amount begins with digits, with a sign before and one decimal point among them at most"
            }
            Self::Currency => {
                "after the number of an amount comes a blank and the three letters of a currency, or nothing"
            }
        })
    }
}

impl std::error::Error for AmountError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn an_amount_is_text_or_a_number() {
        let read = |json: &str| serde_json::from_str::<Amount>(json);
        assert_eq!(serde_json::to_string(&read(r#""12500 NOK""#).unwrap()).unwrap(), r#""12500 NOK""#);
        assert_eq!(read("12.50").unwrap(), "12.5".parse().unwrap());
        for wrong in ["true", r#""15867010022x""#, "[]"] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(!error.contains("15867010022"), "{error}");
        }
    }

    #[test]
    fn amounts_are_kept_as_they_are_written() {
        for (text, number, currency) in [
            ("12500 NOK", "12500", Some("NOK")),
            ("0 NOK", "0", Some("NOK")),
            ("-12.50", "-12.50", None),
            ("+7.1NOK", "+7.1", Some("NOK")),
            (
                "123456789012345678901234567890.123456789 EUR",
                "123456789012345678901234567890.123456789",
                Some("EUR"),
            ),
        ] {
            let amount = amount(text);
            assert_eq!((amount.as_str(), amount.number(), amount.currency()), (text, number, currency));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "NOK", "-", ".", "1.", ".5", "1.2.3", "--1", "1-2", "１"] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::Number), "{text}");
        }
        for text in ["1 ", "1 NO", "1  NOK", "1 NOK ", "1 kr.", "1 123 NOK", "1e5", "1,5"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn they_compare_by_worth() {
        let in_order =
            ["-100 NOK", "-99.5 NOK", "-0.01 NOK", "0 NOK", "0.009 NOK", "0.01 NOK", "9 NOK", "10 NOK"];
        for pair in in_order.windows(2) {
            assert!(amount(pair[0]) < amount(pair[1]), "{pair:?}");
        }
        assert_eq!(amount("001.50 NOK"), amount("1.5 NOK"));
        assert_eq!(amount("-0"), amount("+0.00"));
        assert_eq!(amount("1 NOK").partial_cmp(&amount("1 EUR")), None);
        assert_ne!(amount("1 NOK"), amount("1"));
    }

    #[test]
    fn hundredths_are_exact_or_none() {
        for (text, hundredths) in [
            ("12500 NOK", Some(1_250_000)),
            ("-0.5", Some(-50)),
            ("0.050", Some(5)),
            ("0.005", None),
            ("0", Some(0)),
            ("1000000000000000000000000000000000000000", None),
        ] {
            assert_eq!(amount(text).hundredths(), hundredths, "{text}");
        }
    }
}
