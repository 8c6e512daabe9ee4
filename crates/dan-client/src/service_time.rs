//! What time it is for the service: the machine's clock may be wrong.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far the service's clock is from ours, as the `Date` of its answers tells.
#[derive(Debug, Default)]
pub(crate) struct ServiceTime {
    offset: Mutex<Option<Offset>>,
}

#[derive(Debug, Clone, Copy)]
enum Offset {
    Ahead(Duration),
    Behind(Duration),
}

impl ServiceTime {
    /// Notes the `Date` of an answer that came now. It has no fraction of a second and is older than its arrival, so that
    /// what is told from it is never later than the truth.
    pub(crate) fn note(&self, date: SystemTime, now: SystemTime) {
        let offset = match date.duration_since(now) {
            Ok(ahead) => Offset::Ahead(ahead),
            Err(error) => Offset::Behind(error.duration()),
        };
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner) = Some(offset);
    }

    /// The service's time at a time of ours; `None` as long as no answer has told.
    pub(crate) fn at(&self, time: SystemTime) -> Option<SystemTime> {
        match (*self.offset.lock().unwrap_or_else(PoisonError::into_inner))? {
            Offset::Ahead(ahead) => time.checked_add(ahead),
            Offset::Behind(behind) => time.checked_sub(behind),
        }
    }
}

/// A time some while earlier; no earlier than a clock can tell.
pub(crate) fn before(time: SystemTime, by: Duration) -> SystemTime {
    time.checked_sub(by).unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_turned_into_theirs() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let service_time = ServiceTime::default();
        assert_eq!(service_time.at(at(1000)), None);
        service_time.note(at(1500), at(1000));
        assert_eq!(service_time.at(at(1001)), Some(at(1501)));
        service_time.note(at(900), at(1000));
        assert_eq!(service_time.at(at(1001)), Some(at(901)));
    }
}
