//! Asking for a permission: the request, what is wrong with it, what comes of it, and what became of it when its answer
//! is lost.

mod check;
mod dataset_request;
mod granted;
mod recent;
mod reconciliation;
mod request;

pub(crate) use self::recent::RecentAuthorizations;

pub use self::dataset_request::DatasetRequest;
pub use self::granted::Authorization;
pub use self::request::RequestAuthorization;
