//! Whether the requirements of a dataset are met.

use super::authentication::Scopes;
use super::authorization_request::LegalBasis;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::legal_basis::is_accepted;
use super::party::Party;
use crate::catalogue::{
    Dataset, FailureAction, PartyRelation, PartyRole, PartyType, ReferenceType, Requirement, RequirementKind,
};
use crate::register::Register;

/// What the requirements are judged by.
pub(super) struct Circumstances<'a> {
    pub(super) service_context: &'a str,
    pub(super) scopes: &'a Scopes,
    pub(super) owner: &'a Party,
    pub(super) requestor: &'a Party,
    pub(super) subject: Option<&'a Party>,
    /// Whether the caller brings a token for the source, or lets DAN fetch one on its behalf.
    pub(super) brings_own_token: bool,
    pub(super) legal_bases: &'a [LegalBasis],
    pub(super) consent_reference: Option<&'a str>,
    pub(super) external_reference: Option<&'a str>,
    /// Whether an accreditation is harvested: some requirements count no more, and consents are asked about live.
    pub(super) at_harvest: bool,
    pub(super) register: &'a Register,
}

/// The most characters that a reference may have.
const REFERENCE_LIMIT: usize = 50;

/// What became of a dataset.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Granted,
    /// A hard requirement is not met: why, each reason with the name of the dataset.
    Denied(Vec<String>),
    /// Only a soft requirement is not met: the dataset is left out.
    Skipped,
}

