//! The states that a dataset of an accreditation can be in.

use serde::Serialize;

/// A state with its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct StatusCode {
    code: u8,
    description: &'static str,
}

impl StatusCode {
    /// The dataset can be harvested.
    pub(super) const AVAILABLE: Self =
        Self { code: 1, description: "The information is available for harvest" };

    /// The states that the service publishes.
    pub(super) const PUBLISHED: [Self; 5] = [
        Self::AVAILABLE,
        Self { code: 2, description: "Awaiting consent from subject entity representative" },
        Self { code: 3, description: "Consent request denied" },
        Self { code: 4, description: "Consent expired" },
        Self { code: 5, description: "Awaiting data from source" },
    ];
}
