//! The states that a dataset of an accreditation can be in.

use serde::Serialize;

/// A state with its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct StatusCode {
    code: u8,
    description: &'static str,
}

impl StatusCode {
    /// Nothing was looked at yet.
    pub(super) const NOT_DETERMINED: Self = Self { code: 0, description: "" };

    /// The dataset can be harvested.
    pub(super) const AVAILABLE: Self =
        Self { code: 1, description: "The information is available for harvest" };

    /// Nobody has answered the request for consent.
    pub(super) const PENDING_CONSENT: Self =
        Self { code: 2, description: "Awaiting consent from subject entity representative" };

    /// Consent was denied.
    pub(super) const DENIED: Self = Self { code: 3, description: "Consent request denied" };

    /// The end of the permission has passed.
    pub(super) const EXPIRED: Self = Self { code: 4, description: "Consent expired" };

    /// Only the source knows.
    pub(super) const AGGREGATE_UNKNOWN: Self = Self {
        code: 6,
        description: "The aggredate evidence status is unknown due to one or more asynchronous evidence codes in the \
                      accreditation. See /evidence/{accreditationId} for asynchronous evidence code status",
    };

    /// The dataset is gone.
    pub(super) const UNAVAILABLE: Self = Self {
        code: 7,
        description: "The evidence code is no longer available and cannot be checked for status or harvested.",
    };

    /// The states that the service publishes.
    pub(super) const PUBLISHED: [Self; 5] = [
        Self::AVAILABLE,
        Self::PENDING_CONSENT,
        Self::DENIED,
        Self::EXPIRED,
        Self { code: 5, description: "Awaiting data from source" },
    ];
}
