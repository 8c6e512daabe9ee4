//! Points in time as the service writes them.

mod instant;
mod parts;

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::parts::{Offset, TimeOfDay, TimestampError, TimestampParts};

/// A date with a time, exactly as it was sent.
///
/// The service writes times with an offset, with `Z` or with neither, and with up to seven digits of a second. The text
/// is kept byte for byte, so that what is read is what is written again; two timestamps are equal when their texts are.
///
/// ```
/// use dan_model::Timestamp;
///
/// let issued: Timestamp = serde_json::from_str(r#""2026-03-02T08:30:11.4410092+00:00""#)?;
/// assert_eq!(issued.as_str(), "2026-03-02T08:30:11.4410092+00:00");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(String);

impl Timestamp {
    /// The text as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the text says. No offset is made up: a time without one has none.
    ///
    /// ```
    /// use dan_model::{Offset, Timestamp, TimestampError};
    ///
    /// let without = Timestamp::from("2026-09-24T12:00:00").parse()?;
    /// assert_eq!(without.system_time(), Err(TimestampError::NoOffset));
    /// let assumed = without.assume_offset(Offset::Utc);
    /// assert_eq!(assumed.unix_nanoseconds()?, 1_790_251_200_000_000_000);
    /// # Ok::<(), TimestampError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is no date of ISO 8601, with or without a time and an offset.
    pub fn parse(&self) -> Result<TimestampParts, TimestampError> {
        TimestampParts::parse(&self.0)
    }

    /// Which of two instants is earlier, when both were sent with an offset. The spelling does not count.
    pub fn compare_instants(&self, other: &Self) -> Option<Ordering> {
        let instant = |time: &Self| time.parse().ok()?.unix_nanoseconds().ok();
        Some(instant(self)?.cmp(&instant(other)?))
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanoseconds(text: &str) -> Result<i128, TimestampError> {
        Timestamp::from(text).parse()?.unix_nanoseconds()
    }

    #[test]
    fn every_spelling_that_occurs_is_read() {
        for text in [
            "2026-09-24T10:15:00.4988224+00:00",
            "2021-04-19T00:00:00Z",
            "2012-10-23T00:00:00",
            "2026-09-24T11:02:10.3041207Z",
            "2026-09-24",
            "9999-12-31T23:59:59.9999999",
            "9999-12-31T23:59:59.9999999Z",
            "0001-01-01T00:00:00",
            "2024-02-29T23:59:60.123456789-03:30",
        ] {
            let timestamp = Timestamp::from(text);
            timestamp.parse().unwrap();
            assert_eq!(serde_json::to_string(&timestamp).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn instants_are_counted_from_1970() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T01:00:00.5+01:00", 500_000_000),
            ("1969-12-31T23:59:59.9999999Z", -100),
            ("2026-09-24T12:00:00Z", 1_790_251_200_000_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000_000),
        ] {
            assert_eq!(nanoseconds(text), Ok(expected), "{text}");
        }
        assert_eq!(nanoseconds("2026-09-24T12:00:00"), Err(TimestampError::NoOffset));
        assert_eq!(nanoseconds("2026-09-24"), Err(TimestampError::NoTime));
    }

    #[test]
    fn nonsense_is_told_apart_from_what_there_is_not() {
        for text in [
            "",
            "now",
            "2026-9-24",
            "2026-09-24T",
            "2026-09-24T10:15",
            "2026-09-24T10:15:00.",
            "2026-09-24X",
            "2026-09-24T10:15:00+0100",
            "2026-09-24T10:15:00.1234567890Z",
            "２０２６-09-24",
            "2026-09-24T10:15:00 Z",
        ] {
            assert_eq!(Timestamp::from(text).parse(), Err(TimestampError::Form), "{text}");
        }
        for text in [
            "2026-13-01",
            "2026-02-29",
            "1900-02-29",
            "0000-01-01",
            "2026-09-24T24:00:00",
            "2026-01-01T00:00:00+24:00",
        ] {
            assert_eq!(Timestamp::from(text).parse(), Err(TimestampError::Range), "{text}");
        }
    }

    #[test]
    fn instants_compare_whatever_their_spelling() {
        let compare = |one: &str, other: &str| Timestamp::from(one).compare_instants(&Timestamp::from(other));
        assert_eq!(compare("2026-09-24T12:00:00Z", "2026-09-24T14:00:00.0+02:00"), Some(Ordering::Equal));
        assert_eq!(compare("2026-09-24T12:00:00Z", "2026-09-24T12:00:00.0000001Z"), Some(Ordering::Less));
        assert_eq!(compare("2026-09-24T12:00:00Z", "2026-09-24T13:00:00"), None);
        assert_ne!(Timestamp::from("2026-09-24T12:00:00Z"), Timestamp::from("2026-09-24T12:00:00+00:00"));
    }
}
