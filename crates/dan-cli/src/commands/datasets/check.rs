//! `dan datasets check`

use std::path::Path;

use dan_client::model::decode;
use dan_client::{EvidenceCode, dataset_changes};

use crate::failure::Failure;
use crate::input;
use crate::output::table::table;
use crate::session::Session;

pub(super) async fn run(session: &Session, against: &Path) -> Result<(), Failure> {
    let saved = read(against)?;
    let client = session.public_client()?;
    let current =
        session.progress().during("asking for the metadata", client.metadata().evidence_codes()).await?;
    let changes = dataset_changes(&saved, &current);
    session.form().print_list(&changes, || {
        let rows = changes.iter().map(|change| [change.dataset.clone(), change.description.clone()]);
        table(["Dataset", "Change"], rows, "Nothing changed.")
    })?;
    match changes.len() {
        0 => Ok(()),
        count => {
            Err(Failure::InPart(format!("the metadata differs from what was saved; differences: {count}")))
        }
    }
}

/// What was saved: all datasets, or one.
fn read(path: &Path) -> Result<Vec<EvidenceCode>, Failure> {
    let bytes = input::bytes(path)?;
    let is_one = bytes.trim_ascii_start().starts_with(b"{");
    let saved = if is_one { decode(&bytes).map(|one| vec![one]) } else { decode(&bytes) };
    let saved = saved.map_err(|error| {
        Failure::Usage(format!(
            "'{}' is not what 'dan datasets list --output json' gives: {error}",
            path.display()
        ))
    })?;
    if saved.is_empty() {
        return Err(Failure::Usage(format!(
            "'{}' holds no dataset; save the metadata again",
            path.display()
        )));
    }
    Ok(saved)
}
