//! The checks of a request for a dataset, in the service's order; the first that fails decides.

use super::authentication::Caller;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::parameter::check_parameters;
use super::party::Party;
use super::requirement::{Circumstances, Verdict};
use crate::catalogue::{Catalogue, Dataset};
use crate::register::Register;

/// What a direct harvest asks for.
pub(super) struct HarvestRequest<'a> {
    pub(super) caller: &'a Caller,
    /// The service context of the subscription key.
    pub(super) service_context: &'a str,
    pub(super) dataset: &'a str,
    pub(super) requestor: Option<&'a str>,
    pub(super) subject: Option<&'a str>,
    pub(super) parameters: Vec<(&'a str, &'a str)>,
    pub(super) brings_own_token: bool,
}

/// A request that may be answered.
#[derive(Debug)]
pub(super) struct ValidRequest<'c> {
    pub(super) dataset: &'c Dataset,
    pub(super) subject: Option<Party>,
}

impl HarvestRequest<'_> {
    /// Validates the request.
    pub(super) fn validate<'c>(
        &self,
        catalogue: &'c Catalogue,
        register: &Register,
    ) -> Result<ValidRequest<'c>, DanError> {
        let requested = catalogue.dataset(self.dataset);
        let owner = Party::Organization(self.caller.owner.clone());
        let requestor = self.parse_requestor(&owner)?;
        let subject = self.parse_subject(requested)?;
        let dataset = requested.ok_or_else(|| {
            DanError::new(ErrorCode::UnknownEvidenceCode, format!("Unknown evidence code: {}", self.dataset))
        })?;
        self.check_service_context(dataset)?;
        check_parameters(&dataset.evidence_code, &self.parameters)?;
        for party in subject.iter().chain([&requestor]) {
            check_registered(party, register)?;
        }
        let circumstances = Circumstances {
            service_context: self.service_context,
            scopes: &self.caller.scopes,
            owner: &owner,
            requestor: &requestor,
            subject: subject.as_ref(),
            brings_own_token: self.brings_own_token,
            register,
        };
        check_requirements(&circumstances, dataset)?;
        check_directly_harvestable(dataset)?;
        Ok(ValidRequest { dataset, subject })
    }

    /// The requestor is the owner unless the request names one.
    fn parse_requestor(&self, owner: &Party) -> Result<Party, DanError> {
        match self.requestor {
            None => Ok(owner.clone()),
            Some(requestor) => {
                Party::parse(requestor).map_err(|reason| DanError::new(ErrorCode::Requestor, reason))
            }
        }
    }

    /// No subject is let through; a text that is no identifier counts for datasets with subjects of their own kind.
    fn parse_subject(&self, dataset: Option<&Dataset>) -> Result<Option<Party>, DanError> {
        let Some(subject) = self.subject else { return Ok(None) };
        match Party::parse(subject) {
            Ok(party) => Ok(Some(party)),
            Err(_) if dataset.is_some_and(Dataset::takes_custom_subjects) => {
                Ok(Some(Party::Custom(subject.to_owned())))
            }
            Err(reason) => Err(DanError::new(ErrorCode::Subject, reason)),
        }
    }

    fn check_service_context(&self, dataset: &Dataset) -> Result<(), DanError> {
        if dataset.evidence_code.belongs_to(self.service_context) {
            return Ok(());
        }
        let text = format!(
            "{} is not available for the service context {}, only for: {}",
            self.dataset,
            self.service_context,
            dataset.evidence_code.belongs_to_service_contexts.join(", ")
        );
        Err(DanError::new(ErrorCode::EvidenceRequest, text))
    }
}

/// An organization must be in the register. The service reports a requestor that is not as if it were the subject.
fn check_registered(party: &Party, register: &Register) -> Result<(), DanError> {
    match party {
        Party::Organization(number) if register.unit(number).is_none() => Err(DanError::new(
            ErrorCode::Subject,
            format!("{number} was not found in the Central Coordinating Register for Legal Entities"),
        )),
        _ => Ok(()),
    }
}

fn check_requirements(circumstances: &Circumstances<'_>, dataset: &Dataset) -> Result<(), DanError> {
    match circumstances.judge(dataset) {
        Verdict::Granted => Ok(()),
        Verdict::Denied(reasons) => Err(DanError::new(ErrorCode::NotAuthorized, reasons.join(", "))),
        Verdict::Skipped => Err(DanError::new(
            ErrorCode::NotAuthorized,
            format!("No evidence code is left, skipped: {}", dataset.name()),
        )),
    }
}

