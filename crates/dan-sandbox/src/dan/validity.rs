//! How long an accreditation lives: the wished end, within the service's limits.

use jiff::{SignedDuration, Timestamp};

use super::error::DanError;
use super::error_code::ErrorCode;
use crate::clock;

/// The shortest and the longest life that may be asked for, in days.
const SHORTEST: i64 = 2;
const LONGEST: i64 = 1825;

/// The end of an accreditation is computed before its start is taken: the service's lifetimes are that much short.
const VALIDATION_TIME: SignedDuration = SignedDuration::from_millis(1);

/// The length of a date without a time.
const DATE_LENGTH: usize = 10;

/// The end of an accreditation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValidTo {
    pub(super) time: Timestamp,
    /// As it goes over the wire: an end that was asked for keeps its zone, unless it has an offset.
    pub(super) text: String,
}

impl ValidTo {
    /// Judges the wished end, or takes the latest there is. `most_days` is the life of the shortest-lived dataset.
    pub(super) fn judge(wish: Option<&str>, most_days: u32, now: Timestamp) -> Result<Self, DanError> {
        let Some(wish) = wish else {
            let end = after(now - VALIDATION_TIME, i64::from(most_days));
            return Ok(Self { time: end, text: clock::with_offset(end) });
        };
        let refused = |text: String| DanError::new(ErrorCode::ValidTo, text);
        let end = clock::read(wish).ok_or(ErrorCode::Internal)?;
        if end < after(now, SHORTEST) {
            return Err(refused(format!("validTo must be at least {SHORTEST} days ahead")));
        }
        let most = LONGEST.min(i64::from(most_days));
        if end > after(now, most) {
            return Err(refused(format!("validTo may be at most {most} days ahead")));
        }
        let text = if wish.len() == DATE_LENGTH { format!("{wish}T00:00:00") } else { wish.to_owned() };
        Ok(Self { time: end, text: clock::respelled(&text).unwrap_or(text) })
    }
}

fn after(time: Timestamp, days: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(wish: Option<&str>) -> Result<String, ErrorCode> {
        let now = "2026-09-24T10:15:00.5Z".parse().unwrap();
        ValidTo::judge(wish, 90, now).map(|end| end.text).map_err(|error| error.code)
    }

    #[test]
    fn the_shortest_lived_dataset_decides_when_nothing_is_wished() {
        assert_eq!(judged(None).unwrap(), "2026-12-23T10:15:00.499+00:00");
    }

    #[test]
    fn a_wish_is_spelled_as_the_service_spells_it() {
        for (wish, text) in [
            ("2026-12-15T00:00:00Z", "2026-12-15T00:00:00Z"),
            ("2026-12-15T01:00:00+01:00", "2026-12-15T00:00:00+00:00"),
            ("2026-12-15T00:00:00", "2026-12-15T00:00:00"),
            ("2026-12-15T00:00:00.250Z", "2026-12-15T00:00:00.25Z"),
            ("2026-12-15", "2026-12-15T00:00:00"),
        ] {
            assert_eq!(judged(Some(wish)).unwrap(), text);
        }
    }

    #[test]
    fn a_wish_is_bounded() {
        for wish in ["2026-09-25T00:00:00Z", "2020-01-01", "2026-12-24T00:00:00Z", "2031-09-24"] {
            assert_eq!(judged(Some(wish)), Err(ErrorCode::ValidTo), "{wish}");
        }
        assert_eq!(judged(Some("soon")), Err(ErrorCode::Internal));
    }
}
