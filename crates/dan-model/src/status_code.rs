//! What the status codes mean for whoever waits for a dataset.

use crate::StatusCode;

/// What a status code says about harvesting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Availability {
    /// The dataset can be harvested. For a dataset that needs consent this is the service's memory: a consent that was
    /// withdrawn since is noticed by the harvest alone.
    Available,
    /// The service does not know without asking the source, which only a harvest does. Try to harvest.
    KnownToSource,
    /// Somebody who represents the subject has yet to consent. That takes hours or days.
    AwaitsConsent,
    /// The source has yet to answer. That takes minutes, as a rule.
    AwaitsSource,
    /// Waiting does not help. It takes a new authorization request, if anything.
    Ended,
    /// The code says nothing of it: nothing was looked at yet, or it is a code of tomorrow.
    Unknown,
}

impl StatusCode {
    /// What the code says about harvesting.
    ///
    /// ```
    /// use dan_model::{Availability, StatusCode};
    ///
    /// assert_eq!(StatusCode::from(6).availability(), Availability::KnownToSource);
    /// assert_eq!(StatusCode::from(42).availability(), Availability::Unknown);
    /// ```
    pub fn availability(self) -> Availability {
        match self {
            Self::Available => Availability::Available,
            Self::AggregateUnknown => Availability::KnownToSource,
            Self::PendingConsent => Availability::AwaitsConsent,
            Self::Waiting => Availability::AwaitsSource,
            Self::Denied | Self::Expired | Self::Unavailable => Availability::Ended,
            Self::NotDetermined | Self::Unknown(_) => Availability::Unknown,
        }
    }

    /// What the code means and what to do, in one sentence for a person.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::NotDetermined => "Nothing was looked at yet; ask for the status.",
            Self::Available => "The dataset can be harvested.",
            Self::PendingConsent => "Somebody who represents the subject has yet to consent.",
            Self::Denied => "Consent was denied or withdrawn.",
            Self::Expired => "The permission has expired; a new authorization request is needed.",
            Self::Waiting => "The source has yet to answer.",
            Self::AggregateUnknown => "Only the source knows whether it has an answer; try to harvest.",
            Self::Unavailable => "The dataset no longer exists.",
            Self::Unknown(_) => "This version does not know the code; the description may tell.",
        }
    }
}
