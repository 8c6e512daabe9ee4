//! What is wrong with a request, as far as the metadata tells before it is sent.

mod finding;
mod parameters;
mod question;
mod requirements;

use std::fmt;

use dan_model::{EvidenceCode, mask_personal_numbers};
use dan_transport::Error;

use crate::harvest::{HarvestRequest, HarvestTarget};
use crate::near_name::near_name;

pub use self::finding::Finding;
pub(crate) use self::question::{Question, TokenClaims};

/// What the metadata says about a request before it is sent; made by [`HarvestRequest::preflight`].
///
/// It finds what the service would refuse, and does not find everything: rights, registers and the source itself are known
/// to the service alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Preflight {
    findings: Vec<Finding>,
}

impl Preflight {
    /// Everything that was found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether nothing was found for which the service would refuse the request.
    pub fn is_clear(&self) -> bool {
        !self.findings.iter().any(Finding::is_refusal)
    }

    /// An error that names what the service would refuse, if there is anything.
    pub(crate) fn require_clear(&self) -> Result<(), Error> {
        let mut refusals = self.findings.iter().filter(|finding| finding.is_refusal()).peekable();
        let Some(first) = refusals.peek() else { return Ok(()) };
        let kind = first.error_kind();
        let reasons: Vec<String> = refusals.map(Finding::to_string).collect();
        Err(Error::new(kind, format!("nothing was sent, since it would be refused: {}", reasons.join("; "))))
    }
}

impl fmt::Display for Preflight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            return formatter.write_str("nothing speaks against it");
        }
        for (position, finding) in self.findings.iter().enumerate() {
            let line_end = if position == 0 { "" } else { "\n" };
            write!(formatter, "{line_end}{finding}")?;
        }
        Ok(())
    }
}

impl<T: HarvestTarget> HarvestRequest<'_, T> {
    /// Finds out from the metadata what is wrong with the request, without sending it: an unknown dataset, parameters that
    /// are unknown, missing or of a wrong type, consent, scopes, a token for the source, and parties that the dataset does
    /// not take. Scopes and organization are compared with those of the access token.
    ///
    /// ```
    /// # use dan_client::{DanClient, Finding};
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let harvest = client.direct_harvest("RestanserV2").service_context("eBevis").subject("998997801");
    /// let preflight = harvest.preflight().await?;
    /// assert!(!preflight.is_clear());
    /// assert!(preflight.findings().contains(&Finding::NeedsConsent));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the metadata cannot be had, or no subscription key can be chosen.
    pub async fn preflight(&self) -> Result<Preflight, Error> {
        let mut question = self.target.question();
        let client = self.client;
        let evidence_codes = client.metadata().evidence_codes_with(&[question.dataset]).await?;
        let context = self.options.service_context.as_deref().or(client.inner().service_context.as_deref());
        question.dataset = self.target.name_case().spelling(question.dataset, &evidence_codes);
        question.service_contexts =
            client.inner().subscription_keys.contexts_for(context, question.dataset, &evidence_codes);
        question.service_context_is_said = context.is_some();
        question.provides_own_token = self.options.own_token.is_chosen();
        question.token = match &client.inner().access_token_provider {
            // Why there is no token is told when the request is sent.
            Some(provider) => provider.access_token().await.ok().as_ref().and_then(TokenClaims::of),
            None => None,
        };
        Ok(Preflight { findings: findings(&question, &evidence_codes) })
    }
}

/// Judges a question by the metadata alone.
fn findings(question: &Question<'_>, evidence_codes: &[EvidenceCode]) -> Vec<Finding> {
    let Some(dataset) = evidence_codes.iter().find(|code| code.evidence_code_name == question.dataset) else {
        let names = evidence_codes.iter().map(|code| code.evidence_code_name.as_str());
        let near = near_name(question.dataset, names).map(str::to_owned);
        return vec![Finding::UnknownDataset {
            dataset: mask_personal_numbers(question.dataset).into_owned(),
            near,
        }];
    };
    let mut findings = Vec::new();
    if let Some(warning) = &dataset.deprecation_warning {
        findings.push(Finding::Deprecated { warning: warning.clone() });
    }
    if question.service_context_is_said {
        findings.extend(not_in_context(question, dataset));
    }
    if question.is_direct {
        if dataset.is_asynchronous {
            findings.push(Finding::Asynchronous);
        }
        findings.extend(parameters::findings(question, dataset.parameters.as_deref().unwrap_or_default()));
    }
    findings.extend(requirements::findings(question, dataset));
    findings
}

fn not_in_context(question: &Question<'_>, dataset: &EvidenceCode) -> Option<Finding> {
    let belongs_to = &dataset.belongs_to_service_contexts;
    let said = question.service_contexts.first()?;
    let belongs = belongs_to.iter().chain(&dataset.service_context).any(|context| context == said);
    (!belongs).then(|| Finding::NotInServiceContext {
        service_context: said.clone(),
        belongs_to: belongs_to.clone(),
    })
}
