//! What has become available.

use dan_model::EvidenceStatus;

use super::status::is_called;
use crate::harvest::Harvest;

/// What a wait ended with: the datasets that can be harvested, and what was harvested already in order to know.
#[derive(Debug, Clone)]
pub struct Available {
    pub(super) statuses: Vec<EvidenceStatus>,
    pub(super) datasets: Vec<String>,
    pub(super) harvests: Vec<(String, Harvest)>,
}

impl Available {
    /// The names of the datasets that can be harvested.
    pub fn datasets(&self) -> &[String] {
        &self.datasets
    }

    /// Where each dataset stood when it was looked at last, as the service says it. Of asynchronous datasets, and of consents
    /// whose receipt got lost, the service does not know that they are available.
    pub fn statuses(&self) -> &[EvidenceStatus] {
        &self.statuses
    }

    /// What the service says of one dataset, by its name in whatever case.
    pub fn status_of(&self, dataset: &str) -> Option<&EvidenceStatus> {
        self.statuses.iter().find(|status| is_called(status, dataset))
    }

    /// What was harvested of a dataset in its envelope, because only a harvest tells whether it is available. It saves asking
    /// its source a second time.
    pub fn harvested(&self, dataset: &str) -> Option<&Harvest> {
        self.harvests.iter().find(|(name, _)| name.eq_ignore_ascii_case(dataset)).map(|(_, harvest)| harvest)
    }
}
