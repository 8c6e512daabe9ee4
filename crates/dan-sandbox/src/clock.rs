//! The sandbox's own time, which can run ahead of the machine's.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// Gives the time that the sandbox lives in: the machine's, plus what it was moved ahead.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead_seconds: AtomicI64,
}

impl Clock {
    /// The sandbox's time: what tokens, registered keys and certificates are judged by.
    ///
    /// It goes in steps of 100 nanoseconds, as the service's own does.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds.load(Ordering::Relaxed));
        let now = self.machine().checked_add(ahead).unwrap_or(Timestamp::MAX);
        now - SignedDuration::from_nanos(i64::from(now.subsec_nanosecond() % 100))
    }

    /// The machine's time: what the times in a new assertion are judged by, because the client has no other clock.
    #[expect(clippy::unused_self, reason = "all time in the sandbox comes from its clock")]
    pub(crate) fn machine(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Back to the machine's time.
    pub(crate) fn reset(&self) {
        self.ahead_seconds.store(0, Ordering::Relaxed);
    }

    /// Moves the sandbox's time ahead, by whole seconds.
    pub(crate) fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        let add = |ahead: i64| Some(ahead.saturating_add(seconds));
        let _ = self.ahead_seconds.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

/// Spells a time as the service spells its own: offset, up to seven fraction digits, no trailing zeros.
pub(crate) fn with_offset(time: Timestamp) -> String {
    format!("{}+00:00", without_zone(time))
}

/// Spells a time as harvested values bear it: `Z`, otherwise as [`with_offset`].
pub(crate) fn with_z(time: Timestamp) -> String {
    format!("{}Z", without_zone(time))
}

/// Reads a date with or without a time, with or without an offset; no offset means UTC here.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let civil = || {
        let time = text.parse::<DateTime>().ok().or_else(|| Some(text.parse::<Date>().ok()?.into()))?;
        Offset::UTC.to_timestamp(time).ok()
    };
    text.parse().ok().or_else(civil)
}

/// Spells a text anew that looks like a date with a time, as the service does on the way through, whatever the text
/// means: an offset gives way to the service's own, UTC, and zeros at the end of the fraction go. Nothing for other texts.
pub(crate) fn respelled(text: &str) -> Option<String> {
    // A date, `T`, a time to the second, and at most a fraction and an offset.
    let is_candidate = (19..=33).contains(&text.len()) && text.is_ascii() && text.as_bytes()[10] == b'T';
    if !is_candidate {
        return None;
    }
    let rest = &text[19..];
    let digits = rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let zone = if digits == 0 { rest } else { &rest[digits + 1..] };
    if digits > 7 {
        return None;
    }
    let time: DateTime = text[..text.len() - zone.len()].parse().ok()?;
    let time = Offset::UTC.to_timestamp(time).ok()?;
    match zone {
        "" => Some(without_zone(time)),
        "Z" => Some(with_z(time)),
        _ => Some(with_offset(text.parse().ok()?)),
    }
}

/// Spells a time as HTTP does (RFC 9110 section 5.6.7).
pub(crate) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn without_zone(time: Timestamp) -> String {
    let seconds = time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let ticks = time.subsec_nanosecond().unsigned_abs() / 100;
    let fraction = format!(".{ticks:07}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{seconds}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_ahead_of_the_machine() {
        let clock = Clock::default();
        clock.advance(Duration::from_secs(3600));
        let ahead = clock.now().duration_since(clock.machine());
        assert!((3599..=3600).contains(&ahead.as_secs()), "{ahead}");
    }

    #[test]
    fn spells_anew_what_looks_like_a_time() {
        for (text, spelled) in [
            ("2012-10-23T00:00:00", "2012-10-23T00:00:00"),
            ("2026-09-24T10:15:00.500Z", "2026-09-24T10:15:00.5Z"),
            ("2026-09-24T10:15:00.000", "2026-09-24T10:15:00"),
            ("2026-09-24T10:15:00.4988224+00:00", "2026-09-24T10:15:00.4988224+00:00"),
            ("2026-09-24T12:15:00+02:00", "2026-09-24T10:15:00+00:00"),
        ] {
            assert_eq!(respelled(text).as_deref(), Some(spelled), "{text}");
        }
        for text in [
            "2026-09-24",
            "2026-09-24 10:15:00",
            "2026-09-24T10:15",
            "2026-09-24T10:15:00.12345678Z",
            "2026-13-24T10:15:00",
            "2026-09-24T10:15:00+xy",
            "0123456789Tåååååååå",
            "",
        ] {
            assert_eq!(respelled(text), None, "{text}");
        }
    }

    #[test]
    fn spells_times_with_seven_fraction_digits_at_most() {
        let spelled = |text: &str| with_offset(text.parse().unwrap());
        assert_eq!(spelled("2026-09-24T10:15:00.498822412Z"), "2026-09-24T10:15:00.4988224+00:00");
        assert_eq!(spelled("2026-09-24T10:15:00.25Z"), "2026-09-24T10:15:00.25+00:00");
        assert_eq!(spelled("2026-09-24T10:15:00Z"), "2026-09-24T10:15:00+00:00");
        assert_eq!(with_z("2026-09-24T10:15:00.5Z".parse().unwrap()), "2026-09-24T10:15:00.5Z");
        assert_eq!(http_date("2026-09-04T10:15:00.5Z".parse().unwrap()), "Fri, 04 Sep 2026 10:15:00 GMT");
    }
}
