//! Tokens from a function of the caller's own.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;

use crate::cache::{KeptToken, TokenGrant};
use crate::error::AuthError;
use crate::provider::AccessTokenProvider;
use crate::token::{AccessToken, GrantedToken};

/// Gets tokens from an async function, and keeps each as long as the function says that it lives.
///
/// The function gives a [`GrantedToken`], or an [`AccessToken`], which is not kept. All who ask while it runs get what it
/// gives; when an API has refused the token, it is called again. What takes two minutes is taken for lost, and begun anew.
///
/// ```
/// use std::time::Duration;
/// use dan_auth::{AccessToken, AccessTokenProvider, GrantedToken, TokenFunction};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), dan_auth::AuthError> {
/// let provider = TokenFunction::new(|| async {
///     let token = AccessToken::new("from one's own token service");
///     Ok(GrantedToken::new(token, Some(Duration::from_secs(120))))
/// });
/// assert_eq!(provider.access_token().await?.expose(), "from one's own token service");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct TokenFunction(Arc<KeptToken>);

struct FunctionGrant<F>(F);

impl TokenFunction {
    /// Calls this function whenever a token is needed.
    pub fn new<F, O, T>(function: F) -> Self
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Future<Output = Result<T, AuthError>> + Send + 'static,
        T: Into<GrantedToken> + 'static,
    {
        Self(Arc::new(KeptToken::new(Arc::new(FunctionGrant(function)))))
    }
}

#[async_trait]
impl<F, O, T> TokenGrant for FunctionGrant<F>
where
    F: Fn() -> O + Send + Sync + 'static,
    O: Future<Output = Result<T, AuthError>> + Send + 'static,
    T: Into<GrantedToken> + 'static,
{
    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        (self.0)().await.map(Into::into)
    }
}

#[async_trait]
impl AccessTokenProvider for TokenFunction {
    async fn access_token(&self) -> Result<AccessToken, AuthError> {
        self.0.access_token().await
    }

    async fn invalidate(&self, refused: &AccessToken) {
        self.0.invalidate(refused);
    }
}

impl fmt::Debug for TokenFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenFunction")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// A provider that counts its calls, and the tokens that three askers get, the last after an invalidation.
    async fn asked(lifetime: Option<Duration>) -> (usize, Vec<String>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let provider = TokenFunction::new(move || {
            let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
            async move { Ok(GrantedToken::new(AccessToken::new(format!("token {number}")), lifetime)) }
        });
        let mut tokens = Vec::new();
        for _ in 0..2 {
            tokens.push(provider.access_token().await.unwrap());
        }
        provider.invalidate(&tokens[1]).await;
        tokens.push(provider.access_token().await.unwrap());
        let tokens = tokens.iter().map(|token| token.expose().to_owned()).collect();
        (calls.load(Ordering::SeqCst), tokens)
    }

    #[tokio::test]
    async fn a_token_with_a_life_is_kept_until_it_is_refused() {
        let (calls, tokens) = asked(Some(Duration::from_secs(120))).await;
        assert_eq!((calls, tokens.join(",")), (2, "token 1,token 1,token 2".to_owned()));
    }

    #[tokio::test]
    async fn a_token_without_is_asked_for_each_time() {
        let (calls, tokens) = asked(None).await;
        assert_eq!((calls, tokens.join(",")), (3, "token 1,token 2,token 3".to_owned()));
    }
}
