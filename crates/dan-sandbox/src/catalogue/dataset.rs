//! A dataset: its evidence code and what its source answers.

use std::sync::Arc;

use serde::Deserialize;

use super::answer::{Answer, AnswerError, AnswerFile};
use super::evidence_code::{DatasetAlias, EvidenceCode, ValueType};
use super::requirement::{Requirement, RequirementKind};
use super::service_context::ServiceContext;
use crate::clock;

/// A dataset of the catalogue.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) evidence_code: EvidenceCode,
    pub(crate) answer: Arc<Answer>,
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

impl DatasetFile {
    pub(super) fn name(&self) -> &str {
        &self.evidence_code.name
    }
}

impl Dataset {
    /// Checks the answer, and adds what the service contexts of the dataset require. One that has aliases becomes a copy
    /// for each of them.
    pub(super) fn all_of(file: DatasetFile, contexts: &[ServiceContext]) -> Result<Vec<Self>, AnswerError> {
        let evidence_code = file.evidence_code;
        for time in [&evidence_code.valid_from, &evidence_code.valid_to].into_iter().flatten() {
            if clock::read(time).is_none() {
                return Err(AnswerError::Time(time.clone()));
            }
        }
        let answer = Arc::new(Answer::new(file.answer, &evidence_code)?);
        let codes = if evidence_code.dataset_aliases.is_empty() {
            vec![evidence_code]
        } else {
            evidence_code.dataset_aliases.iter().map(|alias| copy(&evidence_code, alias)).collect()
        };
        let dataset = |mut evidence_code: EvidenceCode| {
            add_requirements(&mut evidence_code, contexts, &file.without_context_requirements);
            let ready_after_seconds = file.ready_after_seconds;
            Self { evidence_code, answer: Arc::clone(&answer), ready_after_seconds }
        };
        Ok(codes.into_iter().map(dataset).collect())
    }

    pub(crate) fn name(&self) -> &str {
        &self.evidence_code.name
    }

    /// Whether the dataset takes subjects of its own kind, in any service context.
    pub(crate) fn takes_custom_subjects(&self) -> bool {
        self.requires(|kind| matches!(kind, RequirementKind::CustomSubject { .. }))
    }

    /// Whether the answer is a file.
    pub(crate) fn is_binary(&self) -> bool {
        self.evidence_code.values.iter().any(|value| value.value_type == ValueType::Binary)
    }

    /// Whether the dataset needs the subject's consent, in any service context.
    pub(crate) fn needs_consent(&self) -> bool {
        self.requires(|kind| matches!(kind, RequirementKind::Consent { .. }))
    }

    fn requires(&self, is_kind: fn(&RequirementKind) -> bool) -> bool {
        self.evidence_code.authorization_requirements.iter().any(|requirement| is_kind(&requirement.kind))
    }
}

/// A dataset as it goes by an alias: under another name, in one service context.
fn copy(evidence_code: &EvidenceCode, alias: &DatasetAlias) -> EvidenceCode {
    EvidenceCode {
        name: alias.dataset_alias_name.clone(),
        service_context: Some(alias.service_context.clone()),
        belongs_to_service_contexts: vec![alias.service_context.clone()],
        dataset_aliases: Vec::new(),
        ..evidence_code.clone()
    }
}

/// Adds what the service contexts of a dataset require of every dataset, but for the kinds it is exempt from.
fn add_requirements(evidence_code: &mut EvidenceCode, contexts: &[ServiceContext], exempt: &[String]) {
    for context in contexts {
        if !evidence_code.belongs_to(&context.name) {
            continue;
        }
        let is_exempt = |kind: &RequirementKind| exempt.iter().any(|name| name == kind.name());
        for requirement in context.requirements.iter().filter(|requirement| !is_exempt(&requirement.kind)) {
            add_once(&mut evidence_code.authorization_requirements, requirement, &context.name);
        }
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
