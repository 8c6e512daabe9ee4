//! Requirements in words.

use crate::{
    AccreditationPartyRelation, AccreditationPartyType, AccreditationPartyTypeCode, AltinnAction,
    LegalBasisTypes, PartyTypeConstraint, ReferenceType, Requirement,
};

impl Requirement {
    /// What is required, in one sentence for a person.
    ///
    /// ```
    /// use dan_model::Requirement;
    ///
    /// let requirement: Requirement = serde_json::from_str(
    ///     r#"{"type":"MaskinportenScopeRequirement","failureAction":0,"requiredOnEvidenceHarvester":true,
    ///         "requiredScopes":["altinn:dataaltinnno/tilda"]}"#,
    /// )?;
    /// assert_eq!(requirement.meaning(), "The token must have the scope altinn:dataaltinnno/tilda.");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn meaning(&self) -> String {
        match self {
            Self::AccreditationParty(required) => sentence(required.party_requirements.iter().map(relation)),
            Self::AltinnRights(required) => {
                let actions: Vec<&str> = required.actions.iter().map(AltinnAction::as_str).collect();
                format!(
                    "In Altinn, {} must have the right to {} for service {} of {}.",
                    party_type(&required.covered_by),
                    actions.join(", ").to_lowercase(),
                    service(required.service_code.as_deref(), required.service_edition.as_deref()),
                    party_type(&required.offered_by)
                )
            }
            Self::AltinnRole(required) => format!(
                "In Altinn, {} must have the role {} for {}.",
                party_type(&required.covered_by),
                required.role_code.as_deref().unwrap_or("that the service names"),
                party_type(&required.offered_by)
            ),
            Self::Consent(required) => {
                let period = required.consent_period_in_days.map(|days| format!(" It lasts {days} days at most."));
                format!(
                    "Somebody who represents the subject must consent in Altinn; ask for it, with a consent reference.{}",
                    period.unwrap_or_default()
                )
            }
            Self::CustomSubject(required) => match &required.subject_regex_description {
                Some(description) => format!("The subject must be {description}."),
                None => "The subject must have a form of its own.".to_owned(),
            },
            Self::LegalBasis(required) => {
                format!("There must be a legal basis: {}.", legal_basis(&required.valid_legal_basis_types))
            }
            Self::MaskinportenScope(required) => {
                let plural = if required.required_scopes.len() == 1 { "" } else { "s" };
                format!("The token must have the scope{plural} {}.", required.required_scopes.join(", "))
            }
            Self::PartyType(required) => {
                // A party has to be of one of the kinds that are listed for it.
                let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
                for allowed in &required.allowed_party_types {
                    let (party, kind) = (party_type_code(&allowed.key), constraint(&allowed.value));
                    match kinds.iter_mut().find(|(known, _)| *known == party) {
                        Some((_, listed)) => listed.push(kind),
                        None => kinds.push((party, vec![kind])),
                    }
                }
                sentence(kinds.iter().map(|(party, listed)| format!("{party} must be {}", listed.join(" or "))))
            }
            Self::ProvideOwnToken(_) => {
                "The data source needs a token of its own: pass yours on (reuseToken), or let the service get one on \
                 behalf of the token's organization (tokenOnBehalfOfOwner)."
                    .to_owned()
            }
            Self::Reference(required) => {
                let format = required.accepted_format.as_ref().map(|format| format!(" of the form {format}"));
                format!("There must be {}{}.", reference(&required.reference_type), format.unwrap_or_default())
            }
            Self::Srr(required) => format!(
                "The requestor must be admitted in Altinn's service owner register for service {}.",
                service(required.service_code.as_deref(), required.service_edition.as_deref())
            ),
            Self::WhiteListFromConfig(_) => {
                "The service itself keeps a list of those who may; ask its operators to be on it.".to_owned()
            }
            Self::WhiteList(required) => {
                let mut roles: Vec<&str> =
                    required.allowed_parties.iter().map(|allowed| party_type_code(&allowed.key)).collect();
                roles.sort_unstable();
                roles.dedup();
                format!("{} must be on the dataset's list of those who may.", capital(&roles.join(" and ")))
            }
            Self::Unknown(_) => {
                "This version does not know the requirement; see the dataset's documentation.".to_owned()
            }
        }
    }
}

