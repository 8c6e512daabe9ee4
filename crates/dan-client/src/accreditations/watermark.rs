//! How far a feed of changes has been handled.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::SystemTime;

use dan_model::{Accreditation, Offset, Timestamp};
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
    pub(super) fn is_news(&self, accreditation: &Accreditation) -> bool {
        let is_late_enough =
            self.start.as_ref().is_none_or(|start| order(&accreditation.last_changed, start).is_gt());
        is_late_enough && self.handled.get(&accreditation.id) != Some(&accreditation.last_changed)
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
