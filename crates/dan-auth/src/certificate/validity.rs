//! The time of a certificate.

use std::fmt;
use std::time::{Duration, SystemTime};

/// How long before its end a certificate is said to expire soon: 30 days.
pub const EXPIRY_WARNING: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Where a time stands in a certificate's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Validity {
    /// Before it begins.
    NotYetValid,
    /// Within it.
    Valid,
    /// Within it, and within the last 30 days: order a new one now.
    ExpiresSoon,
    /// After it has ended.
    Expired,
}

impl Validity {
    pub(super) fn of(not_before: SystemTime, not_after: SystemTime, at: SystemTime) -> Self {
        if at < not_before {
            return Self::NotYetValid;
        }
        match not_after.duration_since(at) {
            Err(_) => Self::Expired,
            Ok(left) if left <= EXPIRY_WARNING => Self::ExpiresSoon,
            Ok(_) => Self::Valid,
        }
    }

    /// Whether a server would take it.
    pub fn is_valid(self) -> bool {
        matches!(self, Self::Valid | Self::ExpiresSoon)
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotYetValid => "not valid yet",
            Self::Valid => "valid",
            Self::ExpiresSoon => "expires within 30 days",
            Self::Expired => "expired",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_belong_to_the_life() {
        let day = Duration::from_secs(24 * 60 * 60);
        let (begin, end) = (SystemTime::UNIX_EPOCH + day, SystemTime::UNIX_EPOCH + 100 * day);
        for (days, expected) in [
            (0, Validity::NotYetValid),
            (1, Validity::Valid),
            (69, Validity::Valid),
            (70, Validity::ExpiresSoon),
            (100, Validity::ExpiresSoon),
            (101, Validity::Expired),
        ] {
            assert_eq!(Validity::of(begin, end, SystemTime::UNIX_EPOCH + days * day), expected, "day {days}");
        }
    }
}
