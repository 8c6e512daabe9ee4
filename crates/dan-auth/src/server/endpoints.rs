//! Where the token server is, and what it calls itself.

use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::error::{AuthError, AuthErrorKind};

/// The two installations of Maskinporten that customers meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MaskinportenEnvironment {
    /// `https://maskinporten.no/`
    Production,
    /// `https://test.maskinporten.no/`
    Test,
}

impl MaskinportenEnvironment {
    /// What the server calls itself, with its trailing slash: the audience of assertions and the issuer of tokens.
    pub fn issuer(self) -> &'static str {
        match self {
            Self::Production => "https://maskinporten.no/",
            Self::Test => "https://test.maskinporten.no/",
        }
    }

    /// The environment whose token server calls itself so.
    pub(crate) fn of_issuer(issuer: &str) -> Option<Self> {
        [Self::Production, Self::Test].into_iter().find(|environment| environment.issuer() == issuer)
    }
}

impl FromStr for MaskinportenEnvironment {
    type Err = AuthError;

    /// Reads `production` or `test`.
    fn from_str(name: &str) -> Result<Self, AuthError> {
        match name {
            "production" | "prod" => Ok(Self::Production),
            "test" => Ok(Self::Test),
            "ver1" | "ver2" => Err(AuthError::new(
                AuthErrorKind::Configuration,
                format!("the Maskinporten environment '{name}' is closed; its successor is 'test'"),
            )),
            _ => Err(AuthError::new(
                AuthErrorKind::Configuration,
                format!("there is no Maskinporten environment '{name}': choose 'production' or 'test'"),
            )),
        }
    }
}

impl fmt::Display for MaskinportenEnvironment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Production => "production",
            Self::Test => "test",
        })
    }
}

/// A token server's issuer identifier and token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    issuer: String,
    token_endpoint: String,
}

impl Endpoints {
    /// An issuer whose token endpoint is `token` below it, as Maskinporten has it.
    ///
    /// # Errors
    /// As [`Endpoints::new`].
    pub fn of_issuer(issuer: &str) -> Result<Self, AuthError> {
        let separator = if issuer.ends_with('/') { "" } else { "/" };
        Self::new(issuer, &format!("{issuer}{separator}token"))
    }

    /// The issuer is taken to the letter, since assertions must name it as the server does; the token endpoint is a URL.
    ///
    /// # Errors
    /// [`AuthErrorKind::Configuration`] when the token endpoint is no URL, or neither HTTPS nor on this machine:
    /// assertions and tokens do not travel in the clear.
    pub fn new(issuer: &str, token_endpoint: &str) -> Result<Self, AuthError> {
        require_secure(token_endpoint)?;
        Ok(Self { issuer: issuer.to_owned(), token_endpoint: token_endpoint.to_owned() })
    }

    /// What the server calls itself.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where tokens are asked for.
    pub fn token_endpoint(&self) -> &str {
        &self.token_endpoint
    }
}

impl From<MaskinportenEnvironment> for Endpoints {
    fn from(environment: MaskinportenEnvironment) -> Self {
        let issuer = environment.issuer();
        Self { issuer: issuer.to_owned(), token_endpoint: format!("{issuer}token") }
    }
}

/// Secrets may be sent over HTTPS, or over HTTP to this machine.
pub(crate) fn require_secure(text: &str) -> Result<(), AuthError> {
    let url = Url::parse(text).map_err(|error| {
        AuthError::new(AuthErrorKind::Configuration, format!("'{text}' is no URL of a token server: {error}"))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AuthError::new(
            AuthErrorKind::Configuration,
            "the URL of the token server holds a user name or a password: leave them out",
        ));
    }
    let loopback = match url.host() {
        Some(url::Host::Domain(domain)) => domain == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
        Ok(())
    } else {
        Err(AuthError::new(
            AuthErrorKind::Configuration,
            format!(
                "'{text}' is not secure: a token server is asked over https only, or over http on this machine"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_endpoint_follows_from_the_issuer() {
        let endpoints = Endpoints::of_issuer("https://test.maskinporten.no/").unwrap();
        assert_eq!(endpoints, Endpoints::from(MaskinportenEnvironment::Test));
        assert_eq!(endpoints.token_endpoint(), "https://test.maskinporten.no/token");
    }

    #[test]
    fn an_issuer_is_never_corrected() {
        let endpoints = Endpoints::of_issuer("https://sky.maskinporten.no").unwrap();
        assert_eq!(endpoints.issuer(), "https://sky.maskinporten.no");
        assert_eq!(endpoints.token_endpoint(), "https://sky.maskinporten.no/token");
    }

    #[test]
    fn secrets_stay_off_plain_http() {
        assert!(Endpoints::of_issuer("http://127.0.0.1:8080/").is_ok());
        assert!(Endpoints::of_issuer("http://[::1]:8080/").is_ok());
        for refused in ["http://maskinporten.no/", "http://localhost.example.no/", "maskinporten.no", ""] {
            let error = Endpoints::of_issuer(refused).unwrap_err();
            assert_eq!(error.kind(), AuthErrorKind::Configuration, "{refused}");
        }
    }

    #[test]
    fn passwords_in_urls_are_refused_and_not_repeated() {
        let error = Endpoints::of_issuer("https://me:hidden@maskinporten.no/").unwrap_err();
        insta::assert_snapshot!(error, @"the URL of the token server holds a user name or a password: leave them out");
    }

    #[test]
    fn secrets_in_what_cannot_be_used_are_not_repeated() {
        for text in [
            "https://me:hidden@maskinporten.no:port/",
            "https://me:hidden@x y",
            "//me:hidden@maskinporten.no",
            "http://maskinporten.no/?key=hidden",
            "http://maskinporten.no/#hidden",
            "?hidden",
        ] {
            let error = require_secure(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
        }
    }

    #[test]
    fn closed_environments_name_their_successor() {
        let error = "ver2".parse::<MaskinportenEnvironment>().unwrap_err();
        insta::assert_snapshot!(error, @"the Maskinporten environment 'ver2' is closed; its successor is 'test'");
    }
}
