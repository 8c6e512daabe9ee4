//! What an accreditation is found by.

use dan_model::Accreditation;

/// What an accreditation is found by: its id, and its service context where that is known.
///
/// The id alone does. The service context saves the client from looking for the right subscription key where it has
/// several: by what the metadata says of a dataset, and where that leaves several contexts, once in the list of each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AccreditationId {
    /// The id, a UUID.
    pub id: String,
    /// The name of the service context, such as `eBevis`.
    pub service_context: Option<String>,
}

impl From<&str> for AccreditationId {
    fn from(id: &str) -> Self {
        Self { id: id.to_owned(), service_context: None }
    }
}

impl From<String> for AccreditationId {
    fn from(id: String) -> Self {
        Self { id, service_context: None }
    }
}

impl From<&Accreditation> for AccreditationId {
    fn from(accreditation: &Accreditation) -> Self {
        Self { id: accreditation.id.clone(), service_context: accreditation.service_context.clone() }
    }
}
