//! Whether the requirements of the dataset are met, as far as can be judged from here.

use dan_model::{
    AccreditationPartyRelation, AccreditationPartyTypeCode, EvidenceCode, PartyIdentifier,
    PartyTypeConstraint, PartyTypeRequirement, Requirement, WhiteListRequirement,
};

use crate::preflight::{Finding, Question};

/// What is not met of the requirements that count in the service context and at this kind of harvest. Where the context is not clear, those count that
/// count in all that it may be.
pub(super) fn findings(question: &Question<'_>, dataset: &EvidenceCode) -> Vec<Finding> {
    let requirements = dataset.authorization_requirements.as_deref().unwrap_or_default();
    let contexts = &question.service_contexts;
    let counts = |requirement: &&Requirement| {
        let applies = match contexts.as_slice() {
            // What counts in all contexts counts in one without a name, too.
            [] => requirement.applies_to(""),
            contexts => contexts.iter().all(|context| requirement.applies_to(context)),
        };
        applies && (question.is_direct || requirement.is_checked_at_harvest())
    };
    let takes_other_subjects = requirements.iter().any(|kind| matches!(kind, Requirement::CustomSubject(_)));
    let mut findings = Vec::new();
    if let Some(subject) = question.subject
        && let Err(problem) = subject.check()
        && !takes_other_subjects
    {
        findings.push(Finding::UnreadableSubject { problem });
    }
    for finding in requirements.iter().filter(counts).flat_map(|requirement| judge(question, requirement)) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings
}

fn judge(question: &Question<'_>, requirement: &Requirement) -> Vec<Finding> {
    match requirement {
        Requirement::ProvideOwnToken(_) if !question.provides_own_token => vec![Finding::NeedsOwnToken],
        Requirement::MaskinportenScope(scope) => {
            let Some(token) = &question.token else { return Vec::new() };
            let lacks = |required: &&String| !token.scopes.contains(required);
            let scopes: Vec<String> = scope.required_scopes.iter().filter(lacks).cloned().collect();
            if scopes.is_empty() { Vec::new() } else { vec![Finding::MissingScopes { scopes }] }
        }
        // What follows was judged when the accreditation was made.
        _ if !question.is_direct => Vec::new(),
        Requirement::Consent(_) => vec![Finding::NeedsConsent],
        Requirement::LegalBasis(_) => vec![Finding::NeedsLegalBasis],
        Requirement::Reference(reference) => {
            vec![Finding::NeedsReference { reference: reference.reference_type }]
        }
        Requirement::AccreditationParty(parties) => parties
            .party_requirements
            .iter()
            .filter(|relation| holds(question, relation) == Some(false))
            .map(|relation| Finding::PartiesNotRelated { relation: relation.clone() })
            .collect(),
        Requirement::PartyType(types) => not_of_type(question, types),
        Requirement::WhiteList(list) => not_listed(question, list),
        Requirement::AltinnRights(_)
        | Requirement::AltinnRole(_)
        | Requirement::Srr(_)
        | Requirement::WhiteListFromConfig(_)
        | Requirement::Unknown(_) => vec![Finding::LeftToTheService { requirement: kind_of(requirement) }],
        _ => Vec::new(),
    }
}

/// Whether a relation holds; `None` when that cannot be told from here.
fn holds(question: &Question<'_>, relation: &AccreditationPartyRelation) -> Option<bool> {
    let (subject, owner) = (question.subject.cloned(), question.owner());
    let requestor = question.requestor_or_owner();
    let equal = |one: Option<PartyIdentifier>, other: Option<PartyIdentifier>| Some(one? == other?);
    match relation {
        AccreditationPartyRelation::RequestorAndOwnerAreEqual => equal(requestor, owner),
        AccreditationPartyRelation::SubjectAndOwnerAreEqual => equal(subject, owner),
        AccreditationPartyRelation::RequestorAndSubjectAreEqual => equal(requestor, subject),
        AccreditationPartyRelation::RequestorAndOwnerAreNotEqual => {
            equal(requestor, owner).map(|equal| !equal)
        }
        AccreditationPartyRelation::RequestorAndSubjectAreNotEqual => {
            equal(requestor, subject).map(|equal| !equal)
        }
        _ => None,
    }
}

