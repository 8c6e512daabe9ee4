//! What can be harvested, and the codes of the service.

use dan_model::{ErrorModel, EvidenceCode, EvidenceStatusCode};
use dan_transport::{Error, Operation};
use serde::de::DeserializeOwned;

use crate::client::DanClient;

/// Reads the public metadata; made by [`DanClient::metadata`].
#[derive(Debug, Clone, Copy)]
pub struct Metadata<'a> {
    client: &'a DanClient,
}

impl<'a> Metadata<'a> {
    pub(crate) fn new(client: &'a DanClient) -> Self {
        Self { client }
    }

    /// Every dataset of every service context (`/public/metadata/evidencecodes`).
    ///
    /// # Errors
    /// Of the network, of the gateway, or of an answer that is not the service's.
    pub async fn evidence_codes(self) -> Result<Vec<EvidenceCode>, Error> {
        self.read(&Operation::public_get("/metadata/evidencecodes")).await
    }

    /// The datasets of one service context (`/public/metadata/evidencecodes/{serviceContext}`); none when the service
    /// does not know the context.
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn evidence_codes_of(self, service_context: &str) -> Result<Vec<EvidenceCode>, Error> {
        let operation =
            Operation::public_get("/metadata/evidencecodes/{serviceContext}").path_value(service_context);
        self.read(&operation).await
    }

    /// The names of the service contexts (`/public/metadata/servicecontexts`).
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn service_contexts(self) -> Result<Vec<String>, Error> {
        self.read(&Operation::public_get("/metadata/servicecontexts")).await
    }

    /// The status codes with their texts (`/public/metadata/statuscodes`).
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn status_codes(self) -> Result<Vec<EvidenceStatusCode>, Error> {
        self.read(&Operation::public_get("/metadata/statuscodes")).await
    }

    /// The error codes with their texts (`/public/metadata/errorcodes`).
    ///
    /// # Errors
    /// As [`evidence_codes`](Self::evidence_codes).
    pub async fn error_codes(self) -> Result<Vec<ErrorModel>, Error> {
        self.read(&Operation::public_get("/metadata/errorcodes")).await
    }

    async fn read<T: DeserializeOwned>(self, operation: &Operation) -> Result<T, Error> {
        self.client.inner().transport.send(operation).await?.json()
    }
}
