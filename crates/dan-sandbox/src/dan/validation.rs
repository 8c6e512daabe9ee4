//! The checks of a request for datasets, in the service's order; the first that fails decides.

use std::collections::HashSet;

use jiff::Timestamp;

use super::authentication::Caller;
use super::authorization_request::LegalBasis;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::parameter::check_parameters;
use super::party::Party;
use super::requirement::{Circumstances, Verdict};
use super::validity::ValidTo;
use crate::catalogue::{Catalogue, Dataset};
use crate::register::Register;

/// What is asked for, in whichever way.
pub(super) struct Inquiry<'a> {
    pub(super) way: Way,
    pub(super) caller: &'a Caller,
    /// The service context of the subscription key.
    pub(super) service_context: &'a str,
    pub(super) requestor: Option<&'a str>,
    pub(super) subject: Option<&'a str>,
    pub(super) datasets: Vec<Asked<'a>>,
    pub(super) legal_bases: &'a [LegalBasis],
    pub(super) valid_to: Option<&'a str>,
    pub(super) language_code: Option<&'a str>,
    pub(super) consent_reference: Option<&'a str>,
    pub(super) external_reference: Option<&'a str>,
    pub(super) brings_own_token: bool,
}

/// The way in which datasets are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    DirectHarvest,
    Authorization,
    /// A harvest on an accreditation, which is validated anew each time.
    Harvest,
}

/// A dataset that is asked for.
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
    pub(super) parameters: Vec<(&'a str, String)>,
    pub(super) legal_basis_id: Option<&'a str>,
    pub(super) requests_consent: bool,
}

/// A request that may be answered.
#[derive(Debug)]
pub(super) struct Granted<'c> {
    pub(super) requestor: Party,
    pub(super) subject: Option<Party>,
    /// The datasets that are left when those are gone whose soft requirements are not met; never none.
    pub(super) datasets: Vec<&'c Dataset>,
    pub(super) valid_to: ValidTo,
}

