//! What was asked for and not given.

use crate::{Accreditation, AuthorizationRequest, EvidenceCode, Requirement};

/// A dataset that an authorization request asked for and the accreditation does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotGranted<'a> {
    /// Name of the dataset, as the request has it.
    pub evidence_code_name: &'a str,
    /// The requirements of which one or more were not met: those whose failure leaves the dataset out and that apply in
    /// the accreditation's service context. None when the metadata tells of none.
    pub requirements: Vec<&'a Requirement>,
}

impl Accreditation {
    /// What the request asked for and the accreditation does not hold, in the order of the request.
    ///
    /// A dataset is left out without an error when a soft requirement of it is not met. The service has a field for
    /// these, `skippedEvidenceCodes`, and leaves it empty; so the requirements come from `metadata`, the list of
    /// datasets, unless the field is filled after all.
    pub fn not_granted<'a>(
        &'a self,
        request: &'a AuthorizationRequest,
        metadata: &'a [EvidenceCode],
    ) -> Vec<NotGranted<'a>> {
        let is_given = |name: &str| self.evidence_codes.iter().any(|given| given.evidence_code_name == name);
        request
            .evidence_requests
            .iter()
            .map(|asked| asked.evidence_code_name.as_str())
            .filter(|name| !is_given(name))
            .map(|name| NotGranted {
                evidence_code_name: name,
                requirements: self.in_the_way(name, metadata),
            })
            .collect()
    }

    /// The requirements that may have left a dataset out.
    fn in_the_way<'a>(&'a self, name: &str, metadata: &'a [EvidenceCode]) -> Vec<&'a Requirement> {
        if let Some(requirement) = self.skipped_evidence_codes.get(name) {
            return vec![requirement];
        }
        let applies = |requirement: &&Requirement| {
            requirement.is_soft()
                && self.service_context.as_deref().is_none_or(|context| requirement.applies_to(context))
        };
        let dataset = metadata.iter().find(|dataset| dataset.evidence_code_name == name);
        dataset
            .into_iter()
            .flat_map(|dataset| dataset.authorization_requirements.iter().flatten())
            .filter(applies)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn accreditation(given: &[&str], skipped: &Value) -> Accreditation {
        let evidence_codes: Vec<Value> = given.iter().map(|name| dataset(name, &json!([]))).collect();
        serde_json::from_value(json!({
            "id": "0b2c4d6e-8f10-4a3c-9e5d-7f6a5b4c3d2e",
            "requestor": "991825827", "subject": "998997801", "subjectParty": {}, "requestorParty": {},
            "aggregateStatus": { "code": 0, "description": "" }, "isDirectHarvest": false,
            "evidenceCodes": evidence_codes, "skippedEvidenceCodes": skipped,
            "issued": "2026-09-24T10:15:00+00:00", "lastChanged": "2026-09-24T10:15:00+00:00",
            "validTo": "2026-12-23T10:15:00+00:00", "serviceContext": "eBevis"
        }))
        .unwrap()
    }

    fn dataset(name: &str, requirements: &Value) -> Value {
        json!({
            "evidenceCodeName": name, "description": null, "isAsynchronous": false, "values": [],
            "authorizationRequirements": requirements, "belongsToServiceContexts": ["eBevis"], "isPublic": false
        })
    }

    fn legal_basis(failure_action: i64, service_contexts: &[&str]) -> Value {
        json!({
            "type": "LegalBasisRequirement", "failureAction": failure_action, "requiredOnEvidenceHarvester": true,
            "appliesToServiceContext": service_contexts, "validLegalBasisTypes": 2
        })
    }

    fn request(names: &[&str]) -> AuthorizationRequest {
        let asked: Vec<Value> = names.iter().map(|name| json!({ "evidenceCodeName": name })).collect();
        serde_json::from_value(
            json!({ "requestor": "991825827", "subject": "998997801", "evidenceRequests": asked }),
        )
        .unwrap()
    }

    #[test]
    fn the_soft_requirements_of_the_service_context_are_named() {
        let requirements =
            json!([legal_basis(0, &[]), legal_basis(1, &["Drosjeloyve"]), legal_basis(1, &["eBevis"])]);
        let metadata: Vec<EvidenceCode> =
            serde_json::from_value(json!([dataset("Arbeidsgiveravgift", &requirements)])).unwrap();
        let accreditation = accreditation(&["RestanserV2"], &json!({}));
        let request = request(&["RestanserV2", "Arbeidsgiveravgift", "Gone"]);

        let missing = accreditation.not_granted(&request, &metadata);
        assert_eq!(
            missing,
            [
                NotGranted {
                    evidence_code_name: "Arbeidsgiveravgift",
                    requirements: vec![&metadata[0].authorization_requirements.as_ref().unwrap()[2]],
                },
                NotGranted { evidence_code_name: "Gone", requirements: vec![] },
            ]
        );
    }

    #[test]
    fn the_services_own_field_counts_when_it_is_filled() {
        let accreditation = accreditation(&[], &json!({ "A": legal_basis(1, &[]) }));
        let request = request(&["A"]);
        let missing = accreditation.not_granted(&request, &[]);
        assert_eq!(missing[0].requirements, [&accreditation.skipped_evidence_codes["A"]]);
    }

    #[test]
    fn nothing_is_missing_when_all_was_given() {
        assert!(accreditation(&["A"], &json!({})).not_granted(&request(&["A"]), &[]).is_empty());
    }
}
