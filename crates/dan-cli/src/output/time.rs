//! Times as a person at this machine reads them.

use std::time::SystemTime;

use dan_client::model::Timestamp;
use jiff::tz::TimeZone;

use crate::failure::Failure;

/// To the second, and how far from UTC.
const WHOLE: &str = "%Y-%m-%d %H:%M:%S %:z";

/// The service's time, in local time. One without an offset or without a time of the day stays as it was sent, since
/// nobody knows which instant it means.
pub(crate) fn local(time: &Timestamp) -> String {
    shown(time, WHOLE)
}

/// As [`local`], to the day.
pub(crate) fn local_date(time: &Timestamp) -> String {
    shown(time, "%Y-%m-%d")
}

pub(crate) fn local_time(time: SystemTime) -> String {
    local_instant(time, WHOLE).unwrap_or_else(|| "a time beyond the calendar".to_owned())
}

fn shown(time: &Timestamp, form: &str) -> String {
    let instant = time.parse().ok().and_then(|parts| parts.system_time().ok());
    instant.and_then(|instant| local_instant(instant, form)).unwrap_or_else(|| time.as_str().to_owned())
}

/// What a person writes for an end: a date counts to its last second here, a time has its offset.
pub(crate) fn end_of(text: &str) -> Result<Timestamp, Failure> {
    moment(text, "23:59:59")
}

/// What a person writes for a beginning: a date counts from its first second here, a time has its offset.
pub(crate) fn start_of(text: &str) -> Result<Timestamp, Failure> {
    moment(text, "00:00:00")
}

fn moment(text: &str, time_of_day: &str) -> Result<Timestamp, Failure> {
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Ok(Timestamp::from(text));
    }
    let local = text.parse::<jiff::civil::Date>().ok().and_then(|_| {
        let civil: jiff::civil::DateTime = format!("{text}T{time_of_day}").parse().ok()?;
        civil.to_zoned_datetime(TimeZone::system()).ok()
    });
    local.map(|zoned| Timestamp::from(zoned.timestamp().to_string())).ok_or_else(|| {
        Failure::Usage(format!(
            "'{text}' is no date such as 2026-12-31, and no time with its offset such as 2026-12-31T12:00:00+01:00"
        ))
    })
}

/// A time for programs, in UTC.
pub(crate) fn universal(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map(|time| time.to_string()).unwrap_or_default()
}

fn local_instant(time: SystemTime, form: &str) -> Option<String> {
    let instant = jiff::Timestamp::try_from(time).ok()?;
    Some(instant.to_zoned_datetime(TimeZone::system()).strftime(form).to_string())
}

/// How far a time is from the present, in the unit that fits: `in 3 days`, `5 minutes ago`.
pub(crate) fn distance(time: SystemTime, now: SystemTime) -> String {
    match time.duration_since(now) {
        Ok(ahead) => format!("in {}", length(ahead.as_secs())),
        Err(behind) => format!("{} ago", length(behind.duration().as_secs())),
    }
}

fn length(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_time_of_unknown_offset_stays_as_it_was_sent() {
        assert_eq!(local(&Timestamp::from("2026-09-24T12:00:00")), "2026-09-24T12:00:00");
        assert_eq!(local(&Timestamp::from("2026-09-24")), "2026-09-24");
    }

    #[test]
    fn a_date_alone_is_a_whole_day_here() {
        let ends = [end_of("2026-12-31").unwrap(), start_of("2027-01-01").unwrap()];
        let [end, start] = ends.map(|end| end.parse().unwrap().system_time().unwrap());
        assert_eq!(start.duration_since(end).unwrap(), Duration::from_secs(1));
        assert_eq!(end_of("2026-12-31T12:00:00+01:00").unwrap().as_str(), "2026-12-31T12:00:00+01:00");
        for refused in ["tomorrow", "2026-13-01", "2026-12-31T12:00:00", ""] {
            assert!(end_of(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn distances_are_in_the_unit_that_fits() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let at = |seconds: i64| {
            let away = Duration::from_secs(seconds.unsigned_abs());
            distance(if seconds < 0 { now - away } else { now + away }, now)
        };
        assert_eq!(
            [at(1), at(119), at(-7200), at(86_400 * 30)],
            ["in 1 second", "in 1 minute", "2 hours ago", "in 30 days"]
        );
    }
}
