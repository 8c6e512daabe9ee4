//! `dan datasets show`

use dan_client::model::{Requirement, ValueType};
use dan_client::{EvidenceCode, find_dataset};

use crate::commands::datasets::{HOW_TO_FIND, ready_command};
use crate::failure::Failure;
use crate::output::style::{STRONG, WARNING, styled};
use crate::output::table::{pairs, paragraph, table};
use crate::output::time;
use crate::session::Session;

pub(super) async fn run(session: &Session, name: &str) -> Result<(), Failure> {
    let client = session.public_client()?;
    let datasets =
        session.progress().during("asking for the metadata", client.metadata().evidence_codes()).await?;
    let dataset = find_dataset(&datasets, name).map_err(|error| error.with_advice(HOW_TO_FIND))?;
    session.form().print(dataset, || told(dataset))
}

fn told(dataset: &EvidenceCode) -> String {
    let mut text = format!("{}\n", styled(STRONG, &dataset.evidence_code_name));
    if let Some(description) = &dataset.description {
        text.push_str(&paragraph(0, description.trim()));
    }
    if let Some(warning) = &dataset.deprecation_warning {
        text.push_str(&format!("{}\n", styled(WARNING, format!("Deprecated: {}", warning.trim()))));
    }
    text.push('\n');
    text.push_str(&pairs(facts(dataset)));
    text.push_str(&heading("What is needed"));
    text.push_str(&needs(dataset));
    text.push_str(&parameters(dataset));
    text.push_str(&values(dataset));
    text.push_str(&heading("Ready to use"));
    for line in ready_command::lines(dataset) {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

fn heading(text: &str) -> String {
    format!("\n{}\n", styled(STRONG, text))
}

fn facts(dataset: &EvidenceCode) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("harvested", ready_command::way(dataset).to_owned()),
        ("service contexts", dataset.belongs_to_service_contexts.join(", ")),
    ];
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    add("lasts", dataset.max_valid_days.map(|days| format!("at most {days} days by one accreditation")));
    add("available from", dataset.valid_from.as_ref().map(time::local));
    add("available until", dataset.valid_to.as_ref().map(time::local));
    add("answers within", dataset.timeout.map(|seconds| format!("{seconds} seconds")));
    add("license", dataset.license.clone());
    facts
}

pub(super) fn requirements(dataset: &EvidenceCode) -> &[Requirement] {
    dataset.authorization_requirements.as_deref().unwrap_or_default()
}

fn needs(dataset: &EvidenceCode) -> String {
    let requirements = requirements(dataset);
    if requirements.is_empty() {
        let nothing = "Nothing but a subscription key of one of the service contexts and an access token.";
        return paragraph(2, nothing);
    }
    let needs = requirements.iter().map(|requirement| {
        let mut need = requirement.meaning();
        if let Some(contexts) =
            requirement.applies_to_service_context().filter(|contexts| !contexts.is_empty())
        {
            need.push_str(&format!(" Applies in {}.", contexts.join(", ")));
        }
        if requirement.is_soft() {
            need.push_str(" Otherwise the dataset is left out, and the rest of the request goes on.");
        }
        ("-", need)
    });
    pairs(needs)
}

fn parameters(dataset: &EvidenceCode) -> String {
    let parameters = dataset.parameters.as_deref().unwrap_or_default();
    if parameters.is_empty() {
        return String::new();
    }
    let rows = parameters.iter().map(|parameter| {
        let kind = parameter.param_type.as_ref().map(ToString::to_string).unwrap_or_default();
        let required = if parameter.required.unwrap_or_default() { "required" } else { "optional" };
        [parameter.evidence_param_name.clone(), kind, required.to_owned()]
    });
    heading("Parameters") + &table(["Name", "Type", ""], rows, "")
}

fn values(dataset: &EvidenceCode) -> String {
    let rows = dataset.values.iter().map(|value| {
        let kind = match &value.value_type {
            Some(ValueType::JsonSchema) => "JSON".to_owned(),
            Some(kind) => kind.to_string(),
            None => String::new(),
        };
        let description = value.description.clone().unwrap_or_default();
        [value.evidence_value_name.clone(), kind, value.source.clone(), description.trim().to_owned()]
    });
    heading("Values") + &table(["Name", "Type", "Source", "Description"], rows, "There are none.")
}