impl Circumstances<'_> {
    /// Judges a dataset by all requirements that count in the service context.
    pub(super) fn judge(&self, dataset: &Dataset, requests_consent: bool) -> Result<Verdict, DanError> {
        let requirements = &dataset.evidence_code.authorization_requirements;
        let counts = |requirement: &&Requirement| {
            requirement.applies_to(self.service_context)
                && (requirement.required_on_evidence_harvester || !self.at_harvest)
        };
        let mut denials = Vec::new();
        let mut is_skipped = false;
        for requirement in requirements.iter().filter(counts) {
            let reasons = self.unmet(requirement, requests_consent)?;
            match requirement.failure_action {
                FailureAction::Deny => {
                    denials.extend(reasons.into_iter().map(|reason| format!("{}: {reason}", dataset.name())));
                }
                FailureAction::Skip => is_skipped |= !reasons.is_empty(),
            }
        }
        Ok(match (denials.is_empty(), is_skipped) {
            (false, _) => Verdict::Denied(denials),
            (true, true) => Verdict::Skipped,
            (true, false) => Verdict::Granted,
        })
    }

    /// Why a requirement is not met; nothing when it is.
    fn unmet(&self, requirement: &Requirement, requests_consent: bool) -> Result<Vec<String>, DanError> {
        let one_unless = |met: bool, reason: &str| if met { Vec::new() } else { vec![reason.to_owned()] };
        Ok(match &requirement.kind {
            RequirementKind::MaskinportenScope { required_scopes } => required_scopes
                .iter()
                .filter(|scope| !self.scopes.contain(scope))
                .map(|scope| format!("The access token lacks the required scope '{scope}'"))
                .collect(),
            RequirementKind::PartyType { allowed_party_types } => outside(|role| {
                let mut allowed = allowed_party_types.iter().filter(|allowed| allowed.key == role).peekable();
                let actual = self.party_type(role);
                allowed.peek().is_none() || allowed.any(|allowed| allowed.value == actual)
            })
            .map(|role| format!("The party type of the {} is not allowed", role_name(role)))
            .collect(),
            RequirementKind::AccreditationParty { party_requirements } => party_requirements
                .iter()
                .filter(|relation| !self.holds(**relation))
                .map(|relation| format!("The accreditation party requirement '{relation:?}' is not met"))
                .collect(),
            RequirementKind::WhiteList { allowed_parties } => outside(|role| {
                let mut allowed = allowed_parties.iter().filter(|allowed| allowed.key == role).peekable();
                let actual = self.party(role).and_then(listed_as);
                allowed.peek().is_none() || allowed.any(|allowed| actual.as_ref() == Some(&allowed.value))
            })
            .map(|role| format!("The {} is not on the list of allowed parties", role_name(role)))
            .collect(),
            // The lists stand in the settings of the real service, which nobody outside knows.
            RequirementKind::WhiteListFromConfig { .. } => Vec::new(),
            RequirementKind::CustomSubject { subject_regex, subject_regex_description } => {
                let met = match self.subject {
                    Some(Party::Organization(_) | Party::Person(_) | Party::Foreign(_)) => true,
                    Some(Party::Custom(subject)) => subject_regex.matches(subject),
                    None => false,
                };
                one_unless(met, &format!("The subject must be {subject_regex_description}"))
            }
            RequirementKind::ProvideOwnToken => one_unless(
                self.brings_own_token,
                "This dataset requires that you provide an access token of your own for the source",
            ),
            RequirementKind::LegalBasis { valid_legal_basis_types } => one_unless(
                self.legal_bases.iter().any(|legal_basis| is_accepted(legal_basis, *valid_legal_basis_types)),
                "This dataset requires a valid legal basis",
            ),
            RequirementKind::Reference { reference_type, accepted_format } => {
                let (name, reference) = match reference_type {
                    ReferenceType::ConsentReference => ("consentReference", self.consent_reference),
                    ReferenceType::ExternalReference => ("externalReference", self.external_reference),
                };
                let met = reference.is_some_and(|text| {
                    !text.is_empty()
                        && text.chars().count() <= REFERENCE_LIMIT
                        && accepted_format.matches(text)
                });
                one_unless(met, &format!("The field '{name}' is missing or has not the accepted format"))
            }
            RequirementKind::AltinnRights { offered_by, covered_by, .. }
            | RequirementKind::AltinnRole { offered_by, covered_by, .. } => one_unless(
                self.represents((*covered_by).into(), (*offered_by).into()),
                "Altinn does not confirm the required role or right",
            ),
            RequirementKind::Consent { .. } if self.at_harvest => Vec::new(),
            RequirementKind::Consent { .. } => self.missing_for_consent(requests_consent),
            // The service has the kind and nothing that judges it.
            RequirementKind::Srr { .. } => return Err(ErrorCode::Internal.into()),
        })
    }

    fn missing_for_consent(&self, requests_consent: bool) -> Vec<String> {
        let is_norwegian =
            |party: Option<&Party>| party.is_some_and(|party| party.norwegian_number().is_some());
        let has_reference = self.consent_reference.is_some_and(|reference| !reference.is_empty());
        [
            (requests_consent, r#"you need to supply "requestConsent": true"#),
            (has_reference, "the field 'consentReference' must be supplied"),
            (is_norwegian(self.subject), "the subject must be Norwegian"),
            (is_norwegian(Some(self.requestor)), "the requestor must be Norwegian"),
        ]
        .into_iter()
        .filter(|(met, _)| !met)
        .map(|(_, missing)| format!("This dataset requires consent; {missing}"))
        .collect()
    }

    /// Whether a party has roles and rights for another one in Altinn: in the sandbox a party has them for itself, and
    /// the unit above has them for the unit below.
    fn represents(&self, covered_by: PartyRole, offered_by: PartyRole) -> bool {
        let number = |role| self.party(role).and_then(Party::norwegian_number);
        let (Some(covered_by), Some(offered_by)) = (number(covered_by), number(offered_by)) else {
            return false;
        };
        let parent = || {
            let unit = self.register.unit(&offered_by.parse().ok()?)?;
            unit["overordnetEnhet"].as_str()
        };
        covered_by == offered_by || parent() == Some(covered_by)
    }

    fn party(&self, role: PartyRole) -> Option<&Party> {
        match role {
            PartyRole::Subject => self.subject,
            PartyRole::Requestor => Some(self.requestor),
            PartyRole::Owner => Some(self.owner),
        }
    }

    fn party_type(&self, role: PartyRole) -> PartyType {
        match self.party(role) {
            None | Some(Party::Foreign(_)) => PartyType::Foreign,
            Some(Party::Custom(_)) => PartyType::Invalid,
            Some(Party::Person(_)) => PartyType::PrivatePerson,
            Some(Party::Organization(number)) if self.register.is_public_agency(number) => {
                PartyType::PublicAgency
            }
            Some(Party::Organization(_)) => PartyType::PrivateEnterprise,
        }
    }

    fn holds(&self, relation: PartyRelation) -> bool {
        let number = |role| self.party(role).and_then(Party::norwegian_number);
        let (subject, requestor, owner) =
            (number(PartyRole::Subject), number(PartyRole::Requestor), number(PartyRole::Owner));
        match relation {
            PartyRelation::RequestorAndOwnerAreEqual => requestor == owner,
            PartyRelation::SubjectAndOwnerAreEqual => subject == owner,
            PartyRelation::RequestorAndSubjectAreEqual => requestor == subject,
            PartyRelation::RequestorAndOwnerAreNotEqual => requestor != owner,
            PartyRelation::RequestorAndSubjectAreNotEqual => requestor != subject,
        }
    }
}

