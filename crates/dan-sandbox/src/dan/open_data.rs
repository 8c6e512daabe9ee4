//! Open data: datasets that anybody may read, always without envelope.

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::Dan;
use super::call::Call;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::harvest::Question;
use super::party::Party;
use crate::catalogue::Catalogue;
use crate::operation::RegisterView;

impl Dan {
    /// Answers for an open dataset, whatever the case of its name. No parameters reach the source. Two names are set aside
    /// for units of the register.
    pub(super) fn open_data(
        &self,
        call: &Call<'_>,
        name: &str,
        identifier: Option<&str>,
        catalogue: &Catalogue,
    ) -> Result<Response<Bytes>, DanError> {
        let proxied = match name.to_ascii_lowercase().as_str() {
            "_ccrproxymain" => Some(RegisterView::OnlyMainUnit),
            "_ccrproxysub" => Some(RegisterView::OnlySubunit),
            _ => None,
        };
        if let (Some(number), Some(view)) = (identifier, proxied) {
            return Ok(self.entity_register(number, view));
        }
        let is_called = |open: &str| open.eq_ignore_ascii_case(name);
        let mut datasets = catalogue.datasets();
        let dataset = datasets
            .find(|dataset| is_called(dataset.name()) && dataset.evidence_code.is_public)
            .ok_or_else(|| {
            DanError::new(ErrorCode::EvidenceRequest, format!("{name} is no open evidence code"))
        })?;
        let subject = identifier.map(|identifier| {
            Party::parse(identifier).unwrap_or_else(|_| Party::Custom(identifier.to_owned()))
        });
        let parameters: Value = json!({});
        let question = Question { dataset, subject: subject.as_ref(), parameters };
        let values = self.ask_source(&question, self.moment.of(call.now))?;
        self.deliver_bare(&values, &call.query)
    }
}