fn sentence(clauses: impl Iterator<Item = String>) -> String {
    let clauses: Vec<String> = clauses.collect();
    if clauses.is_empty() {
        "Nothing is required.".to_owned()
    } else {
        capital(&clauses.join(", and ")) + "."
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn service(code: Option<&str>, edition: Option<&str>) -> String {
    match (code, edition) {
        (Some(code), Some(edition)) => format!("{code}/{edition}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => "that the dataset names".to_owned(),
    }
}

fn relation(relation: &AccreditationPartyRelation) -> String {
    match relation {
        AccreditationPartyRelation::RequestorAndOwnerAreEqual => {
            "the requestor must be the token's organization"
        }
        AccreditationPartyRelation::SubjectAndOwnerAreEqual => "the subject must be the token's organization",
        AccreditationPartyRelation::RequestorAndSubjectAreEqual => "the requestor must be the subject",
        AccreditationPartyRelation::RequestorAndOwnerAreNotEqual => {
            "the requestor must be another than the token's organization"
        }
        AccreditationPartyRelation::RequestorAndSubjectAreNotEqual => {
            "the requestor must be another than the subject"
        }
        other => return format!("the parties must fulfil {}", other.as_str()),
    }
    .to_owned()
}

fn party_type(party: &AccreditationPartyType) -> &str {
    match party {
        AccreditationPartyType::Subject => "the subject",
        AccreditationPartyType::Requestor => "the requestor",
        AccreditationPartyType::Owner => "the token's organization",
        other => other.as_str(),
    }
}

fn party_type_code(party: &AccreditationPartyTypeCode) -> &'static str {
    match party {
        AccreditationPartyTypeCode::Subject => "the subject",
        AccreditationPartyTypeCode::Requestor => "the requestor",
        AccreditationPartyTypeCode::Owner => "the token's organization",
        _ => "a party of an unknown role",
    }
}

fn constraint(constraint: &PartyTypeConstraint) -> &'static str {
    match constraint {
        PartyTypeConstraint::PrivatePerson => "a person",
        PartyTypeConstraint::PublicAgency => "a public body",
        PartyTypeConstraint::PrivateEnterprise => "a private enterprise",
        PartyTypeConstraint::NaceCode => "an organization of a certain industry",
        PartyTypeConstraint::SectorCode => "an organization of a certain institutional sector",
        PartyTypeConstraint::Invalid => "neither a person nor an organization",
        PartyTypeConstraint::Foreign => "from abroad",
        _ => "of a kind that this version does not know",
    }
}

fn legal_basis(types: &LegalBasisTypes) -> &'static str {
    match types {
        LegalBasisTypes::Espd => "a European Single Procurement Document (espd)",
        LegalBasisTypes::Cpv => "codes of the Common Procurement Vocabulary (cpv)",
        LegalBasisTypes::EspdOrCpv => {
            "a European Single Procurement Document (espd) or codes of the Common Procurement Vocabulary (cpv)"
        }
        _ => "of a kind that this version does not know",
    }
}

fn reference(reference: &ReferenceType) -> &'static str {
    match reference {
        ReferenceType::ConsentReference => "a consent reference",
        ReferenceType::ExternalReference => "an external reference",
        _ => "a reference of a kind that this version does not know",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_is_told_in_words() {
        let kinds = [
            json!({ "type": "AccreditationPartyRequirement",
                "partyRequirements": ["RequestorAndOwnerAreEqual", "RequestorAndSubjectAreNotEqual", "Tomorrows"] }),
            json!({ "type": "AltinnRightsRequirement", "serviceCode": "4795", "serviceEdition": "1",
                "offeredBy": "Subject", "coveredBy": "Requestor", "actions": ["Read", "Write"] }),
            json!({ "type": "AltinnRoleRequirement", "roleCode": "DAGL", "offeredBy": "Owner", "coveredBy": "Subject" }),
            json!({ "type": "ConsentRequirement", "serviceCode": "", "serviceEdition": 0, "requiresSrr": false,
                "consentPeriodInDays": 90, "altinnResource": null, "consentTokenScope": null }),
            json!({ "type": "CustomSubjectRequirement", "subjectRegex": "x", "subjectRegexDescription": "a licence number" }),
            json!({ "type": "LegalBasisRequirement", "validLegalBasisTypes": 3 }),
            json!({ "type": "MaskinportenScopeRequirement", "requiredScopes": ["a:b", "a:c"] }),
            json!({ "type": "PartyTypeRequirement", "allowedPartyTypes": [
                { "Key": 1, "Value": 2 }, { "Key": 1, "Value": 9 }, { "Key": 2, "Value": 1 }] }),
            json!({ "type": "ProvideOwnTokenRequirement" }),
            json!({ "type": "ReferenceRequirement", "ReferenceType": 0, "AcceptedFormat": null }),
            json!({ "type": "SrrRequirement", "serviceCode": "5616", "serviceEdition": null }),
            json!({ "type": "WhiteListFromConfigRequirement", "ownerConfigKey": "x", "requestorConfigKey": null,
                "subjectConfigKey": null }),
            json!({ "type": "WhiteListRequirement", "allowedParties": [{ "Key": 3, "Value": "1" }, { "Key": 3, "Value": "2" }] }),
            json!({ "type": "TomorrowsRequirement" }),
        ];
        let told: Vec<String> = kinds
            .into_iter()
            .map(|mut kind| {
                kind["failureAction"] = 0.into();
                kind["requiredOnEvidenceHarvester"] = true.into();
                let requirement: Requirement = serde_json::from_value(kind.clone()).unwrap();
                let known = kind["type"] != "TomorrowsRequirement";
                assert_eq!(known, !matches!(requirement, Requirement::Unknown(_)), "{kind}");
                requirement.meaning()
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
