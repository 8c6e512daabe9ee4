//! What a timestamp says: a date, maybe a time, maybe an offset. Nothing is added that was not sent.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;
const NANOSECONDS_PER_SECOND: i128 = 1_000_000_000;

/// A date, and what else was sent with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TimestampParts {
    /// The year, 1 to 9999.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The time of the day, when one was sent.
    pub time: Option<TimeOfDay>,
    /// The offset from UTC, when one was sent. Without it nobody knows which instant is meant.
    pub offset: Option<Offset>,
}

/// A time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TimeOfDay {
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 59, or 60 for a leap second.
    pub second: u8,
    /// The fraction of the second in nanoseconds.
    pub nanosecond: u32,
}

/// How far a time is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Offset {
    /// `Z`.
    Utc,
    /// Hours and minutes, in minutes; `+00:00` is 0.
    Minutes(i16),
}

/// Why a text is no timestamp, or no instant. Never holds the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimestampError {
    /// Not the form of ISO 8601 that the service writes.
    Form,
    /// The form is right, and there is no such day, time or offset.
    Range,
    /// No time of the day was sent.
    NoTime,
    /// No offset was sent, so that the instant is not known.
    NoOffset,
}

impl Offset {
    /// The offset in minutes; 0 for `Z`.
    pub fn minutes(self) -> i16 {
        match self {
            Self::Utc => 0,
            Self::Minutes(minutes) => minutes,
        }
    }
}

impl TimestampParts {
    /// Reads `2026-09-24`, `2026-09-24T10:15:00`, with up to nine digits of a second, with `Z`, an offset, or nothing.
    pub(super) fn parse(text: &str) -> Result<Self, TimestampError> {
        let (date, rest) = text.split_at_checked(10).ok_or(TimestampError::Form)?;
        let [year, month, day] = numbers(date, b"0000-00-00", [0..4, 5..7, 8..10])?;
        let (year, month, day) = (narrow::<u16>(year)?, narrow::<u8>(month)?, narrow::<u8>(day)?);
        if year == 0 || !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
            return Err(TimestampError::Range);
        }
        let (time, offset) = match rest.strip_prefix(['T', 't', ' ']) {
            Some(time) => parse_time(time)?,
            None if rest.is_empty() => (None, None),
            None => return Err(TimestampError::Form),
        };
        Ok(Self { year, month, day, time, offset })
    }

    /// Says in which offset a time is meant that was sent without one. An offset that was sent stays.
    #[must_use]
    pub fn assume_offset(mut self, offset: Offset) -> Self {
        self.offset = self.offset.or(Some(offset));
        self
    }

    /// The instant in nanoseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// When no time or no offset was sent.
    pub fn unix_nanoseconds(&self) -> Result<i128, TimestampError> {
        let time = self.time.ok_or(TimestampError::NoTime)?;
        let offset = self.offset.ok_or(TimestampError::NoOffset)?;
        let seconds = self.days_since_1970() * SECONDS_PER_DAY
            + i64::from(time.hour) * 3600
            + i64::from(time.minute) * 60
            + i64::from(time.second)
            - i64::from(offset.minutes()) * 60;
        Ok(i128::from(seconds) * NANOSECONDS_PER_SECOND + i128::from(time.nanosecond))
    }

    /// The instant as the standard library has it.
    ///
    /// # Errors
    ///
    /// When no time or no offset was sent.
    pub fn system_time(&self) -> Result<SystemTime, TimestampError> {
        let nanoseconds = self.unix_nanoseconds()?;
        let magnitude = nanoseconds.unsigned_abs();
        let second = NANOSECONDS_PER_SECOND.unsigned_abs();
        let seconds = u64::try_from(magnitude / second).map_err(|_| TimestampError::Range)?;
        let nanoseconds_left = u32::try_from(magnitude % second).map_err(|_| TimestampError::Range)?;
        let distance = Duration::new(seconds, nanoseconds_left);
        let time =
            if nanoseconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        time.ok_or(TimestampError::Range)
    }

    /// Days in the Gregorian calendar, counted from years that begin in March.
    ///
    /// The instants of libraries for time end before .NET's largest date does, which the service sends for 'no end'.
    fn days_since_1970(&self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let year = if month <= 2 { year - 1 } else { year };
        let month = (month + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
    }
}

fn parse_time(text: &str) -> Result<(Option<TimeOfDay>, Option<Offset>), TimestampError> {
    let (clock, rest) = text.split_at_checked(8).ok_or(TimestampError::Form)?;
    let [hour, minute, second] = numbers(clock, b"00:00:00", [0..2, 3..5, 6..8])?;
    if hour > 23 || minute > 59 || second > 60 {
        return Err(TimestampError::Range);
    }
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            rest.split_at(end)
        }
        None => ("0", rest),
    };
    if fraction.is_empty() || fraction.len() > 9 {
        return Err(TimestampError::Form);
    }
    let nanosecond = format!("{fraction:0<9}").parse().map_err(|_| TimestampError::Form)?;
    let time =
        TimeOfDay { hour: narrow(hour)?, minute: narrow(minute)?, second: narrow(second)?, nanosecond };
    Ok((Some(time), parse_offset(offset)?))
}

fn parse_offset(text: &str) -> Result<Option<Offset>, TimestampError> {
    let sign = match text.as_bytes().first() {
        None => return Ok(None),
        Some(b'Z' | b'z') if text.len() == 1 => return Ok(Some(Offset::Utc)),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return Err(TimestampError::Form),
    };
    let [hours, minutes] = numbers(&text[1..], b"00:00", [0..2, 3..5])?;
    if hours > 23 || minutes > 59 {
        return Err(TimestampError::Range);
    }
    Ok(Some(Offset::Minutes(sign * narrow::<i16>(hours * 60 + minutes)?)))
}

/// The numbers at some places of a text, which has digits where the form has a zero and is the form elsewhere.
fn numbers<const N: usize>(
    text: &str,
    form: &[u8],
    places: [std::ops::Range<usize>; N],
) -> Result<[u32; N], TimestampError> {
    let has_form = text.len() == form.len()
        && text
            .bytes()
            .zip(form)
            .all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form });
    if !has_form {
        return Err(TimestampError::Form);
    }
    Ok(places.map(|place| {
        text.as_bytes()[place].iter().fold(0, |number, byte| number * 10 + u32::from(byte - b'0'))
    }))
}

fn narrow<T: TryFrom<u32>>(number: u32) -> Result<T, TimestampError> {
    T::try_from(number).map_err(|_| TimestampError::Range)
}

fn days_of(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Form => "the text is no date such as 2026-09-24, with or without a time such as T10:15:00 and an offset",
            Self::Range => "there is no such day, time or offset",
            Self::NoTime => "no time of the day was sent",
            Self::NoOffset => "no offset from UTC was sent, so that the instant is not known; assume one if you know it",
        })
    }
}

impl std::error::Error for TimestampError {}
