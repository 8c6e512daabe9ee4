//! Tokens for tests in which the sandbox's clock jumps: each jump ends the token, which no real clock does so often.

use std::sync::{Arc, Mutex};

use dan_client::{AccessToken, AccessTokenProvider, AuthError, Configuration, async_trait};

/// Gives a new token each time that one is refused. The library's own provider would take many refusals in a row for a
/// fault of the service, and pause.
pub(crate) struct TokensOfJumpingTime {
    configuration: Configuration,
    provider: Mutex<Arc<dyn AccessTokenProvider>>,
}

impl TokensOfJumpingTime {
    pub(crate) fn new(configuration: &Configuration) -> Self {
        let provider = Mutex::new(configuration.access_token_provider().unwrap());
        Self { configuration: configuration.clone(), provider }
    }
}

#[async_trait]
impl AccessTokenProvider for TokensOfJumpingTime {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        let provider = Arc::clone(&*self.provider.lock().unwrap());
        provider.access_token().await
    }

    async fn invalidate(&self, _refused: &AccessToken) {
        *self.provider.lock().unwrap() = self.configuration.access_token_provider().unwrap();
    }
}
