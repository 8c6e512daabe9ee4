//! `dan datasets list`

use dan_client::EvidenceCode;

use crate::failure::Failure;
use crate::output::table::table;
use crate::session::Session;

pub(super) async fn run(session: &Session, search: Option<&str>) -> Result<(), Failure> {
    let client = session.public_client()?;
    let (metadata, service_context) = (client.metadata(), &session.configuration()?.service_context);
    let asked = async {
        match service_context {
            Some(name) => metadata.evidence_codes_of(name).await,
            None => metadata.evidence_codes().await,
        }
    };
    let datasets = session.progress().during("asking for the metadata", asked).await?;
    let text = search.unwrap_or_default().to_lowercase();
    let datasets: Vec<&EvidenceCode> = datasets.iter().filter(|dataset| holds(dataset, &text)).collect();
    session.form().print_list(&datasets, || {
        let rows = datasets.iter().map(|dataset| {
            let description = dataset.description.as_deref().unwrap_or_default().trim();
            let contexts = dataset.belongs_to_service_contexts.join(", ");
            [dataset.evidence_code_name.clone(), description.replace(['\r', '\n'], " "), contexts]
        });
        table(["Dataset", "Description", "Service contexts"], rows, "There is no such dataset.")
    })
}

fn holds(dataset: &EvidenceCode, lower_case: &str) -> bool {
    let texts = [Some(dataset.evidence_code_name.as_str()), dataset.description.as_deref()];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(lower_case))
}
