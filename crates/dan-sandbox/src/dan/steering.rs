//! What the control calls change in the service: consents, sources, reminders, the catalogue, the memory.

use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use thiserror::Error;
use uuid::Uuid;

use super::Dan;
use super::accreditation::{Accreditation, Decision, Source};
use super::reminder::ReminderRules;
use crate::catalogue::{Catalogue, CatalogueError};

/// Why a control call changes nothing.
#[derive(Debug, Error)]
pub(crate) enum SteeringError {
    #[error("there is no such accreditation")]
    UnknownAccreditation,
    #[error("the accreditation has no such dataset")]
    UnknownDataset,
    #[error("the accreditation needs no consent")]
    NoConsent,
    #[error("only a consent that was granted can be revoked")]
    NotGranted,
    #[error("the dataset is not asynchronous")]
    NotAsynchronous,
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

impl Dan {
    /// Decides about a consent in Altinn. Without the receipt the service does not hear of it; it never hears of a
    /// withdrawal.
    pub(crate) fn steer_consent(
        &self,
        accreditation: &str,
        decision: Decision,
        receipt: bool,
        now: Timestamp,
    ) -> Result<(), SteeringError> {
        self.change(accreditation, |accreditation| {
            let consent = accreditation.consent.as_mut().ok_or(SteeringError::NoConsent)?;
            if decision == Decision::Withdrawn && consent.decision != Some(Decision::Granted) {
                return Err(SteeringError::NotGranted);
            }
            consent.decision = Some(decision);
            match decision {
                Decision::Granted if receipt => accreditation.note_receipt("OK", now),
                Decision::Denied if receipt => accreditation.note_receipt("denied", now),
                _ => {}
            }
            Ok(())
        })
    }

    /// The source of an asynchronous dataset has its answer now, or from a time on; or is at work.
    pub(crate) fn steer_source(
        &self,
        accreditation: &str,
        evidence_code: &str,
        ready: bool,
        retry_at: Option<Timestamp>,
    ) -> Result<(), SteeringError> {
        self.change(accreditation, |accreditation| {
            let mut items = accreditation.items.iter_mut();
            let item = items
                .find(|item| item.evidence_code.name.eq_ignore_ascii_case(evidence_code))
                .ok_or(SteeringError::UnknownDataset)?;
            if !item.evidence_code.is_asynchronous {
                return Err(SteeringError::NotAsynchronous);
            }
            item.source = match (ready, retry_at) {
                (true, _) => Source::Ready,
                (false, Some(time)) => Source::ReadyFrom(time),
                (false, None) => Source::Working,
            };
            Ok(())
        })
    }

    /// How reminders go from now on.
    pub(crate) fn steer_reminders(&self, steer: impl FnOnce(&mut ReminderRules)) {
        steer(&mut self.reminder_rules());
    }

    /// Adds a dataset to the catalogue, or replaces the one of its name.
    pub(crate) fn put_dataset(&self, name: &str, file: &str) -> Result<(), SteeringError> {
        self.change_catalogue(|catalogue| catalogue.with_dataset(name, file))
    }

    /// Takes a dataset out of the catalogue; false when it was not there.
    pub(crate) fn remove_dataset(&self, name: &str) -> bool {
        let mut catalogue = self.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        match catalogue.without_dataset(name) {
            Some(changed) => {
                *catalogue = Arc::new(changed);
                true
            }
            None => false,
        }
    }

    /// Forgets what happened since the start; `catalogue` is the one of the start.
    pub(crate) fn reset(&self, catalogue: Arc<Catalogue>) {
        *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = catalogue;
        self.accreditations().clear();
        self.harvests.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.steer_reminders(|rules| *rules = ReminderRules::default());
    }

    fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut Accreditation) -> Result<(), SteeringError>,
    ) -> Result<(), SteeringError> {
        let id = id.parse::<Uuid>().map_err(|_| SteeringError::UnknownAccreditation)?;
        let mut accreditations = self.accreditations();
        let found = accreditations.iter_mut().find(|accreditation| accreditation.id == id);
        change(found.ok_or(SteeringError::UnknownAccreditation)?)
    }

    fn change_catalogue(
        &self,
        change: impl FnOnce(&Catalogue) -> Result<Catalogue, CatalogueError>,
    ) -> Result<(), SteeringError> {
        let mut catalogue = self.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&catalogue)?;
        *catalogue = Arc::new(changed);
        Ok(())
    }
}
