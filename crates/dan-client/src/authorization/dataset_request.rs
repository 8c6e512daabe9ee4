//! One dataset of an authorization request.

use dan_model::{EvidenceParameter, EvidenceRequest};
use serde_json::Value;

/// A dataset that an authorization request asks for: its name as the metadata spells it, and what goes with it.
///
/// A name alone does for a dataset that needs nothing more.
///
/// ```
/// use dan_client::DatasetRequest;
///
/// let arrears = DatasetRequest::new("RestanserV2").request_consent();
/// let accounts = DatasetRequest::new("Regnskapsregisteret").parameter("Aar", 2025).parameter("Type", "SELSKAP");
/// let unit = DatasetRequest::from("UnitBasicInformation");
/// ```
#[derive(Debug, Clone)]
pub struct DatasetRequest(EvidenceRequest);

impl DatasetRequest {
    /// Asks for the dataset of this name, in its exact case.
    pub fn new(evidence_code_name: impl Into<String>) -> Self {
        Self(EvidenceRequest::new(evidence_code_name))
    }

    /// A parameter of the dataset, by its name in the metadata. It is fixed from now on: a harvest takes none.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let parameter = EvidenceParameter::new(name).with_value(value.into());
        self.0.parameters.get_or_insert_default().push(parameter);
        self
    }

    /// Asks the subject for consent (`requestConsent`), which every dataset with a consent requirement needs.
    #[must_use]
    pub fn request_consent(mut self) -> Self {
        self.0.request_consent = Some(true);
        self
    }

    /// The legal basis for the dataset, by the `id` that it has in
    /// [`RequestAuthorization::legal_basis`](crate::RequestAuthorization::legal_basis).
    #[must_use]
    pub fn legal_basis_id(mut self, id: impl Into<String>) -> Self {
        self.0.legal_basis_id = Some(id.into());
        self
    }

    /// A place within the legal basis. The service does not use it.
    #[must_use]
    pub fn legal_basis_reference(mut self, reference: impl Into<String>) -> Self {
        self.0.legal_basis_reference = Some(reference.into());
        self
    }

    pub(super) fn into_evidence_request(self) -> EvidenceRequest {
        self.0
    }
}

impl From<&str> for DatasetRequest {
    fn from(evidence_code_name: &str) -> Self {
        Self::new(evidence_code_name)
    }
}

impl From<String> for DatasetRequest {
    fn from(evidence_code_name: String) -> Self {
        Self::new(evidence_code_name)
    }
}
