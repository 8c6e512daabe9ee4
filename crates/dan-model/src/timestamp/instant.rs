//! Instants of the standard library, written as the service reads them.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Timestamp;

const SECONDS_PER_DAY: i128 = 24 * 60 * 60;
/// The service counts in steps of 100 nanoseconds.
const NANOSECONDS_PER_STEP: i128 = 100;
const STEPS_PER_SECOND: i128 = 10_000_000;

/// The first and the last second that have a date of four digits: 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const FIRST_SECOND: i128 = -62_135_596_800;
const LAST_SECOND: i128 = 253_402_300_799;

/// In UTC with `Z` and at most seven digits of a second, the rest cut off. What lies before year 1 or after year 9999
/// becomes the first or the last second of those.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let time = dan_model::Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_790_251_200_250));
/// assert_eq!(time.as_str(), "2026-09-24T12:00:00.25Z");
/// ```
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let steps = steps_since_1970(time);
        let second = steps.div_euclid(STEPS_PER_SECOND);
        if second < FIRST_SECOND {
            return Self::from("0001-01-01T00:00:00Z");
        }
        if second > LAST_SECOND {
            return Self::from("9999-12-31T23:59:59Z");
        }
        let (year, month, day) = date(second.div_euclid(SECONDS_PER_DAY));
        let second_of_day = second.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
        let fraction = format!(".{:07}", steps.rem_euclid(STEPS_PER_SECOND));
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        Self(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"))
    }
}

fn steps_since_1970(time: SystemTime) -> i128 {
    let nanoseconds =
        |distance: std::time::Duration| i128::try_from(distance.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => nanoseconds(after) / NANOSECONDS_PER_STEP,
        Err(error) => (-nanoseconds(error.duration())).div_euclid(NANOSECONDS_PER_STEP),
    }
}

/// Year, month and day in the Gregorian calendar of a number of days since 1970-01-01, counted in years that begin in
/// March and eras of 400 years.
fn date(days: i128) -> (i128, i128, i128) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i128::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same_instant() {
        for text in [
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.9999999Z",
            "2000-02-29T23:59:59.5Z",
            "1900-03-01T00:00:00Z",
            "2026-09-24T10:15:00.4988224Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.9999999Z",
        ] {
            let instant = Timestamp::from(text).parse().unwrap().system_time().unwrap();
            assert_eq!(Timestamp::from(instant).as_str(), text);
        }
    }

    #[test]
    fn days_of_eight_centuries_are_written_as_themselves() {
        for day in (-140_000_i64..150_000).step_by(7) {
            let second = u64::try_from(day.abs()).unwrap() * 86_400;
            let distance = Duration::from_secs(second);
            let instant = if day < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance };
            let parts = Timestamp::from(instant).parse().unwrap();
            assert_eq!(parts.system_time().unwrap(), instant, "{day}");
        }
    }

    #[test]
    fn what_has_no_date_of_four_digits_is_bounded() {
        let far = Duration::from_secs(400_000_000_000);
        assert_eq!(Timestamp::from(UNIX_EPOCH + far).as_str(), "9999-12-31T23:59:59Z");
        assert_eq!(Timestamp::from(UNIX_EPOCH - far).as_str(), "0001-01-01T00:00:00Z");
    }
}
