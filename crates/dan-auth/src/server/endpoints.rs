//! Where the token server is, and what it calls itself.

use std::fmt;
use std::str::FromStr;

use crate::error::{AuthError, AuthErrorKind};
use crate::server::secure_url::secure_url;

/// The two installations of Maskinporten that customers meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum MaskinportenEnvironment {
    /// `https://maskinporten.no/`
    Production,
    /// `https://test.maskinporten.no/`
    #[default]
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
        secure_url("the URL of the token server", token_endpoint)?;
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
    fn a_token_endpoint_is_secure() {
        let error = Endpoints::of_issuer("http://maskinporten.no/").unwrap_err();
        insta::assert_snapshot!(error, @"the URL of the token server 'http://maskinporten.no/token' cannot be used: keys and tokens go over https only, or over http to this machine");
    }

    #[test]
    fn closed_environments_name_their_successor() {
        let error = "ver2".parse::<MaskinportenEnvironment>().unwrap_err();
        insta::assert_snapshot!(error, @"the Maskinporten environment 'ver2' is closed; its successor is 'test'");
    }
}
