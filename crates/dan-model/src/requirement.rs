//! What a requirement means for whoever asks.

use serde::de::DeserializeOwned;

use crate::{FailureAction, Requirement};

impl Requirement {
    /// Whether a dataset whose requirement is not met is left out, while the request goes on. Else the whole request is
    /// denied.
    pub fn is_soft(&self) -> bool {
        self.common(Self::failure_action, "failureAction") == Some(FailureAction::Skip)
    }

    /// Whether the requirement counts in a service context, by its name. One that names no service context counts in
    /// all of them.
    pub fn applies_to(&self, service_context: &str) -> bool {
        let owned = |kind: &Self| kind.applies_to_service_context().map(<[String]>::to_vec);
        self.common(owned, "appliesToServiceContext").is_none_or(|contexts| {
            contexts.is_empty() || contexts.iter().any(|context| context == service_context)
        })
    }

    /// Whether the requirement is checked again at each harvest, and not at the authorization request alone.
    pub fn is_checked_at_harvest(&self) -> bool {
        self.common(Self::required_on_evidence_harvester, "requiredOnEvidenceHarvester").unwrap_or(true)
    }

    /// A field that all kinds have, also those of tomorrow.
    fn common<T: DeserializeOwned>(&self, known: impl Fn(&Self) -> Option<T>, wire_name: &str) -> Option<T> {
        match self {
            Self::Unknown(fields) => fields.get(wire_name).and_then(|value| T::deserialize(value).ok()),
            _ => known(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn requirement(fields: Value) -> Requirement {
        serde_json::from_value(fields).unwrap()
    }

    #[test]
    fn no_service_context_means_all() {
        for kind in ["ProvideOwnTokenRequirement", "TomorrowsRequirement"] {
            let everywhere = json!({ "type": kind, "failureAction": 0, "requiredOnEvidenceHarvester": true });
            assert!(requirement(everywhere).applies_to("Tilda"), "{kind}");
            let somewhere = json!({
                "type": kind, "failureAction": 0, "requiredOnEvidenceHarvester": true,
                "appliesToServiceContext": ["eBevis"]
            });
            assert!(requirement(somewhere.clone()).applies_to("eBevis"), "{kind}");
            assert!(!requirement(somewhere).applies_to("Tilda"), "{kind}");
        }
    }

    #[test]
    fn the_common_fields_count_on_kinds_of_tomorrow() {
        for kind in ["ProvideOwnTokenRequirement", "TomorrowsRequirement"] {
            let soft = requirement(
                json!({ "type": kind, "failureAction": 1, "requiredOnEvidenceHarvester": false, "depth": 3 }),
            );
            assert!(soft.is_soft() && !soft.is_checked_at_harvest(), "{kind}");
            let hard =
                requirement(json!({ "type": kind, "failureAction": 0, "requiredOnEvidenceHarvester": true }));
            assert!(!hard.is_soft() && hard.is_checked_at_harvest(), "{kind}");
        }
    }

    #[test]
    fn enums_come_as_numbers_and_as_names() {
        let as_names = requirement(json!({
            "type": "PartyTypeRequirement", "failureAction": "Skip", "requiredOnEvidenceHarvester": true,
            "allowedPartyTypes": [{ "Key": "requestor", "Value": "NACECode" }]
        }));
        let as_numbers = requirement(json!({
            "type": "PartyTypeRequirement", "failureAction": 1, "requiredOnEvidenceHarvester": true,
            "allowedPartyTypes": [{ "Key": 2, "Value": 3 }]
        }));
        assert!(as_names.is_soft() && matches!(as_names, Requirement::PartyType(_)), "{as_names:?}");
        assert_eq!(as_names, as_numbers);
        let of_tomorrow = json!({ "type": "TomorrowsRequirement", "failureAction": "Skip" });
        assert!(requirement(of_tomorrow).is_soft());
    }

    #[test]
    fn flags_come_as_a_sum_and_as_a_list_of_names() {
        let legal_basis = |types: Value| {
            requirement(json!({
                "type": "LegalBasisRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true,
                "validLegalBasisTypes": types
            }))
        };
        assert_eq!(legal_basis(json!("espd, Cpv")), legal_basis(json!(3)));
        assert_eq!(legal_basis(json!("Cpv")), legal_basis(json!(2)));
        for unknown in ["Espd, Moon", "Espd,", ""] {
            let read = legal_basis(json!(unknown));
            assert!(matches!(read, Requirement::Unknown(_)), "{unknown}");
            assert_eq!(serde_json::to_value(read).unwrap()["validLegalBasisTypes"], unknown);
        }
        // What is no set of flags is not added up: this is no sector code.
        let two_constraints = requirement(json!({
            "type": "PartyTypeRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true,
            "allowedPartyTypes": [{ "Key": 2, "Value": "PublicAgency, NACECode" }]
        }));
        assert!(matches!(two_constraints, Requirement::Unknown(_)));
    }

    #[test]
    fn a_known_kind_in_an_unknown_form_is_kept() {
        let odd =
            json!({ "type": "PartyTypeRequirement", "failureAction": "Skip", "allowedPartyTypes": "any" });
        let read = requirement(odd.clone());
        assert!(matches!(read, Requirement::Unknown(_)));
        assert_eq!(serde_json::to_value(read).unwrap(), odd);
    }
}
