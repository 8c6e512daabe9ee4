//! `dan datasets list`

use std::sync::Arc;

use dan_client::{Error, ErrorKind, EvidenceCode, Metadata, near_name};

use crate::failure::Failure;
use crate::output::table::table;
use crate::session::Session;

pub(super) async fn run(session: &Session, search: Option<&str>) -> Result<(), Failure> {
    let client = session.public_client()?;
    let (metadata, service_context) = (client.metadata(), &session.configuration()?.service_context);
    let asked = async {
        match service_context {
            Some(name) => of_context(metadata, name).await,
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

/// The datasets of a service context, of which there are none when the service does not know it.
async fn of_context(metadata: Metadata<'_>, name: &str) -> Result<Arc<[EvidenceCode]>, Error> {
    let datasets = metadata.evidence_codes_of(name).await?;
    if datasets.is_empty() {
        let contexts = metadata.service_contexts().await?;
        if !contexts.iter().any(|context| context == name) {
            let near = near_name(name, contexts.iter().map(String::as_str));
            let meant = near.map(|near| format!(" Did you mean '{near}'?")).unwrap_or_default();
            let message =
                format!("there is no service context '{name}'.{meant} 'dan service-contexts' lists them.");
            return Err(Error::new(ErrorKind::NotFound, message));
        }
    }
    Ok(datasets)
}

fn holds(dataset: &EvidenceCode, lower_case: &str) -> bool {
    let texts = [Some(dataset.evidence_code_name.as_str()), dataset.description.as_deref()];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(lower_case))
}