/// The roles of which the party is not as it should be.
fn outside(is_inside: impl Fn(PartyRole) -> bool) -> impl Iterator<Item = PartyRole> {
    [PartyRole::Subject, PartyRole::Requestor, PartyRole::Owner]
        .into_iter()
        .filter(move |role| !is_inside(*role))
}

/// People stand on lists of allowed parties in masked form.
fn listed_as(party: &Party) -> Option<String> {
    match party {
        Party::Organization(number) => Some(number.as_str().to_owned()),
        Party::Person(number) => Some(format!("{}*****", &number.expose()[..6])),
        Party::Foreign(_) | Party::Custom(_) => None,
    }
}

fn role_name(role: PartyRole) -> &'static str {
    match role {
        PartyRole::Subject => "subject",
        PartyRole::Requestor => "requestor",
        PartyRole::Owner => "owner",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const AGENCY: &str = "991825827";
    const ENTERPRISE: &str = "998997801";
    const PERSON: &str = "15867010022";

    struct Case {
        subject: Option<Party>,
        requestor: Party,
        scopes: Scopes,
        brings_own_token: bool,
    }

    impl Default for Case {
        fn default() -> Self {
            Self {
                subject: Some(Party::parse(ENTERPRISE).unwrap()),
                requestor: Party::parse(AGENCY).unwrap(),
                scopes: Scopes::Of(Vec::new()),
                brings_own_token: false,
            }
        }
    }

    impl Case {
        fn unmet(&self, requirement: Value) -> Vec<String> {
            let register = Register::built_in().unwrap();
            let circumstances = Circumstances {
                service_context: "eBevis",
                scopes: &self.scopes,
                owner: &Party::parse(AGENCY).unwrap(),
                requestor: &self.requestor,
                subject: self.subject.as_ref(),
                brings_own_token: self.brings_own_token,
                legal_bases: &[],
                consent_reference: None,
                external_reference: None,
                at_harvest: false,
                register: &register,
            };
            circumstances.unmet(&serde_json::from_value(requirement).unwrap(), false).unwrap()
        }

        fn meets(&self, requirement: Value) -> bool {
            self.unmet(requirement).is_empty()
        }
    }

    #[test]
    fn all_scopes_are_needed() {
        let requirement = json!({ "type": "MaskinportenScopeRequirement", "requiredScopes": ["a", "b"] });
        let case = |scopes: &[&str]| Case {
            scopes: Scopes::Of(scopes.iter().map(ToString::to_string).collect()),
            ..Case::default()
        };
        assert!(case(&["a", "b", "c"]).meets(requirement.clone()));
        assert_eq!(case(&["a", "b/c"]).unmet(requirement), ["The access token lacks the required scope 'b'"]);
    }

    #[test]
    fn a_party_that_is_mentioned_must_be_of_an_allowed_type() {
        let requirement = |key: u8, values: &[u8]| {
            let allowed: Vec<_> = values.iter().map(|value| json!({ "Key": key, "Value": value })).collect();
            json!({ "type": "PartyTypeRequirement", "allowedPartyTypes": allowed })
        };
        let case = |subject: Option<&str>| Case {
            subject: subject.map(|subject| Party::parse(subject).unwrap()),
            ..Case::default()
        };
        assert!(case(None).meets(requirement(2, &[1])));
        assert!(case(None).meets(requirement(3, &[1])));
        assert_eq!(
            case(None).unmet(requirement(2, &[2])),
            ["The party type of the requestor is not allowed"]
        );
        assert!(case(Some(ENTERPRISE)).meets(requirement(1, &[2])));
        assert!(case(Some(ENTERPRISE)).meets(requirement(1, &[0, 2])));
        assert!(!case(Some(AGENCY)).meets(requirement(1, &[2])));
        assert!(case(Some(PERSON)).meets(requirement(1, &[0])));
        assert!(case(None).meets(requirement(1, &[9])));
        assert!(case(Some("iso6523-actorid-upis::0007:5")).meets(requirement(1, &[9])));
    }

    #[test]
    fn parties_must_relate_as_required() {
        let requirement = |relation: &str| json!({ "type": "AccreditationPartyRequirement", "partyRequirements": [relation] });
        let case = Case::default();
        assert!(case.meets(requirement("RequestorAndOwnerAreEqual")));
        assert!(!case.meets(requirement("RequestorAndOwnerAreNotEqual")));
        assert!(!case.meets(requirement("SubjectAndOwnerAreEqual")));
        assert!(!case.meets(requirement("RequestorAndSubjectAreEqual")));
        assert!(case.meets(requirement("RequestorAndSubjectAreNotEqual")));
        let case = Case { requestor: Party::parse(ENTERPRISE).unwrap(), ..Case::default() };
        assert!(!case.meets(requirement("RequestorAndOwnerAreEqual")));
        assert!(case.meets(requirement("RequestorAndSubjectAreEqual")));
    }

    #[test]
    fn a_custom_subject_must_match() {
        let requirement = json!({ "type": "CustomSubjectRequirement", "subjectRegex": "^\\d{1,8}$", "subjectRegexDescription": "digits" });
        let case = |subject: Option<Party>| Case { subject, ..Case::default() };
        assert!(case(Some(Party::Custom("12345678".into()))).meets(requirement.clone()));
        assert!(case(Some(Party::parse(AGENCY).unwrap())).meets(requirement.clone()));
        assert!(!case(Some(Party::Custom("123456789".into()))).meets(requirement.clone()));
        assert!(!case(None).meets(requirement));
    }

    #[test]
    fn a_token_of_ones_own_must_be_brought() {
        let requirement = json!({ "type": "ProvideOwnTokenRequirement" });
        assert!(!Case::default().meets(requirement.clone()));
        assert!(Case { brings_own_token: true, ..Case::default() }.meets(requirement));
    }

    #[test]
    fn consent_cannot_be_had_in_one_call() {
        let requirement = json!({ "type": "ConsentRequirement", "serviceCode": "", "serviceEdition": 0,
            "requiresSrr": false, "consentPeriodInDays": null, "altinnResource": null, "consentTokenScope": null });
        assert_eq!(Case::default().unmet(requirement.clone()).len(), 2);
        assert_eq!(Case { subject: None, ..Case::default() }.unmet(requirement).len(), 3);
    }
}
