//! The command lines that get a dataset.

use dan_client::model::{EvidenceCode, LegalBasisTypes, ReferenceType, Requirement};

use super::show::requirements;

/// In a person's words, how it is harvested.
pub(super) fn way(dataset: &EvidenceCode) -> &'static str {
    if dataset.is_asynchronous {
        "by accreditation: the source answers later"
    } else if needs_consent(dataset) {
        "by accreditation, after consent"
    } else if needs_grounds(dataset) {
        "by accreditation, on the grounds below"
    } else if dataset.is_public {
        "directly, by accreditation, or as open data without any key"
    } else {
        "directly, or by accreditation"
    }
}

fn needs_consent(dataset: &EvidenceCode) -> bool {
    requirements(dataset).iter().any(|requirement| matches!(requirement, Requirement::Consent(_)))
}

/// Whether the source wants what an authorization request alone can say.
fn needs_grounds(dataset: &EvidenceCode) -> bool {
    let said_in_requests = |requirement: &Requirement| {
        matches!(requirement, Requirement::LegalBasis(_) | Requirement::Reference(_))
    };
    requirements(dataset).iter().any(said_in_requests)
}

/// Command lines with all that the dataset needs, for the reader to put in what is theirs.
pub(super) fn lines(dataset: &EvidenceCode) -> Vec<String> {
    let name = &dataset.evidence_code_name;
    let required =
        dataset.parameters.iter().flatten().filter(|parameter| parameter.required.unwrap_or_default());
    let parameters = |prefix: &str| -> String {
        required
            .clone()
            .map(|parameter| format!(" --param {prefix}{}=…", parameter.evidence_param_name))
            .collect()
    };
    let own_token = requirements(dataset).iter().any(|need| matches!(need, Requirement::ProvideOwnToken(_)));
    let own_token = if own_token { " --on-behalf-of-owner" } else { "" };
    let context = match dataset.belongs_to_service_contexts.as_slice() {
        [only] => format!(" --service-context {}", quoted(only)),
        _ => String::new(),
    };
    if !dataset.is_asynchronous && !needs_consent(dataset) && !needs_grounds(dataset) {
        return vec![format!("dan harvest {name} --subject …{}{own_token}{context}", parameters(""))];
    }
    let consent = if needs_consent(dataset) { ":consent --consent-reference …" } else { "" };
    let grounds = grounds(dataset);
    let parameters = parameters(&format!("{name}."));
    vec![
        format!(
            "dan request --subject … --dataset {name}{consent}{grounds}{parameters}{own_token}{context} --wait"
        ),
        format!("dan evidence ID {name}{own_token}{context}"),
    ]
}

/// The grounds that are asked for; whoever asks for consent says its reference already.
fn grounds(dataset: &EvidenceCode) -> String {
    let ground = |requirement: &Requirement| match requirement {
        Requirement::Reference(needed) if needed.reference_type != ReferenceType::ConsentReference => {
            " --external-reference …"
        }
        Requirement::Reference(_) if !needs_consent(dataset) => " --consent-reference …",
        Requirement::LegalBasis(needed) if needed.valid_legal_basis_types == LegalBasisTypes::Espd => {
            " --legal-basis espd=…"
        }
        Requirement::LegalBasis(_) => " --legal-basis cpv=…",
        _ => "",
    };
    requirements(dataset).iter().map(ground).collect()
}

fn quoted(name: &str) -> String {
    if name.contains(' ') { format!("'{name}'") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ready(requirements: &Value) -> String {
        let dataset = json!({
            "evidenceCodeName": "Anleggstilsyn",
            "evidenceSource": "Arbeidstilsynet",
            "belongsToServiceContexts": ["Bits kontrollinformasjon"],
            "isPublic": false,
            "isAsynchronous": false,
            "values": [],
            "authorizationRequirements": requirements
        });
        let dataset = serde_json::from_value(dataset).unwrap();
        format!("{}:\n{}", way(&dataset), lines(&dataset).join("\n"))
    }

    #[test]
    fn what_a_source_wants_to_know_is_part_of_the_command() {
        let requirement = |kind: &str, action: u8, members: Value| {
            let mut requirement = json!({
                "type": kind, "failureAction": action, "requiredOnEvidenceHarvester": true
            });
            requirement.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            requirement
        };
        let legal_basis = |action, kinds: u8| {
            requirement("LegalBasisRequirement", action, json!({ "validLegalBasisTypes": kinds }))
        };
        let reference = |kind: u8| {
            requirement(
                "ReferenceRequirement",
                0,
                json!({
                    "ReferenceType": kind, "AcceptedFormat": ".*"
                }),
            )
        };
        let consent = requirement(
            "ConsentRequirement",
            0,
            json!({
                "altinnResource": "resource", "requiresSrr": false, "serviceEdition": 0
            }),
        );
        let told = [
            json!([]),
            json!([legal_basis(0, 1)]),
            json!([legal_basis(0, 3)]),
            json!([reference(0)]),
            json!([reference(1)]),
            json!([consent, reference(0)]),
            json!([legal_basis(1, 1)]),
        ];
        insta::assert_snapshot!(told.each_ref().map(ready).join("\n\n"));
    }
}
