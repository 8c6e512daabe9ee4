//! Which organization may use which scope, itself or through a supplier.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dan_model::OrganizationNumber;

/// What the owners of scopes have withheld, and what customers have delegated.
///
/// In the sandbox every organization has access to every scope unless it is withheld. Nothing is delegated unless it is
/// said.
#[derive(Default)]
pub(super) struct Access {
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    /// Organizations and scopes.
    withheld: HashSet<(OrganizationNumber, String)>,
    delegated: HashSet<Delegation>,
}

#[derive(PartialEq, Eq, Hash)]
struct Delegation {
    consumer: OrganizationNumber,
    supplier: OrganizationNumber,
    scope: String,
}

impl Access {
    /// The scope's owner gives an organization access, or takes it away.
    pub(super) fn grant(&self, organization: &OrganizationNumber, scope: &str, granted: bool) {
        let rule = (organization.clone(), scope.to_owned());
        let withheld = &mut self.rules().withheld;
        if granted {
            withheld.remove(&rule)
        } else {
            withheld.insert(rule)
        };
    }

    /// A customer delegates a scope to a supplier, or takes it back.
    pub(super) fn delegate(
        &self,
        consumer: &OrganizationNumber,
        supplier: &OrganizationNumber,
        scope: &str,
        delegated: bool,
    ) {
        let delegation =
            Delegation { consumer: consumer.clone(), supplier: supplier.clone(), scope: scope.to_owned() };
        let delegations = &mut self.rules().delegated;
        if delegated {
            delegations.insert(delegation)
        } else {
            delegations.remove(&delegation)
        };
    }

    pub(super) fn is_granted(&self, organization: &OrganizationNumber, scope: &str) -> bool {
        !self.rules().withheld.contains(&(organization.clone(), scope.to_owned()))
    }

    pub(super) fn is_delegated(
        &self,
        consumer: &OrganizationNumber,
        supplier: &OrganizationNumber,
        scope: &str,
    ) -> bool {
        let (consumer, supplier, scope) = (consumer.clone(), supplier.clone(), scope.to_owned());
        self.rules().delegated.contains(&Delegation { consumer, supplier, scope })
    }

    pub(super) fn clear(&self) {
        *self.rules() = Rules::default();
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
