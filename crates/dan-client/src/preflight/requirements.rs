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
        let unrestricted = requirement.applies_to_service_context().is_none_or(<[_]>::is_empty);
        let applies = unrestricted
            || !contexts.is_empty() && contexts.iter().all(|context| requirement.applies_to(context));
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
