//! What the service publishes about itself: datasets, service contexts, status and error codes.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use jiff::tz::Offset;
use serde::Serialize;
use serde_json::{Value, json};

use super::Dan;
use super::answer::{CACHE, CACHE_HIT, document, framework_answer, json_answer};
use super::call::Call;
use super::error::DanError;
use super::error_code::ErrorCode;
use super::status_code::StatusCode;
use crate::catalogue::{Catalogue, Dataset, ServiceContext};
use crate::operation::Period;

/// The published description of the API.
const API_DESCRIPTION: &str = include_str!("../oas.json");

/// An entry of the list of error codes.
#[derive(Serialize)]
struct PublishedError {
    code: u16,
    description: &'static str,
}

impl Dan {
    /// Every dataset, or those of a service context; an unknown context has none.
    pub(super) fn evidence_codes(
        call: &Call<'_>,
        service_context: Option<&str>,
        catalogue: &Catalogue,
    ) -> Result<Response<Bytes>, DanError> {
        let belongs = |dataset: &Dataset| {
            let contexts = &dataset.evidence_code.belongs_to_service_contexts;
            service_context
                .is_none_or(|name| contexts.iter().any(|context| context.eq_ignore_ascii_case(name)))
        };
        let datasets = catalogue.datasets().filter(|dataset| belongs(dataset));
        let codes: Vec<_> = datasets.map(|dataset| &dataset.evidence_code).collect();
        let mut answer = open_to_browsers(document(serde_json::to_string(&codes)?, &call.query)?);
        answer.headers_mut().insert(CACHE, CACHE_HIT);
        Ok(answer)
    }

    /// The names of the service contexts.
    pub(super) fn service_contexts(
        call: &Call<'_>,
        catalogue: &Catalogue,
    ) -> Result<Response<Bytes>, DanError> {
        let contexts = catalogue.service_contexts();
        let names: Vec<_> = contexts.iter().map(|ServiceContext { name, .. }| name).collect();
        document(serde_json::to_string(&names)?, &call.query).map(open_to_browsers)
    }

    /// Which version of the service answers.
    pub(super) fn version(&self) -> Response<Bytes> {
        let built = self.built.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
        let version = json!({ "name": "dan-sandbox", "built": built, "commit": COMMIT, "commitDate": built });
        framework_answer(version.to_string())
    }

    /// What was harvested in each service context since the sandbox started.
    pub(super) fn usage(&self, call: &Call<'_>, period: Period) -> Result<Response<Bytes>, DanError> {
        let harvests = self.harvests();
        let counts = match period {
            Period::Month => harvests
                .iter()
                .map(|(name, count)| json!({ "ServiceContext": name, "Count": count }))
                .collect(),
            // The sandbox has run in one month of one year at most: one group, or none.
            Period::LastYear => Vec::new(),
            Period::All => {
                let today = Offset::UTC.to_datetime(call.now);
                let month = MONTHS[usize::from(today.month().unsigned_abs()) - 1];
                let time = format!("{month} {}", today.year());
                let entry = |(name, count): (&String, &u64)| json!({ "Time": time, "ServiceContext": name, "Count": count });
                let group: Vec<Value> = harvests.iter().map(entry).collect();
                if group.is_empty() { Vec::new() } else { vec![group.into()] }
            }
        };
        document(Value::from(counts).to_string(), &call.query).map(open_to_browsers)
    }
}

/// The commit that the sandbox says it was built from.
pub(super) const COMMIT: &str = "sandbox";

/// The months as the statistics name them.
const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "Mars",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// The description of the API.
pub(super) fn api_description() -> Response<Bytes> {
    json_answer(API_DESCRIPTION.to_owned())
}

/// The status codes that are published.
pub(super) fn status_codes(call: &Call<'_>) -> Result<Response<Bytes>, DanError> {
    document(serde_json::to_string(&StatusCode::PUBLISHED)?, &call.query).map(open_to_browsers)
}

/// The error codes with their default texts.
pub(super) fn error_codes(call: &Call<'_>) -> Result<Response<Bytes>, DanError> {
    let codes = ErrorCode::ALL.map(|code| PublishedError { code: code.number(), description: code.text() });
    document(serde_json::to_string(codes.as_slice())?, &call.query)
}

fn open_to_browsers(mut answer: Response<Bytes>) -> Response<Bytes> {
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}
