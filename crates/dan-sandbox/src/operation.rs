//! What the service can be asked, and at which paths.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

/// What a caller wants of the service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    DirectHarvest { dataset: String },
    Authorization,
    EvidenceStatus { id: String },
    EvidenceHarvest { id: String, dataset: String },
    Accreditations,
    DeleteAccreditation { id: String },
    Reminders { id: String },
    Remind { id: String },
    ConsentReceipt { id: String },
    EvidenceCodes { service_context: Option<String> },
    ServiceContexts,
    StatusCodes,
    ErrorCodes,
    Usage { period: Period },
    ApiDescription,
    Version,
    OpenData { dataset: String, identifier: Option<String> },
    EntityRegister { number: String, view: RegisterView },
}

/// Which statistics are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    Month,
    LastYear,
    All,
}

/// What is asked of the register of legal entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RegisterView {
    Unit,
    /// The unit, unless it is a subunit.
    OnlyMainUnit,
    /// The unit, if it is a subunit.
    OnlySubunit,
    MainUnit,
    Subunits,
    IsPublic,
    Hierarchy,
}

/// A request that reaches the service.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) operation: Operation,
    /// The service context that it is made in.
    pub(crate) service_context: Result<String, NoServiceContext>,
}

/// Why nobody knows in which service context a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoServiceContext {
    /// Nothing says it: public operations need none.
    Missing,
    /// There is no such product.
    Unknown,
}

/// A path in segments. Case and a slash at the end don't matter.
#[derive(Debug, Clone)]
pub(crate) struct OperationPath {
    segments: Vec<String>,
    /// The segments in small letters.
    names: Vec<String>,
}

impl OperationPath {
    pub(crate) fn of(path: &str) -> Self {
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments = path.split('/').skip(1).map(|segment| percent_decode_str(segment).decode_utf8_lossy());
        let segments: Vec<String> = segments.map(Cow::into_owned).collect();
        let names = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        Self { segments, names }
    }

    /// The path without its first segment, if that is called so.
    pub(crate) fn below(&self, name: &str) -> Option<Self> {
        let is_first = self.names.first().is_some_and(|first| first == name);
        is_first.then(|| Self { segments: self.segments[1..].to_vec(), names: self.names[1..].to_vec() })
    }

    pub(crate) fn is_metadata(&self) -> bool {
        self.names.first().is_some_and(|first| first == "metadata")
    }

    fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    fn segment(&self, position: usize) -> String {
        self.segments[position].clone()
    }

    /// What takes a token.
    pub(crate) fn protected(&self, method: &Method) -> Option<Operation> {
        let id = || self.segment(1);
        Some(match (method, self.names().as_slice()) {
            (&Method::GET | &Method::POST, ["directharvest", _]) => {
                Operation::DirectHarvest { dataset: self.segment(1) }
            }
            (&Method::POST, ["authorization"]) => Operation::Authorization,
            (&Method::GET | &Method::POST, ["evidence", _]) => Operation::EvidenceStatus { id: id() },
            (&Method::GET, ["evidence", _, _]) => {
                Operation::EvidenceHarvest { id: id(), dataset: self.segment(2) }
            }
            (&Method::GET, ["accreditations"]) => Operation::Accreditations,
            (&Method::DELETE, ["accreditations", _]) => Operation::DeleteAccreditation { id: id() },
            (&Method::GET, ["accreditations", _, "reminders"]) => Operation::Reminders { id: id() },
            (&Method::POST, ["accreditations", _, "reminders"]) => Operation::Remind { id: id() },
            _ => return None,
        })
    }

    /// What anybody may read, and the gateway has under a prefix of its own.
    pub(crate) fn public(&self, method: &Method) -> Option<Operation> {
        if method != Method::GET {
            return None;
        }
        Some(match self.names().as_slice() {
            ["metadata", "evidencecodes"] => Operation::EvidenceCodes { service_context: None },
            ["metadata", "evidencecodes", _] => {
                Operation::EvidenceCodes { service_context: Some(self.segment(2)) }
            }
            ["metadata", "servicecontexts"] => Operation::ServiceContexts,
            ["metadata", "statuscodes"] => Operation::StatusCodes,
            ["metadata", "errorcodes"] => Operation::ErrorCodes,
            ["metadata", "usage", "month"] => Operation::Usage { period: Period::Month },
            ["metadata", "usage", "lastyear"] => Operation::Usage { period: Period::LastYear },
            ["metadata", "usage", "all"] => Operation::Usage { period: Period::All },
            ["metadata", "oas", "json"] => Operation::ApiDescription,
            ["opendata", ..] => self.open_data()?,
            ["ccr", _, view @ ..] => {
                Operation::EntityRegister { number: self.segment(1), view: register_view(view)? }
            }
            _ => return None,
        })
    }

    /// What takes neither a key nor a token.
    pub(crate) fn open(&self, method: &Method) -> Option<Operation> {
        if method != Method::GET {
            return None;
        }
        match self.names().as_slice() {
            ["consent", _] => Some(Operation::ConsentReceipt { id: self.segment(1) }),
            ["version"] => Some(Operation::Version),
            ["opendata", ..] => self.open_data(),
            _ => None,
        }
    }

    fn open_data(&self) -> Option<Operation> {
        match self.segments.as_slice() {
            [_, dataset] => Some(Operation::OpenData { dataset: dataset.clone(), identifier: None }),
            [_, dataset, identifier] => {
                Some(Operation::OpenData { dataset: dataset.clone(), identifier: Some(identifier.clone()) })
            }
            _ => None,
        }
    }
}

fn register_view(names: &[&str]) -> Option<RegisterView> {
    match names {
        [] => Some(RegisterView::Unit),
        ["mainunit"] => Some(RegisterView::MainUnit),
        ["subunits"] => Some(RegisterView::Subunits),
        ["ispublic"] => Some(RegisterView::IsPublic),
        ["hierarchy"] => Some(RegisterView::Hierarchy),
        _ => None,
    }
}
