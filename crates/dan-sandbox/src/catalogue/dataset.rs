//! A dataset: its evidence code and what its source answers.

use serde::Deserialize;

use super::answer::{Answer, AnswerError, AnswerFile};
use super::evidence_code::EvidenceCode;
use super::requirement::{Requirement, RequirementKind};
use super::service_context::ServiceContext;

/// A dataset of the catalogue.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) evidence_code: EvidenceCode,
    pub(crate) answer: Answer,
    /// How long the source of an asynchronous dataset works; else until it is told that it is ready.
    pub(crate) ready_after_seconds: Option<u32>,
}

/// A dataset as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DatasetFile {
    evidence_code: EvidenceCode,
    /// The kinds of requirement that the dataset does not take over from its service contexts.
    #[serde(default)]
    without_context_requirements: Vec<String>,
    ready_after_seconds: Option<u32>,
    answer: AnswerFile,
}

impl Dataset {
    /// Checks the answer, and adds what the service contexts of the dataset require.
    pub(super) fn new(file: DatasetFile, contexts: &[ServiceContext]) -> Result<Self, AnswerError> {
        let mut evidence_code = file.evidence_code;
        let answer = Answer::new(file.answer, &evidence_code)?;
        for context in contexts {
            if !evidence_code.belongs_to(&context.name) {
                continue;
            }
            let exempt = |kind: &RequirementKind| {
                file.without_context_requirements.iter().any(|name| name == kind.name())
            };
            for requirement in context.requirements.iter().filter(|requirement| !exempt(&requirement.kind)) {
                add_once(&mut evidence_code.authorization_requirements, requirement, &context.name);
            }
        }
        Ok(Self { evidence_code, answer, ready_after_seconds: file.ready_after_seconds })
    }

    pub(crate) fn name(&self) -> &str {
        &self.evidence_code.name
    }

    /// Whether the dataset takes subjects of its own kind, in any service context.
    pub(crate) fn takes_custom_subjects(&self) -> bool {
        self.requires(|kind| matches!(kind, RequirementKind::CustomSubject { .. }))
    }

    /// Whether the dataset needs the subject's consent, in any service context.
    pub(crate) fn needs_consent(&self) -> bool {
        self.requires(|kind| matches!(kind, RequirementKind::Consent { .. }))
    }

    fn requires(&self, is_kind: fn(&RequirementKind) -> bool) -> bool {
        self.evidence_code.authorization_requirements.iter().any(|requirement| is_kind(&requirement.kind))
    }
}

/// Adds a requirement of a service context, unless the dataset has it already.
fn add_once(requirements: &mut Vec<Requirement>, requirement: &Requirement, context: &str) {
    let is_there = |other: &Requirement| other.kind == requirement.kind && other.applies_to(context);
    if !requirements.iter().any(is_there) {
        let applies_to_service_context = vec![context.to_owned()];
        requirements.push(Requirement { applies_to_service_context, ..requirement.clone() });
    }
}
