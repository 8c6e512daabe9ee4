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

#[cfg(test)]
mod tests {
    use dan_model::{EvidenceStatusCode, StatusCode};
    use dan_transport::ErrorKind;

    use super::*;

    const NOW: Duration = Duration::from_secs(60);
    const LATER: Duration = Duration::from_secs(3600);

    /// What is known of a dataset whose status is read as `code` while this is known from before.
    fn merged(code: StatusCode, before: Option<State>) -> String {
        let status = || EvidenceStatus::new(EvidenceStatusCode::new(code));
        let before = before.map(|state| AwaitedDataset { status: status(), state, harvest: None });
        match AwaitedDataset::merged(status(), before, NOW).state {
            State::Available => "available".to_owned(),
            State::AwaitsConsent => "awaits consent".to_owned(),
            State::AwaitsSource(due) => format!("due at {} s", due.as_secs()),
            State::Ended(error) => error.to_string(),
        }
    }

    #[test]
    fn what_a_harvest_told_stands_against_the_status() {
        let ended = || State::Ended(Error::new(ErrorKind::NotFound, "no more"));
        assert_eq!(merged(StatusCode::PendingConsent, Some(State::Available)), "available");
        assert_eq!(merged(StatusCode::PendingConsent, Some(ended())), "no more");
        assert_eq!(merged(StatusCode::Waiting, Some(ended())), "no more");
        assert_eq!(merged(StatusCode::Available, Some(State::AwaitsSource(LATER))), "available");
    }

    #[test]
    fn a_source_is_asked_when_it_was_due_before() {
        for code in [StatusCode::Waiting, StatusCode::AggregateUnknown] {
            assert_eq!(merged(code, Some(State::AwaitsSource(LATER))), "due at 3600 s");
            assert_eq!(merged(code, Some(State::AwaitsConsent)), "due at 60 s");
            assert_eq!(merged(code, None), "due at 60 s");
        }
        assert_eq!(merged(StatusCode::NotDetermined, None), "awaits consent");
    }
}
