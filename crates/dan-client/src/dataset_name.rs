//! Datasets by their names, and which one was meant when there is none of a name.

use dan_model::{ErrorCode, EvidenceCode, mask_personal_numbers};
use dan_transport::{Error, ErrorKind};

use crate::client::DanClient;
use crate::end::End;
use crate::near_name::{did_you_mean, near_name};

/// Finds a dataset in metadata, such as that of [`Metadata::evidence_codes`](crate::Metadata::evidence_codes), by its exact
/// name.
///
/// ```
/// # use dan_client::{DanClient, ErrorKind, find_dataset};
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// let datasets = client.metadata().evidence_codes().await?;
/// assert!(!find_dataset(&datasets, "Roller")?.is_asynchronous);
///
/// let error = find_dataset(&datasets, "Rollr").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NotFound);
/// assert!(error.to_string().ends_with("Did you mean 'Roller'?"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ErrorKind::NotFound`] when there is none of that name; with the name that was probably meant.
pub fn find_dataset<'d>(datasets: &'d [EvidenceCode], name: &str) -> Result<&'d EvidenceCode, Error> {
    datasets
        .iter()
        .find(|dataset| dataset.evidence_code_name == name)
        .ok_or_else(|| unknown_dataset(name, datasets))
}

pub(crate) fn unknown_dataset(name: &str, datasets: &[EvidenceCode]) -> Error {
    let advice = did_you_mean(name, names(datasets));
    let name = mask_personal_numbers(name);
    let message =
        format!("the metadata knows no dataset '{name}'. Dataset names are case-sensitive.{advice}");
    Error::new(ErrorKind::NotFound, message)
}

/// Whether the service minds the case in which the name of a dataset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameCase {
    /// It does, in direct harvests and authorization requests.
    Counts,
    /// It does not, in harvests of what an accreditation holds.
    Ignored,
}

impl NameCase {
    /// The name as the metadata spells it; as it stands when the metadata knows no such dataset.
    pub(crate) fn spelling<'n>(self, name: &'n str, datasets: &'n [EvidenceCode]) -> &'n str {
        if self == Self::Counts || names(datasets).any(|known| known == name) {
            return name;
        }
        names(datasets).find(|known| known.eq_ignore_ascii_case(name)).unwrap_or(name)
    }
}

impl DanClient {
    /// Adds which datasets were probably meant, when the service refused because it does not know one of them. What the
    /// metadata does not tell before the end of the call is left out.
    pub(crate) async fn suggest_datasets(
        &self,
        error: Error,
        asked: &[&str],
        case: NameCase,
        end: End,
    ) -> Error {
        let is_about_names = error.service_error().is_some_and(|said| {
            matches!(said.code, ErrorCode::UnknownEvidenceCode | ErrorCode::InvalidEvidenceRequest)
        });
        if !is_about_names {
            return error;
        }
        let read =
            end.bound(self.clock(), "looking for the dataset", self.metadata().evidence_codes_with(&[]));
        let Ok(datasets) = read.await else { return error };
        let is_known = |name: &str| names(&datasets).any(|known| known == case.spelling(name, &datasets));
        let unknown = asked.iter().filter(|name| !is_known(name));
        let near: Vec<&str> = unknown.filter_map(|name| near_name(name, names(&datasets))).collect();
        if near.is_empty() {
            return error;
        }
        error.with_advice(&format!("Did you mean '{}'?", near.join("' and '")))
    }
}

fn names(datasets: &[EvidenceCode]) -> impl Iterator<Item = &str> {
    datasets.iter().map(|dataset| dataset.evidence_code_name.as_str())
}
