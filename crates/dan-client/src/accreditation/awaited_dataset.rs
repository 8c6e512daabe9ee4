//! How a dataset stands that is waited for.

use std::time::Duration;

use dan_model::{Availability, EvidenceStatus};
use dan_transport::Error;

use super::status::ended;
use crate::harvest::Harvest;

/// A dataset of an accreditation that is waited for, and how it stands. Times are those of the client's clock.
pub(super) struct AwaitedDataset {
    pub(super) status: EvidenceStatus,
    pub(super) state: State,
    pub(super) harvest: Option<Harvest>,
}

/// What is known, and what would tell more.
pub(super) enum State {
    Available,
    AwaitsConsent,
    /// Only a harvest tells, which is due at this time.
    AwaitsSource(Duration),
    Ended(Error),
}

impl AwaitedDataset {
    /// What the service says now, and what is known from before.
    pub(super) fn merged(status: EvidenceStatus, before: Option<Self>, now: Duration) -> Self {
        let (before, harvest) = before.map_or((None, None), |before| (Some(before.state), before.harvest));
        let state = match (status.status.code.availability(), before) {
            // A harvest knows better.
            (_, Some(State::Available)) | (Availability::Available, _) => State::Available,
            (_, Some(State::Ended(error))) => State::Ended(error),
            (Availability::KnownToSource | Availability::AwaitsSource, Some(State::AwaitsSource(due))) => {
                State::AwaitsSource(due)
            }
            (Availability::KnownToSource | Availability::AwaitsSource, _) => State::AwaitsSource(now),
            _ => ended(&status).map_or(State::AwaitsConsent, State::Ended),
        };
        Self { status, state, harvest }
    }
}