impl Inquiry<'_> {
    /// Validates the request.
    pub(super) fn validate<'c>(
        &self,
        catalogue: &'c Catalogue,
        register: &Register,
        now: Timestamp,
    ) -> Result<Granted<'c>, DanError> {
        let owner = Party::Organization(self.caller.owner.clone());
        let requestor = self.parse_requestor(&owner)?;
        let subject = self.parse_subject(catalogue)?;
        self.check_legal_bases()?;
        self.check_names()?;
        let datasets = self.find_datasets(catalogue)?;
        for (asked, dataset) in self.datasets.iter().zip(&datasets) {
            let given: Vec<_> =
                asked.parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            check_parameters(&dataset.evidence_code, &given)?;
        }
        // An accreditation keeps the end that it was given, whatever it is worth today.
        let wish = if self.way == Way::Authorization { self.valid_to } else { None };
        let valid_to = ValidTo::judge(wish, catalogue.valid_days(), now)?;
        for party in subject.iter().chain([&requestor]) {
            check_registered(party, register)?;
        }
        self.check_language(catalogue)?;
        let circumstances = Circumstances {
            service_context: self.service_context,
            scopes: &self.caller.scopes,
            owner: &owner,
            requestor: &requestor,
            subject: subject.as_ref(),
            brings_own_token: self.brings_own_token,
            legal_bases: self.legal_bases,
            consent_reference: self.consent_reference,
            external_reference: self.external_reference,
            at_harvest: self.way == Way::Harvest,
            register,
        };
        let datasets = self.check_requirements(&circumstances, datasets)?;
        if self.way == Way::DirectHarvest {
            datasets.iter().try_for_each(|dataset| check_directly_harvestable(dataset))?;
        }
        Ok(Granted { requestor, subject, datasets, valid_to })
    }

    /// In a direct harvest the requestor is the owner unless the request names one.
    fn parse_requestor(&self, owner: &Party) -> Result<Party, DanError> {
        match self.requestor {
            None if self.way == Way::DirectHarvest => Ok(owner.clone()),
            None => Err(DanError::new(ErrorCode::Requestor, "The requestor is missing")),
            Some(requestor) => {
                Party::parse(requestor).map_err(|reason| DanError::new(ErrorCode::Requestor, reason))
            }
        }
    }

    /// No subject is let through; a text that is no identifier counts for datasets with subjects of their own kind.
    fn parse_subject(&self, catalogue: &Catalogue) -> Result<Option<Party>, DanError> {
        let Some(subject) = self.subject else { return Ok(None) };
        let takes_custom_subjects =
            |asked: &Asked<'_>| catalogue.dataset(asked.name).is_some_and(Dataset::takes_custom_subjects);
        match Party::parse(subject) {
            Ok(party) => Ok(Some(party)),
            Err(_) if self.datasets.iter().any(takes_custom_subjects) => {
                Ok(Some(Party::Custom(subject.to_owned())))
            }
            Err(reason) => Err(DanError::new(ErrorCode::Subject, reason)),
        }
    }

    /// A legal basis that nothing refers to is an error; a reference to none is not.
    fn check_legal_bases(&self) -> Result<(), DanError> {
        let has_text = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        for legal_basis in self.legal_bases {
            let is_complete =
                has_text(&legal_basis.id) && legal_basis.kind.is_some() && has_text(&legal_basis.content);
            if !is_complete {
                return Err(DanError::new(
                    ErrorCode::LegalBasis,
                    "A legal basis must have an id, a type and content",
                ));
            }
            let id = legal_basis.id.as_deref();
            if !self.datasets.iter().any(|asked| asked.legal_basis_id == id) {
                let text =
                    format!("No evidence request refers to the legal basis {}", id.unwrap_or_default());
                return Err(DanError::new(ErrorCode::LegalBasis, text));
            }
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), DanError> {
        if self.datasets.is_empty() {
            return Err(DanError::new(ErrorCode::EvidenceRequest, "No evidence codes were requested"));
        }
        let mut names = HashSet::new();
        match self.datasets.iter().find(|asked| !names.insert(asked.name)) {
            Some(twice) => {
                let text = format!("The evidence code {} was requested more than once", twice.name);
                Err(DanError::new(ErrorCode::EvidenceRequest, text))
            }
            None => Ok(()),
        }
    }

    fn find_datasets<'c>(&self, catalogue: &'c Catalogue) -> Result<Vec<&'c Dataset>, DanError> {
        let find = |asked: &Asked<'_>| {
            let dataset = catalogue.dataset(asked.name).ok_or_else(|| {
                DanError::new(
                    ErrorCode::UnknownEvidenceCode,
                    format!("Unknown evidence code: {}", asked.name),
                )
            })?;
            self.check_service_context(dataset)?;
            Ok(dataset)
        };
        self.datasets.iter().map(find).collect()
    }

    fn check_service_context(&self, dataset: &Dataset) -> Result<(), DanError> {
        if dataset.evidence_code.belongs_to(self.service_context) {
            return Ok(());
        }
        let text = format!(
            "{} is not available for the service context {}, only for: {}",
            dataset.name(),
            self.service_context,
            dataset.evidence_code.belongs_to_service_contexts.join(", ")
        );
        Err(DanError::new(ErrorCode::EvidenceRequest, text))
    }

    fn check_language(&self, catalogue: &Catalogue) -> Result<(), DanError> {
        let Some(language) = self.language_code else { return Ok(()) };
        let context =
            catalogue.service_contexts().iter().find(|context| context.name == self.service_context);
        let languages = context.map(|context| context.languages.as_slice()).unwrap_or_default();
        if languages.iter().any(|known| known == language) {
            return Ok(());
        }
        let text = format!("languageCode must be one of: {}", languages.join(", "));
        Err(DanError::new(ErrorCode::AuthorizationRequest, text))
    }

    /// All that is denied is told at once. What is only skipped is left out.
    fn check_requirements<'c>(
        &self,
        circumstances: &Circumstances<'_>,
        datasets: Vec<&'c Dataset>,
    ) -> Result<Vec<&'c Dataset>, DanError> {
        let mut reasons = Vec::new();
        let mut skipped = Vec::new();
        let mut left = Vec::new();
        for (asked, dataset) in self.datasets.iter().zip(datasets) {
            match circumstances.judge(dataset, asked.requests_consent)? {
                Verdict::Granted => left.push(dataset),
                Verdict::Denied(denials) => reasons.extend(denials),
                Verdict::Skipped => skipped.push(dataset.name()),
            }
        }
        if !reasons.is_empty() {
            return Err(DanError::new(ErrorCode::NotAuthorized, reasons.join(", ")));
        }
        if left.is_empty() {
            let text = format!("No evidence code is left, skipped: {}", skipped.join(", "));
            return Err(DanError::new(ErrorCode::NotAuthorized, text));
        }
        Ok(left)
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
    use crate::dan::authentication::Scopes;

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
                scopes: Scopes::Of(self.scopes.split(' ').map(str::to_owned).collect()),
            };
            let parameters = self.parameters.iter().map(|(name, value)| (*name, (*value).to_owned()));
            let asked = Asked {
                name: self.dataset,
                parameters: parameters.collect(),
                legal_basis_id: None,
                requests_consent: false,
            };
            let request = Inquiry {
                way: Way::DirectHarvest,
                caller: &caller,
                service_context: self.service_context,
                requestor: self.requestor,
                subject: self.subject,
                datasets: vec![asked],
                legal_bases: &[],
                valid_to: None,
                language_code: None,
                consent_reference: None,
                external_reference: None,
                brings_own_token: self.brings_own_token,
            };
            let (catalogue, register) = (Catalogue::built_in().unwrap(), Register::built_in().unwrap());
            let valid = request.validate(&catalogue, &register, Timestamp::now()).map(|_| ());
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