/// The parties that a requirement names, with who they are.
fn parties<'q>(
    question: &'q Question<'_>,
    named: impl Iterator<Item = AccreditationPartyTypeCode> + Clone + 'q,
) -> impl Iterator<Item = (AccreditationPartyTypeCode, PartyIdentifier)> + 'q {
    let known = [
        (AccreditationPartyTypeCode::Subject, question.subject.cloned()),
        (AccreditationPartyTypeCode::Requestor, question.requestor_or_owner()),
        (AccreditationPartyTypeCode::Owner, question.owner()),
    ];
    known
        .into_iter()
        .filter(move |(code, _)| named.clone().any(|named| named == *code))
        .filter_map(|(code, party)| Some((code, party?)))
}

fn not_of_type(question: &Question<'_>, requirement: &PartyTypeRequirement) -> Vec<Finding> {
    let allowed = &requirement.allowed_party_types;
    parties(question, allowed.iter().map(|allowed| allowed.key))
        .filter(|(code, party)| {
            !allowed.iter().any(|allowed| allowed.key == *code && may_be(party, allowed.value))
        })
        .map(|(party, _)| Finding::PartyNotAllowed { party })
        .collect()
}

/// Whether a party may be of a type. Of an organization, only the register knows which kind it is.
fn may_be(party: &PartyIdentifier, constraint: PartyTypeConstraint) -> bool {
    match (party, constraint) {
        (_, PartyTypeConstraint::Unknown(_)) => true,
        (PartyIdentifier::Person(_), constraint) => constraint == PartyTypeConstraint::PrivatePerson,
        (PartyIdentifier::Organization(_), constraint) => !matches!(
            constraint,
            PartyTypeConstraint::PrivatePerson | PartyTypeConstraint::Invalid | PartyTypeConstraint::Foreign
        ),
        (_, constraint) => {
            matches!(constraint, PartyTypeConstraint::Foreign | PartyTypeConstraint::Invalid)
        }
    }
}

/// People are listed in a form of the service's own; only organizations are judged here.
fn not_listed(question: &Question<'_>, requirement: &WhiteListRequirement) -> Vec<Finding> {
    let listed = &requirement.allowed_parties;
    parties(question, listed.iter().map(|listed| listed.key))
        .filter(|(code, party)| {
            party.as_organization().is_some_and(|number| {
                !listed
                    .iter()
                    .any(|listed| listed.key == *code && listed.value.as_deref() == Some(number.as_str()))
            })
        })
        .map(|(party, _)| Finding::PartyNotAllowed { party })
        .collect()
}

