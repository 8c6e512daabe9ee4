//! What came of an authorization request.

use std::sync::Arc;

use dan_model::{Accreditation, AuthorizationRequest, EvidenceCode, NotGranted};
use dan_transport::Error;

use crate::accreditation::{AccreditationHandle, HarvestOutcomes};
use crate::client::DanClient;
use crate::end::End;
use crate::own_token::OwnToken;

/// A permission as it was granted: the accreditation, a handle to go on with, and what was asked for and not given.
///
/// ```
/// use dan_client::{DanClient, DatasetRequest};
/// # use dan_sandbox::Sandbox;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// let authorization = client
///     .request_authorization("991825827", "998997801")
///     .dataset("UnitBasicInformation")
///     .dataset(DatasetRequest::new("MvaMeldingsOpplysning").request_consent())
///     .consent_reference("Tender 2026/17")
///     .service_context("eBevis")
///     .await?;
///
/// // The dataset has a soft requirement: a legal basis, without which it is left out.
/// for missing in authorization.not_granted() {
///     println!("{}: {:?}", missing.evidence_code_name, missing.requirements);
/// }
/// # assert_eq!(authorization.not_granted().len(), 1);
/// let id = authorization.accreditation().id.clone();
/// let later = client.accreditation(id);
/// assert_eq!(later.status().await?.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Authorization {
    handle: AccreditationHandle,
    accreditation: Accreditation,
    request: AuthorizationRequest,
    /// The datasets of the service context, when it matters why one was left out.
    metadata: Arc<[EvidenceCode]>,
}

impl Authorization {
    pub(super) async fn new(
        client: &DanClient,
        request: AuthorizationRequest,
        accreditation: Accreditation,
        own_token: OwnToken,
        end: End,
    ) -> Self {
        let handle = AccreditationHandle::new(client.clone(), (&accreditation).into(), own_token);
        let mut authorization = Self { handle, accreditation, request, metadata: Arc::default() };
        if !authorization.not_granted().is_empty() {
            // The permission is there, and its id has to reach the caller whatever becomes of this.
            let read = end.bound(client.clock(), "the metadata", authorization.read_metadata(client));
            authorization.metadata = read.await.unwrap_or_else(|error| {
                tracing::warn!(reason = %error, "why datasets were not granted is unknown without the metadata");
                Arc::default()
            });
        }
        authorization
    }

    async fn read_metadata(&self, client: &DanClient) -> Result<Arc<[EvidenceCode]>, Error> {
        match &self.accreditation.service_context {
            Some(service_context) => client.metadata().evidence_codes_of(service_context).await,
            None => client.metadata().evidence_codes().await,
        }
    }

    /// The accreditation as the service made it. Its aggregate status is not determined yet.
    pub fn accreditation(&self) -> &Accreditation {
        &self.accreditation
    }

    /// The handle for status, waiting, harvest, reminders and deletion. It can be made again from the accreditation's id
    /// ([`DanClient::accreditation`]).
    pub fn handle(&self) -> &AccreditationHandle {
        &self.handle
    }

    /// The handle alone.
    pub fn into_handle(self) -> AccreditationHandle {
        self.handle
    }

    /// Where somebody who represents the subject answers the request for consent; `None` when nothing needs consent. Whoever
    /// has the link can open it: treat it as a secret.
    pub fn consent_url(&self) -> Option<&str> {
        self.accreditation.altinn_consent_url.as_deref()
    }

    /// What was asked for and not given, with the soft requirements that may have stood in the way; empty when all was given.
    /// The service itself does not say: the requirements come from the metadata, and are none when it could not be had.
    pub fn not_granted(&self) -> Vec<NotGranted<'_>> {
        self.accreditation.not_granted(&self.request, &self.metadata)
    }

    /// Harvests everything that was asked for, and keeps what could be had: see [`AccreditationHandle::harvest_all`]. Here
    /// it is known, too, what was asked for and not granted, and what was not asked for.
    ///
    /// # Errors
    /// As [`AccreditationHandle::harvest_all`].
    pub async fn harvest_all(&self) -> Result<HarvestOutcomes, Error> {
        let outcomes = self.handle.harvest_all().await?;
        Ok(outcomes.with_request(&self.not_granted()))
    }
}
