//! How long a token is used, and when it is renewed.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// A token is renewed when this share of its life is left, and it is used a little longer: Maskinporten's tokens live 120
/// seconds as a rule, so they are renewed after 90 and given up after 110.
const RENEWAL_SHARE: u32 = 4;
/// Tokens that live for hours are not renewed hours before their end.
const LONGEST_RENEWAL: Duration = Duration::from_secs(5 * 60);
/// What a request takes on its way, and what clocks differ by: a token is not used in this share of its life …
const RESERVE_SHARE: u32 = 12;
/// … or in this much of it, whichever is less.
const LONGEST_RESERVE: Duration = Duration::from_secs(10);
/// A token is kept so long at least, also when it arrives almost expired: otherwise each call would be a grant.
pub(crate) const SHORTEST_USE: Duration = Duration::from_secs(1);

/// A point in time by two clocks.
///
/// The monotonic clock may stand still while the machine sleeps; the wall clock may be set. What has passed is what the
/// one says that says more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    pub(crate) fn since(self, earlier: Self) -> Duration {
        let monotonic = self.monotonic.saturating_duration_since(earlier.monotonic);
        let wall = self.wall.duration_since(earlier.wall).unwrap_or_default();
        monotonic.max(wall)
    }
}

/// The life of a token, from when it was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    seen: Moment,
    age_when_seen: Duration,
    lifetime: Duration,
    renewed_after: Duration,
    used_for: Duration,
}

/// What may be done with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is used.
    Fresh,
    /// It is used, and somebody gets the next one.
    Due,
    /// It is used no more.
    Over,
}

impl Life {
    /// The life of a new token. It is counted from before the token was asked for.
    pub(crate) fn of_granted(lifetime: Duration, asked: Moment) -> Self {
        Self::new(lifetime, Duration::ZERO, asked)
    }

    /// The life of a token that is not kept.
    pub(crate) fn none(asked: Moment) -> Self {
        let used_for = Duration::ZERO;
        Self { used_for, renewed_after: used_for, ..Self::of_granted(Duration::ZERO, asked) }
    }

    /// The life of a token of which this much was left at that time.
    pub(crate) fn of_stored(lifetime: Duration, remaining: Duration, seen: Moment) -> Self {
        Self::new(lifetime, lifetime.saturating_sub(remaining), seen)
    }

    fn new(lifetime: Duration, age_when_seen: Duration, seen: Moment) -> Self {
        let reserve = LONGEST_RESERVE.min(lifetime / RESERVE_SHARE);
        let used_for = lifetime.saturating_sub(reserve).max(SHORTEST_USE);
        let renewal = LONGEST_RENEWAL.min(lifetime / RENEWAL_SHARE);
        let renewed_after = lifetime.saturating_sub(renewal).clamp(SHORTEST_USE, used_for);
        Self { seen, age_when_seen, lifetime, renewed_after, used_for }
    }

    pub(crate) fn stage(&self, now: Moment) -> Stage {
        let age = self.age(now);
        if age < self.renewed_after {
            Stage::Fresh
        } else if age < self.used_for {
            Stage::Due
        } else {
            Stage::Over
        }
    }

    /// How long it is used yet.
    pub(crate) fn use_left(&self, now: Moment) -> Duration {
        self.used_for.saturating_sub(self.age(now))
    }

    /// What the token server gave.
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// What is left of it.
    pub(crate) fn remaining(&self, now: Moment) -> Duration {
        self.lifetime.saturating_sub(self.age(now))
    }

    fn age(&self, now: Moment) -> Duration {
        self.age_when_seen.saturating_add(now.since(self.seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later(moment: Moment, monotonic: u64, wall: i64) -> Moment {
        let offset = Duration::from_secs(wall.unsigned_abs());
        Moment {
            monotonic: moment.monotonic + Duration::from_secs(monotonic),
            wall: if wall < 0 { moment.wall - offset } else { moment.wall + offset },
        }
    }

    #[test]
    fn a_share_of_its_life_decides_when_a_token_is_renewed_and_given_up() {
        let now = Moment::now();
        let mut report = String::new();
        for seconds in [0, 1, 2, 5, 60, 120, 600, 7200, u64::MAX] {
            let life = Life::of_granted(Duration::from_secs(seconds), now);
            report.push_str(&format!("{seconds}: {:?} {:?}\n", life.renewed_after, life.used_for));
        }
        insta::assert_snapshot!(report, @r"
        0: 1s 1s
        1: 1s 1s
        2: 1.5s 1.833333334s
        5: 3.75s 4.583333334s
        60: 45s 55s
        120: 90s 110s
        600: 450s 590s
        7200: 6900s 7190s
        18446744073709551615: 18446744073709551315s 18446744073709551605s
        ");
    }

    #[test]
    fn a_machine_that_slept_knows_that_the_token_is_over() {
        let now = Moment::now();
        let life = Life::of_granted(Duration::from_secs(120), now);
        assert_eq!(life.stage(later(now, 1, 1)), Stage::Fresh);
        assert_eq!(life.stage(later(now, 1, 3600)), Stage::Over);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_make_a_token_younger() {
        let now = Moment::now();
        let life = Life::of_granted(Duration::from_secs(120), now);
        assert_eq!(life.stage(later(now, 95, -3600)), Stage::Due);
        assert_eq!(life.stage(later(now, 115, -3600)), Stage::Over);
    }

    #[test]
    fn a_stored_token_is_as_old_as_it_is() {
        let now = Moment::now();
        let life = Life::of_stored(Duration::from_secs(120), Duration::from_secs(40), now);
        assert_eq!((life.stage(now), life.remaining(now)), (Stage::Fresh, Duration::from_secs(40)));
        assert_eq!(life.stage(later(now, 10, 10)), Stage::Due);
        assert_eq!(life.use_left(later(now, 10, 10)), Duration::from_secs(20));
    }
}
