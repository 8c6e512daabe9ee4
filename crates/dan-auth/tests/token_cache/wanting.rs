//! A client that wants a token of a sandbox.

use std::sync::Arc;

use dan_auth::{
    AccessTokenProvider as _, ClientCredential, Endpoints, MaskinportenClient, PrivateKey, TokenCache,
};
use dan_sandbox::Sandbox;
use serde::{Deserialize, Serialize};

/// What a client must know, in a form that can be handed to another process.
#[derive(Serialize, Deserialize)]
pub(crate) struct Wanting {
    client_id: String,
    jwk: String,
    issuer: String,
    certificate_authority: String,
}

impl Wanting {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let variables = sandbox.variables();
        let jwk = variables.into_iter().find(|(name, _)| name == "MASKINPORTEN_CLIENT_JWK").unwrap().1;
        Self {
            client_id: sandbox.client_id().to_owned(),
            jwk,
            issuer: sandbox.maskinporten().issuer.clone(),
            certificate_authority: sandbox.ca_pem().unwrap().to_owned(),
        }
    }

    pub(crate) fn client(&self, cache: Arc<dyn TokenCache>) -> MaskinportenClient {
        let key = PrivateKey::from_jwk(&self.jwk).unwrap();
        MaskinportenClient::builder(&self.client_id, ClientCredential::registered_jwk(key).unwrap())
            .endpoints(Endpoints::of_issuer(&self.issuer).unwrap())
            .scopes("altinn:dataaltinnno")
            .certificate_authorities_pem(self.certificate_authority.clone())
            .token_cache(cache)
            .build()
            .unwrap()
    }
}

pub(crate) async fn ask(client: &MaskinportenClient) -> String {
    client.access_token().await.unwrap().expose().to_owned()
}

pub(crate) fn grants(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.path == "/token").count()
}