/// The discriminator that the metadata has.
fn kind_of(requirement: &Requirement) -> String {
    let json = serde_json::to_value(requirement).unwrap_or_default();
    json["type"].as_str().unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::preflight::TokenClaims;

    const AGENCY: &str = "991825827";
    const OTHER: &str = "974760673";
    const PERSON: &str = "15867010022";

    fn question(service_contexts: &[&str]) -> Question<'static> {
        Question {
            is_direct: true,
            service_contexts: service_contexts.iter().map(|name| (*name).to_owned()).collect(),
            ..Question::about("Guarded")
        }
    }

    fn token_of(owner: &str) -> TokenClaims {
        TokenClaims { scopes: Vec::new(), owner: Some(owner.parse().unwrap()) }
    }

    /// What is found for one requirement, which the metadata gives with these members.
    fn found(question: &Question<'_>, members: &Value) -> Vec<Finding> {
        let mut requirement = json!({ "failureAction": 0, "requiredOnEvidenceHarvester": true });
        requirement.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let dataset = json!({ "evidenceCodeName": "Guarded", "description": null, "isAsynchronous": false, "values": [],
            "belongsToServiceContexts": [], "isPublic": false, "authorizationRequirements": [requirement] });
        findings(question, &serde_json::from_value(dataset).unwrap())
    }

    #[test]
    fn a_requirement_counts_where_it_does_in_each_context_that_it_may_be() {
        for requirement in ["LegalBasisRequirement", "RequirementOfTomorrow"] {
            let of_context = |contexts: &[&str]| json!({ "type": requirement, "validLegalBasisTypes": 1, "appliesToServiceContext": contexts });
            for (contexts, counts) in
                [(&["eBevis"][..], true), (&["eBevis", "Tilda"], false), (&["Tilda"], false), (&[], false)]
            {
                let found = found(&question(contexts), &of_context(&["eBevis"]));
                assert_eq!(!found.is_empty(), counts, "{requirement} in {contexts:?}");
            }
            for contexts in [&["eBevis"][..], &[]] {
                assert!(!found(&question(contexts), &of_context(&[])).is_empty(), "{requirement} in all");
            }
        }
    }

    #[test]
    fn a_relation_holds_or_does_not_and_nothing_is_told_of_who_is_unknown() {
        use AccreditationPartyRelation::{
            RequestorAndOwnerAreEqual, RequestorAndOwnerAreNotEqual, RequestorAndSubjectAreEqual,
            RequestorAndSubjectAreNotEqual, SubjectAndOwnerAreEqual,
        };
        let [agency, other] = [AGENCY, OTHER].map(PartyIdentifier::from);
        let relations = [
            RequestorAndOwnerAreEqual,
            SubjectAndOwnerAreEqual,
            RequestorAndSubjectAreEqual,
            RequestorAndOwnerAreNotEqual,
            RequestorAndSubjectAreNotEqual,
        ];
        let [yes, no] = [Some(true), Some(false)];
        for (subject, requestor, owner, expected) in [
            (Some(&agency), None, Some(AGENCY), [yes, yes, yes, no, no]),
            (Some(&other), Some(&agency), Some(AGENCY), [yes, no, no, no, yes]),
            (Some(&other), Some(&other), Some(AGENCY), [no, no, yes, yes, no]),
            (Some(&agency), Some(&other), None, [None, None, no, None, yes]),
            (None, None, Some(AGENCY), [yes, None, None, no, None]),
        ] {
            let token = owner.map(token_of);
            let question = Question { subject, requestor, token, ..question(&[]) };
            let held = relations.each_ref().map(|relation| holds(&question, relation));
            assert_eq!(held, expected, "{subject:?} {requestor:?} {owner:?}");
        }
    }

    #[test]
    fn only_what_a_party_surely_is_not_speaks_against_it() {
        let [person, organization, foreign] =
            [PERSON, AGENCY, "iso6523-actorid-upis::0007:5567037485"].map(PartyIdentifier::from);
        for (value, of_person, of_organization, of_foreign) in [
            (0, true, false, false),
            (1, false, true, false),
            (2, false, true, false),
            (3, false, true, false),
            (8, false, false, true),
            (9, false, false, true),
            (77, true, true, true),
        ] {
            let constraint = PartyTypeConstraint::from(value);
            let taken = [&person, &organization, &foreign].map(|party| may_be(party, constraint));
            assert_eq!(taken, [of_person, of_organization, of_foreign], "{value}");
        }
    }

    #[test]
    fn each_party_is_judged_by_what_is_said_of_it() {
        let [agency, other, person] = [AGENCY, OTHER, PERSON].map(PartyIdentifier::from);
        let not_allowed = |party| vec![Finding::PartyNotAllowed { party }];
        let types = json!({ "type": "PartyTypeRequirement", "allowedPartyTypes": [
            { "Key": 1, "Value": 0 }, { "Key": 1, "Value": 2 }, { "Key": 2, "Value": 1 }] });
        let list = json!({ "type": "WhiteListRequirement", "allowedParties": [
            { "Key": 3, "Value": AGENCY }, { "Key": 2, "Value": OTHER }] });
        let of = |subject, requestor, owner| Question {
            subject: Some(subject),
            requestor: Some(requestor),
            token: Some(token_of(owner)),
            ..question(&[])
        };
        assert_eq!(found(&of(&person, &agency, AGENCY), &types), []);
        assert_eq!(found(&of(&other, &agency, AGENCY), &types), []);
        assert_eq!(
            found(&of(&agency, &person, AGENCY), &types),
            not_allowed(AccreditationPartyTypeCode::Requestor)
        );
        assert_eq!(found(&of(&person, &other, AGENCY), &list), []);
        assert_eq!(
            found(&of(&person, &agency, AGENCY), &list),
            not_allowed(AccreditationPartyTypeCode::Requestor)
        );
        assert_eq!(found(&of(&person, &other, OTHER), &list), not_allowed(AccreditationPartyTypeCode::Owner));
        assert_eq!(found(&of(&person, &person, AGENCY), &list), [], "people are listed in another form");
    }
}
