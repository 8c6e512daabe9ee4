//! Whoever can give a token.

mod altinn;
mod function;
mod nais;

use async_trait::async_trait;

use crate::error::AuthError;
use crate::token::AccessToken;

pub use altinn::{AltinnPlatform, AltinnTokenExchange, AltinnTokenExchangeBuilder};
pub use function::TokenFunction;
pub use nais::{NaisTokenProvider, NaisTokenProviderBuilder};

/// Gives an access token whenever a request needs one.
///
/// Implement it to bring tokens from elsewhere; hold it as `Arc<dyn AccessTokenProvider>`.
///
/// ```
/// use dan_auth::{AccessToken, AccessTokenProvider, AuthError, async_trait};
///
/// struct FromVault;
///
/// #[async_trait]
/// impl AccessTokenProvider for FromVault {
///     async fn access_token(&self) -> Result<AccessToken, AuthError> {
///         Ok(AccessToken::new("read from the vault"))
///     }
/// }
/// ```
#[async_trait]
pub trait AccessTokenProvider: Send + Sync {
    /// A token that is good now: from memory, or got for this call.
    ///
    /// # Errors
    /// Says why there is none, and whether asking again can help.
    async fn access_token(&self) -> Result<AccessToken, AuthError>;

    /// Takes note that an API refused this token (HTTP 401), so that the next call gives another one.
    ///
    /// Whoever keeps tokens compares it with the one that is kept: however many callers report one token, it is renewed
    /// once. Nothing happens unless the provider says otherwise.
    async fn invalidate(&self, refused: &AccessToken) {
        let _ = refused;
    }
}

/// A ready token is its own provider; it is given as it is until the owner replaces it.
#[async_trait]
impl AccessTokenProvider for AccessToken {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        Ok(self.clone())
    }
}
