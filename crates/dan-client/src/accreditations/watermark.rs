//! How far a feed of changes has been handled.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::SystemTime;

use dan_model::{Offset, Timestamp};
use serde::{Deserialize, Serialize};

use super::VISIBLE_AFTER;

/// How far a feed of changes has been handled: to be stored by the caller, and given to
/// [`DanClient::accreditation_changes`](crate::DanClient::accreditation_changes) again after a restart.
///
/// It holds times of the service and ids of accreditations, no personal data. Its form as JSON will be read by later
/// versions, too; the default is the beginning of all times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    /// Changes up to this time do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<Timestamp>,
    /// Every change that had shown and bears this time or an earlier one has been handled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handled_to: Option<Timestamp>,
    /// The changes that have been handled and may be listed again: the accreditation's id, and the time of the change.
    #[serde(default)]
    handled: BTreeMap<String, Timestamp>,
}

impl Watermark {
    /// Leaves out what changed up to a time of the service: text with an offset from UTC, or a [`SystemTime`].
    pub fn starting_after(time: impl Into<Timestamp>) -> Self {
        Self { start: Some(time.into()), ..Self::default() }
    }

    /// The time after which changes are asked for: early enough for those that show late.
    pub(super) fn changed_after(&self) -> Option<Timestamp> {
        let handled_to = self.handled_to.as_ref().and_then(instant);
        let overlapping = handled_to.and_then(|time| time.checked_sub(VISIBLE_AFTER)).map(Timestamp::from);
        match (&self.start, overlapping) {
            (Some(start), Some(overlapping)) if order(start, &overlapping).is_gt() => Some(start.clone()),
            (start, None) => start.clone(),
            (_, overlapping) => overlapping,
        }
    }

    /// Whether the state of an accreditation has yet to be handled.
    pub(super) fn is_news(&self, id: &str, last_changed: &Timestamp) -> bool {
        let is_late_enough = self.start.as_ref().is_none_or(|start| order(last_changed, start).is_gt());
        is_late_enough && self.handled.get(id) != Some(last_changed)
    }

    /// Notes a change as handled; `open` are the times of those that are not.
    pub(super) fn note<'a>(
        &mut self,
        id: &str,
        last_changed: &Timestamp,
        open: impl Iterator<Item = &'a Timestamp>,
    ) {
        let newer = |known: &Timestamp| order(known, last_changed).is_gt();
        if !self.handled.get(id).is_some_and(newer) {
            self.handled.insert(id.to_owned(), last_changed.clone());
        }
        let first_open = open.min_by(|one, other| order(one, other));
        let is_before_open = |time: &&Timestamp| first_open.is_none_or(|open| order(time, open).is_lt());
        let reached =
            self.handled.values().filter(is_before_open).max_by(|one, other| order(one, other)).cloned();
        if let Some(reached) = reached
            && self.handled_to.as_ref().is_none_or(|handled_to| order(&reached, handled_to).is_gt())
        {
            self.handled_to = Some(reached);
        }
        self.forget();
    }

    /// What is too old to be listed again need not be remembered.
    fn forget(&mut self) {
        if let Some(changed_after) = self.changed_after() {
            self.handled.retain(|_, time| order(time, &changed_after).is_gt());
        }
    }
}

/// The order of two times of the service. One without an offset, which has never been seen, is taken for UTC.
pub(super) fn order(one: &Timestamp, other: &Timestamp) -> Ordering {
    instant(one).cmp(&instant(other))
}

fn instant(time: &Timestamp) -> Option<SystemTime> {
    time.parse().ok()?.assume_offset(Offset::Utc).system_time().ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// A time of the service, in minutes.
    fn at(minute: u64) -> Timestamp {
        (UNIX_EPOCH + Duration::from_secs(minute * 60)).into()
    }

    fn noted(mut watermark: Watermark, changes: &[(&str, u64)], open: &[u64]) -> Watermark {
        let open: Vec<Timestamp> = open.iter().map(|minute| at(*minute)).collect();
        for (id, minute) in changes {
            watermark.note(id, &at(*minute), open.iter());
        }
        watermark
    }

    #[test]
    fn what_changed_at_the_start_or_before_is_no_news() {
        let watermark = Watermark::starting_after(at(60));
        assert!(!watermark.is_news("a", &at(59)) && !watermark.is_news("a", &at(60)));
        assert!(watermark.is_news("a", &at(61)));
        assert!(Watermark::default().is_news("a", &at(0)));
    }

    #[test]
    fn a_state_that_was_handled_is_no_news_and_the_next_one_is() {
        let watermark = noted(Watermark::default(), &[("a", 60)], &[]);
        assert!(!watermark.is_news("a", &at(60)));
        assert!(watermark.is_news("a", &at(61)) && watermark.is_news("b", &at(60)));
    }

    #[test]
    fn an_older_state_that_is_handled_later_does_not_bring_the_newer_back() {
        let watermark = noted(Watermark::default(), &[("a", 60), ("a", 55)], &[]);
        assert!(!watermark.is_news("a", &at(60)));
    }

    #[test]
    fn the_list_begins_early_enough_for_what_shows_late_and_not_before_the_start() {
        assert_eq!(Watermark::default().changed_after(), None);
        let from_an_hour = Watermark::starting_after(at(60));
        assert_eq!(from_an_hour.changed_after(), Some(at(60)));
        let soon_after = noted(from_an_hour, &[("a", 65)], &[]);
        assert_eq!(soon_after.changed_after(), Some(at(60)));
        assert_eq!(noted(soon_after, &[("b", 100)], &[]).changed_after(), Some(at(90)));
        assert_eq!(noted(Watermark::default(), &[("a", 65)], &[]).changed_after(), Some(at(55)));
    }

    #[test]
    fn it_reaches_to_the_first_that_is_open_and_never_back() {
        let changes = [("a", 60), ("b", 70), ("c", 80)];
        let handled_to = |open: &[u64]| noted(Watermark::default(), &changes, open).handled_to;
        assert_eq!(handled_to(&[75, 90]), Some(at(70)));
        assert_eq!(handled_to(&[70]), Some(at(60)), "another one bears the same time");
        assert_eq!(handled_to(&[50]), None);
        let far = noted(Watermark::default(), &changes, &[]);
        assert_eq!(noted(far, &[("late", 75)], &[79]).handled_to, Some(at(80)));
    }

    #[test]
    fn what_may_be_listed_again_is_remembered_and_nothing_else() {
        let watermark = noted(Watermark::default(), &[("a", 60), ("b", 69), ("c", 70), ("d", 80)], &[]);
        assert_eq!(watermark.handled.into_keys().collect::<Vec<_>>(), ["d"]);
        let watermark = noted(Watermark::default(), &[("a", 71), ("b", 80)], &[]);
        assert!(!watermark.is_news("a", &at(71)));
    }

    #[test]
    fn a_time_without_an_offset_is_of_utc() {
        assert_eq!(order(&"1970-01-01T01:00:00".into(), &at(60)), Ordering::Equal);
        assert_eq!(order(&"1970-01-01T02:00:00+01:00".into(), &at(60)), Ordering::Equal);
    }
}
