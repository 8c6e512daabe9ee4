//! Who is asking: a token in a header, or a client certificate beneath it.

use std::sync::{Arc, Mutex, PoisonError};

use dan_auth::{AccessToken, AccessTokenProvider};
use http::HeaderValue;

use crate::error::{Error, ErrorKind};
use crate::sensitive_header::SensitiveHeader;

/// RFC 6750 section 2.1.
const SCHEME: &str = "Bearer ";

/// What protected operations are authorized by.
pub(crate) struct Authorization {
    provider: Option<Arc<dyn AccessTokenProvider>>,
    has_client_certificate: bool,
    /// The last token with its finished header: tokens serve many requests.
    finished: Mutex<Option<(AccessToken, SensitiveHeader)>>,
}

impl Authorization {
    pub(crate) fn new(provider: Option<Arc<dyn AccessTokenProvider>>, has_client_certificate: bool) -> Self {
        Self { provider, has_client_certificate, finished: Mutex::new(None) }
    }

    /// A token, and the value of `Authorization` that it makes; `None` when nobody gives one, and the client
    /// certificate says it all.
    pub(crate) async fn bearer(&self) -> Result<Option<(AccessToken, HeaderValue)>, Error> {
        match &self.provider {
            Some(provider) => {
                let token = provider.access_token().await?;
                let header = self.finish(&token)?;
                Ok(Some((token, header)))
            }
            None if self.has_client_certificate => Ok(None),
            None => Err(Error::new(
                ErrorKind::Configuration,
                "this needs an access token; configure a Maskinporten client, a token or a client certificate",
            )),
        }
    }

    /// Has a refused token renewed, once for all who report it. Whether there is another one now.
    pub(crate) async fn renew(&self, refused: &AccessToken) -> Result<bool, Error> {
        let Some(provider) = &self.provider else { return Ok(false) };
        provider.invalidate(refused).await;
        let token = provider.access_token().await?;
        Ok(token.expose() != refused.expose())
    }

    fn finish(&self, token: &AccessToken) -> Result<HeaderValue, Error> {
        // What stands there is whole, whatever befell another caller.
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, header)) = &*finished
            && std::ptr::eq(known.expose(), token.expose())
        {
            return Ok(header.value());
        }
        // Room for all of it from the start, so that no copy of the token is left behind by growing.
        let mut bearer = String::with_capacity(SCHEME.len() + token.expose().len());
        bearer.extend([SCHEME, token.expose()]);
        let header = SensitiveHeader::new(bearer).ok_or_else(|| {
            Error::new(ErrorKind::Configuration, "the access token holds odd characters; get a new one")
        })?;
        let value = header.value();
        *finished = Some((token.clone(), header));
        Ok(value)
    }
}
