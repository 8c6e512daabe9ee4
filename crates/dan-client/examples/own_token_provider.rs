//! Brings access tokens from elsewhere: a vault, a sidecar, another service that talks to Maskinporten.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dan_client::{AccessToken, AccessTokenProvider, AuthError, Configuration, DanClient, async_trait};
use dan_sandbox::Sandbox;

/// Asks somebody else for tokens. Here that is Maskinporten after all; what matters is the trait.
struct FromElsewhere {
    elsewhere: Arc<dyn AccessTokenProvider>,
    asked: AtomicU32,
}

#[async_trait]
impl AccessTokenProvider for FromElsewhere {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.elsewhere.access_token().await
    }

    /// The service did not take this token: what is kept of it must go, so that the next one is another.
    async fn invalidate(&self, refused: &AccessToken) {
        self.elsewhere.invalidate(refused).await;
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let configuration = Configuration::from_variables(sandbox.variables())?;
    let elsewhere = configuration.access_token_provider()?;
    let provider = Arc::new(FromElsewhere { elsewhere, asked: AtomicU32::new(0) });

    let client = DanClient::builder()
        .base_url(sandbox.base_url())
        .certificate_authorities_pem(sandbox.ca_pem().unwrap_or_default())
        .subscription_keys(configuration.subscription_keys)
        .access_token_provider(provider.clone())
        .build()?;
    client.direct_harvest("TildaMetadatav1").await?;
    println!("the provider was asked {} time(s)", provider.asked.load(Ordering::Relaxed));
    Ok(())
}
