//! Reminders of a request for consent, which the subject gets by e-mail and by text message.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::accreditation::Accreditation;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::party::Party;
use crate::clock;

/// How reminders go, as the sandbox was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReminderRules {
    /// Whether they reach anybody.
    pub(crate) succeed: bool,
    /// How long there is no other reminder after one that was sent.
    pub(crate) pause: SignedDuration,
    /// How long after one that failed.
    pub(crate) pause_after_failure: SignedDuration,
}

impl Default for ReminderRules {
    fn default() -> Self {
        Self {
            succeed: true,
            pause: SignedDuration::from_hours(7 * 24),
            pause_after_failure: SignedDuration::ZERO,
        }
    }
}

/// A reminder that was sent, or was not.
#[derive(Debug, Clone)]
pub(super) struct Reminder {
    kind: &'static str,
    success: bool,
    date: Timestamp,
}

/// A reminder on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    notification_type: &'static str,
    success: bool,
    description: &'static str,
    recipient_count: u8,
    date: String,
}

impl Reminder {
    pub(super) fn receipt(&self) -> Receipt {
        Receipt {
            notification_type: self.kind,
            success: self.success,
            description: if self.success { "Sent" } else { "Failed" },
            recipient_count: u8::from(self.success),
            date: clock::with_offset(self.date),
        }
    }
}

impl Accreditation {
    /// Sends a reminder in both ways, when there may be one now and the service context has texts for it. A failed one is
    /// no error.
    pub(super) fn remind(
        &mut self,
        rules: ReminderRules,
        service_context: &str,
        has_texts: bool,
        now: Timestamp,
    ) -> Result<&[Reminder], DanError> {
        self.check_reminder(rules, service_context, now)?;
        if !has_texts {
            return Err(ErrorCode::ServiceContext.into());
        }
        let first = self.reminders.len();
        let reminders = ["Email", "SMS"].map(|kind| Reminder { kind, success: rules.succeed, date: now });
        self.reminders.extend(reminders);
        Ok(&self.reminders[first..])
    }

    fn check_reminder(
        &self,
        rules: ReminderRules,
        service_context: &str,
        now: Timestamp,
    ) -> Result<(), DanError> {
        let needs_consent = self.items.iter().any(|item| item.needs_consent(service_context));
        let consent = self.consent.as_ref().filter(|_| needs_consent);
        let Some(consent) = consent else {
            return Err(DanError::new(ErrorCode::Consent, "The accreditation has nothing to consent to"));
        };
        if consent.receipt.is_some() {
            return Err(ErrorCode::AnsweredConsent.into());
        }
        if self.is_expired(now) {
            return Err(ErrorCode::ExpiredConsent.into());
        }
        let is_recent = |reminder: &Reminder| {
            let pause = if reminder.success { rules.pause } else { rules.pause_after_failure };
            now.duration_since(reminder.date) < pause
        };
        if self.reminders.iter().any(is_recent) {
            return Err(DanError::new(ErrorCode::NotAuthorized, "A reminder was sent too recently"));
        }
        match self.subject.as_ref().and_then(Party::norwegian_number) {
            Some(_) => Ok(()),
            None => Err(DanError::new(ErrorCode::Subject, "Only Norwegian subjects can be reminded")),
        }
    }
}
