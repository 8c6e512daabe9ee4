//! The installations of data.altinn.no.

use std::fmt;
use std::str::FromStr;

use dan_auth::MaskinportenEnvironment;

use crate::error::{Error, ErrorKind};

/// An installation of data.altinn.no, with the Maskinporten that it trusts.
///
/// ```
/// use dan_transport::Environment;
///
/// assert_eq!("staging".parse::<Environment>()?, Environment::Test);
/// assert_eq!(Environment::Test.origin(), "https://test-api.data.altinn.no");
/// # Ok::<(), dan_transport::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Environment {
    /// `production` or `prod`: real data.
    Production,
    /// `test` or `staging`: synthetic data, with Maskinporten's test installation.
    #[default]
    Test,
    /// `test-former-host`: the test installation under the host name of older documentation,
    /// `test.api.data.altinn.no`. Today's documentation and the .NET client write `test-api`; this name remains for
    /// networks that have opened for the former host only.
    TestFormerHost,
    /// `development` or `dev`: the service's own developers.
    Development,
    /// `local`: the service's functions on one's own machine, where URLs carry no version and no public prefix.
    Local,
}

impl Environment {
    const ALL: [Self; 5] =
        [Self::Production, Self::Test, Self::TestFormerHost, Self::Development, Self::Local];

    /// The name by which the environment is chosen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
            Self::TestFormerHost => "test-former-host",
            Self::Development => "development",
            Self::Local => "local",
        }
    }

    /// Where the API stands for callers with a token, without the version.
    pub fn origin(self) -> &'static str {
        match self {
            Self::Production => "https://api.data.altinn.no",
            Self::Test => "https://test-api.data.altinn.no",
            Self::TestFormerHost => "https://test.api.data.altinn.no",
            Self::Development => "https://apim-nadobe-dev.azure-api.net",
            Self::Local => "http://localhost:7071/api",
        }
    }

    /// Where the API stands for callers who say by a certificate who they are (mutual TLS), without the version; `None`
    /// where nothing takes one.
    ///
    /// Older documentation of the service lists these addresses. The service itself took its code for client
    /// certificates out in September 2025, so tokens are the way to go.
    pub fn certificate_origin(self) -> Option<&'static str> {
        match self {
            Self::Production => Some("https://apim-nadobe-prod.azure-api.net"),
            Self::Test | Self::TestFormerHost => Some("https://apim-nadobe-staging.azure-api.net"),
            Self::Development => Some("https://apim-nadobe-dev.azure-api.net"),
            Self::Local => None,
        }
    }

    /// The Maskinporten whose tokens this environment takes.
    pub fn maskinporten(self) -> MaskinportenEnvironment {
        match self {
            Self::Production => MaskinportenEnvironment::Production,
            Self::Test | Self::TestFormerHost | Self::Development | Self::Local => {
                MaskinportenEnvironment::Test
            }
        }
    }

    /// Whether the gateway stands in front. It adds the version and the public prefix to paths.
    pub(crate) fn has_gateway(self) -> bool {
        self != Self::Local
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Environment {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = match name {
            "prod" => Some(Self::Production),
            "staging" => Some(Self::Test),
            "dev" => Some(Self::Development),
            _ => Self::ALL.into_iter().find(|environment| environment.name() == name),
        };
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::new(
                ErrorKind::Configuration,
                format!("there is no environment '{name}'; choose one of: {names}"),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for environment in Environment::ALL {
            assert_eq!(environment.to_string().parse::<Environment>().unwrap(), environment);
        }
    }

    #[test]
    fn who_chooses_nothing_reaches_test_and_its_maskinporten() {
        assert_eq!(Environment::default().maskinporten(), MaskinportenEnvironment::default());
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = "tset".parse::<Environment>().unwrap_err();
        insta::assert_snapshot!(error, @"there is no environment 'tset'; choose one of: production, test, test-former-host, development, local");
    }
}
