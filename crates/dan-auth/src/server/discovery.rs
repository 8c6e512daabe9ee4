//! The document in which a token server says where it is (RFC 8414).

use reqwest::StatusCode;
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

use crate::error::{AuthError, AuthErrorKind};
use crate::server::endpoints::Endpoints;
use crate::server::exchange::Server;
use crate::server::secure_url::secure_url;

/// A metadata document, read once and kept.
#[derive(Debug)]
pub(crate) struct WellKnown {
    url: String,
    issuer: Option<String>,
    endpoints: OnceCell<Endpoints>,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    token_endpoint: String,
}

impl WellKnown {
    /// `issuer` is the one that the document must name; without, it must be the one that the URL belongs to.
    pub(crate) fn new(url: String, issuer: Option<String>) -> Result<Self, AuthError> {
        secure_url("the URL of the metadata document", &url)?;
        Ok(Self { url, issuer, endpoints: OnceCell::new() })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) async fn endpoints(&self, server: &Server) -> Result<&Endpoints, AuthError> {
        self.endpoints.get_or_try_init(|| self.fetch(server)).await
    }

    async fn fetch(&self, server: &Server) -> Result<Endpoints, AuthError> {
        let answer = server.send(server.http.get(&self.url)).await?;
        if answer.status != StatusCode::OK {
            return Err(answer.refusal());
        }
        let metadata: Metadata = answer.json()?;
        self.require_issuer(&metadata.issuer)?;
        Endpoints::new(&metadata.issuer, &metadata.token_endpoint)
    }

    /// Whoever can put a document anywhere could otherwise have assertions made out to another server (RFC 8414 section 3.3).
    fn require_issuer(&self, issuer: &str) -> Result<(), AuthError> {
        let belongs = match &self.issuer {
            Some(expected) => expected == issuer,
            None => is_document_of(&self.url, issuer),
        };
        if belongs {
            return Ok(());
        }
        let expected = self.issuer.as_deref().unwrap_or("the one that the address belongs to");
        Err(AuthError::new(
            AuthErrorKind::Configuration,
            format!(
                "the metadata document at '{}' is of the issuer '{}', not of {expected}; check both, or configure the \
                 issuer and the token endpoint themselves",
                self.url,
                issuer.escape_debug()
            ),
        ))
    }
}

/// Whether the document lies where the issuer's own does: by RFC 8414 between host and path, by the rules of `OpenID` Connect after both.
fn is_document_of(url: &str, issuer: &str) -> bool {
    let (Ok(url), Ok(issuer)) = (Url::parse(url), Url::parse(issuer)) else { return false };
    let path = issuer.path().trim_end_matches('/');
    let paths = [
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
        format!("{path}/.well-known/oauth-authorization-server"),
        format!("{path}/.well-known/openid-configuration"),
    ];
    url.origin() == issuer.origin() && url.query().is_none() && paths.iter().any(|path| path == url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_belongs_to_the_issuer_whose_place_it_lies_in() {
        for (url, issuer, expected) in [
            ("https://a.no/.well-known/oauth-authorization-server", "https://a.no/", true),
            ("https://a.no/.well-known/oauth-authorization-server", "https://a.no", true),
            ("https://a.no/.well-known/openid-configuration", "https://a.no", true),
            ("https://a.no/.well-known/oauth-authorization-server/x", "https://a.no/x", true),
            ("https://a.no/x/.well-known/openid-configuration", "https://a.no/x/", true),
            ("https://a.no/.well-known/oauth-authorization-server", "https://a.no/x", false),
            ("https://a.no/.well-known/oauth-authorization-server", "https://b.no/", false),
            ("https://a.no:444/.well-known/oauth-authorization-server", "https://a.no/", false),
            ("https://a.no/metadata", "https://a.no/", false),
            ("https://a.no/.well-known/oauth-authorization-server", "a.no", false),
        ] {
            assert_eq!(is_document_of(url, issuer), expected, "{url} {issuer}");
        }
    }

    #[test]
    fn a_named_issuer_is_compared_to_the_letter() {
        let document = |issuer: &str| WellKnown::new("https://a.no/m".into(), Some(issuer.into())).unwrap();
        assert!(document("https://a.no/").require_issuer("https://a.no/").is_ok());
        let error = document("https://a.no/").require_issuer("https://a.no").unwrap_err();
        insta::assert_snapshot!(error, @"the metadata document at 'https://a.no/m' is of the issuer 'https://a.no', not of https://a.no/; check both, or configure the issuer and the token endpoint themselves");
    }
}
