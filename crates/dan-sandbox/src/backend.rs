//! The service without a gateway, as it runs on the machine of whoever develops it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, Method, Request};

use crate::catalogue::ServiceContext;
use crate::operation::{NoServiceContext, Operation, OperationPath, Passage};

/// The product that is asked. Elsewhere the gateway sets it.
const PRODUCT: HeaderName = HeaderName::from_static("x-nadobe-servicecontext");

/// The way into the service where no gateway stands.
pub(crate) struct Backend {
    /// Names of service contexts by product id, which is in small letters.
    contexts: BTreeMap<String, String>,
}

impl Backend {
    pub(crate) fn new(service_contexts: &[ServiceContext]) -> Self {
        let contexts = service_contexts
            .iter()
            .map(|context| (context.product_id.to_ascii_lowercase(), context.name.clone()))
            .collect();
        Self { contexts }
    }

    /// Finds the operation and the service context; `None` when there is no such path.
    pub(crate) fn admit(&self, request: &Request<Bytes>) -> Option<Passage> {
        let operation = route(request.method(), request.uri().path())?;
        Some(Passage { operation, service_context: self.service_context(request) })
    }

    fn service_context(&self, request: &Request<Bytes>) -> Result<String, NoServiceContext> {
        let product = request.headers().get(PRODUCT).ok_or(NoServiceContext::Missing)?;
        let product = product.to_str().unwrap_or_default().to_ascii_lowercase();
        self.contexts.get(&product).cloned().ok_or(NoServiceContext::Unknown)
    }
}

/// The paths are those behind the gateway, without its public prefix. The API's description is the gateway's alone.
fn route(method: &Method, path: &str) -> Option<Operation> {
    let path = OperationPath::of(path).below("api")?;
    let operation = path.open(method).or_else(|| path.public(method)).or_else(|| path.protected(method));
    operation.filter(|operation| *operation != Operation::ApiDescription)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_paths_have_neither_version_nor_public_prefix() {
        let get = |path| route(&Method::GET, path);
        assert_eq!(get("/api/metadata/statuscodes"), Some(Operation::StatusCodes));
        assert_eq!(get("/API/Version/"), Some(Operation::Version));
        let harvest = Operation::DirectHarvest { dataset: "RestanserV2".to_owned() };
        assert_eq!(get("/api/directharvest/RestanserV2"), Some(harvest));
        for path in [
            "/v1/metadata/statuscodes",
            "/api/public/metadata/statuscodes",
            "/api/v1/metadata/statuscodes",
            "/metadata/statuscodes",
            "/api/metadata/oas/json",
        ] {
            assert_eq!(get(path), None, "{path}");
        }
    }
}
