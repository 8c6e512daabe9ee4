//! `dan datasets`

use std::io::Write as _;

use dan_client::EvidenceCode;
use serde::Serialize;

use crate::arguments::{GlobalOptions, OutputForm};
use crate::failure::Failure;
use crate::settings;

pub(crate) async fn list(global: &GlobalOptions, search: Option<&str>) -> Result<(), Failure> {
    let client = settings::configuration(global)?.client()?;
    let mut datasets = match &global.service_context {
        Some(name) => client.metadata().evidence_codes_of(name).await?,
        None => client.metadata().evidence_codes().await?,
    };
    if let Some(text) = search {
        datasets.retain(|dataset| matches(dataset, &text.to_lowercase()));
    }
    let text = match global.output {
        OutputForm::Human => table(&datasets),
        OutputForm::Json => json(&datasets),
        OutputForm::Ndjson => datasets.iter().map(json).collect(),
    };
    std::io::stdout().write_all(text.as_bytes()).map_err(Failure::output)
}

fn matches(dataset: &EvidenceCode, lower_case: &str) -> bool {
    let texts = [Some(dataset.evidence_code_name.as_str()), dataset.description.as_deref()];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(lower_case))
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).map(|text| text + "\n").unwrap_or_default()
}

/// Name, service contexts and description, in columns.
fn table(datasets: &[EvidenceCode]) -> String {
    let rows: Vec<(&str, String, &str)> = datasets
        .iter()
        .map(|dataset| {
            let description = dataset.description.as_deref().unwrap_or_default();
            (dataset.evidence_code_name.as_str(), dataset.belongs_to_service_contexts.join(", "), description)
        })
        .collect();
    let name_width = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or_default();
    rows.iter()
        .map(|(name, contexts, description)| {
            let indent = " ".repeat(name_width + 2);
            format!("{name:name_width$}  {}\n{indent}{contexts}\n", description.trim())
        })
        .collect()
}