/// What takes time or a person's consent needs an accreditation.
fn check_directly_harvestable(dataset: &Dataset) -> Result<(), DanError> {
    if dataset.evidence_code.is_asynchronous || dataset.needs_consent() {
        let text =
            format!("{} is asynchronous or needs consent and cannot be harvested directly", dataset.name());
        return Err(DanError::new(ErrorCode::EvidenceRequest, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case {
        service_context: &'static str,
        dataset: &'static str,
        requestor: Option<&'static str>,
        subject: Option<&'static str>,
        parameters: Vec<(&'static str, &'static str)>,
        scopes: &'static str,
        brings_own_token: bool,
    }

    impl Default for Case {
        fn default() -> Self {
            Self {
                service_context: "eBevis",
                dataset: "UnitBasicInformation",
                requestor: None,
                subject: Some("998997801"),
                parameters: Vec::new(),
                scopes: "altinn:dataaltinnno/ebevis altinn:dataaltinnno/tilda altinn:dataaltinnno/dihe",
                brings_own_token: false,
            }
        }
    }

    impl Case {
        fn refusal(self) -> Option<u16> {
            let caller = Caller {
                owner: "991825827".parse().unwrap(),
                scopes: self.scopes.split(' ').map(str::to_owned).collect(),
            };
            let request = HarvestRequest {
                caller: &caller,
                service_context: self.service_context,
                dataset: self.dataset,
                requestor: self.requestor,
                subject: self.subject,
                parameters: self.parameters,
                brings_own_token: self.brings_own_token,
            };
            let valid =
                request.validate(&Catalogue::built_in().unwrap(), &Register::built_in().unwrap()).map(|_| ());
            valid.err().map(|error| error.code.number())
        }
    }

    #[test]
    fn the_first_failure_decides() {
        let everything_wrong = || Case {
            dataset: "unitbasicinformation",
            requestor: Some("1"),
            subject: Some("2"),
            parameters: vec![("unknown", "")],
            scopes: "altinn:dataaltinnno",
            ..Case::default()
        };
        assert_eq!(everything_wrong().refusal(), Some(1001));
        let next = || Case { requestor: Some("310000000"), ..everything_wrong() };
        assert_eq!(next().refusal(), Some(1004));
        let next = || Case { subject: Some("992037601"), ..next() };
        assert_eq!(next().refusal(), Some(1007));
        let next = || Case { dataset: "TildaMetadatav1", ..next() };
        assert_eq!(next().refusal(), Some(1006));
        let next = || Case { dataset: "UnitBasicInformation", ..next() };
        assert_eq!(next().refusal(), Some(1017));
        let next = || Case { parameters: Vec::new(), ..next() };
        assert_eq!(next().refusal(), Some(1004), "the requestor is deleted");
        let next = || Case { requestor: None, ..next() };
        assert_eq!(next().refusal(), Some(1019));
        assert_eq!(Case { scopes: Case::default().scopes, ..next() }.refusal(), None);
    }

    #[test]
    fn custom_subjects_are_for_datasets_that_take_them() {
        let case = |dataset, subject| Case {
            service_context: "Tilda",
            dataset,
            subject: Some(subject),
            ..Case::default()
        };
        assert_eq!(case("TildaTilsynsrapportv1", "1234567").refusal(), None);
        assert_eq!(case("TildaTilsynsrapportv1", "123456x").refusal(), Some(1019));
        assert_eq!(case("TildaMetadatav1", "1234567").refusal(), Some(1004));
    }

    #[test]
    fn no_subject_is_let_through() {
        let case =
            Case { service_context: "Tilda", dataset: "TildaMetadatav1", subject: None, ..Case::default() };
        assert_eq!(case.refusal(), None);
    }

    #[test]
    fn a_requestor_must_be_registered_and_the_right_one() {
        let case = |requestor| Case { requestor: Some(requestor), ..Case::default() };
        assert_eq!(case("958935420").refusal(), None);
        assert_eq!(case("998997801").refusal(), Some(1019), "no public agency");
        assert_eq!(case("310000000").refusal(), Some(1004), "deleted");
    }

    #[test]
    fn what_takes_time_or_consent_is_not_for_direct_harvest() {
        let case = |dataset| Case { dataset, ..Case::default() };
        assert_eq!(case("EksempelAsynkron").refusal(), Some(1006));
        assert_eq!(case("RestanserV2").refusal(), Some(1019));
    }

    #[test]
    fn a_person_needs_a_token_of_ones_own() {
        let case = |brings_own_token, subject| Case {
            service_context: "DigitaleHelgeland",
            dataset: "FregPerson",
            subject: Some(subject),
            brings_own_token,
            ..Case::default()
        };
        assert_eq!(case(true, "15867010022").refusal(), None);
        assert_eq!(case(false, "15867010022").refusal(), Some(1019));
        assert_eq!(case(true, "998997801").refusal(), Some(1019), "no person");
    }
}
