//! The way into the service: by the gateway, or straight.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::backend::Backend;
use crate::catalogue::ServiceContext;
use crate::gateway::Gateway;
use crate::operation::Passage;

/// What a request passes on its way into the service.
pub(crate) enum Entrance {
    Gateway(Gateway),
    Backend(Backend),
}

impl Entrance {
    pub(crate) fn new(with_gateway: bool, service_contexts: &[ServiceContext]) -> Self {
        if with_gateway {
            Self::Gateway(Gateway::new(service_contexts.iter().map(|context| context.name.clone())))
        } else {
            Self::Backend(Backend::new(service_contexts))
        }
    }

    /// The path that all of the service stands under.
    pub(crate) fn root(&self) -> &'static str {
        match self {
            Self::Gateway(_) => "/v1",
            Self::Backend(_) => "/api",
        }
    }

    /// The keys by the name of their service context.
    pub(crate) fn subscription_keys(&self) -> BTreeMap<String, String> {
        match self {
            Self::Gateway(gateway) => gateway.subscription_keys(),
            Self::Backend(_) => BTreeMap::new(),
        }
    }

    /// Lets a request in, or answers it.
    pub(crate) fn admit(&self, request: &Request<Bytes>) -> Result<Passage, Box<Response<Bytes>>> {
        match self {
            Self::Gateway(gateway) => gateway.admit(request).map_err(|refusal| Box::new(refusal.response())),
            Self::Backend(backend) => backend.admit(request).ok_or_else(|| {
                let mut unknown = Response::new(Bytes::new());
                *unknown.status_mut() = StatusCode::NOT_FOUND;
                Box::new(unknown)
            }),
        }
    }
}
