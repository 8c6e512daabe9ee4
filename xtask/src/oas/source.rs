//! Where a document is taken from.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use reqwest::Url;

use super::download;

/// Where the gateway publishes its document, below an environment's address.
const PUBLISHED_AT: &str = "/v1/public/metadata/oas/json";

/// An installation that publishes a document. A local server does not: it has no gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Environment {
    /// Real data
    #[value(alias = "prod")]
    Production,
    /// Synthetic data
    #[value(alias = "staging")]
    Test,
    /// The test installation under the host name of older documentation
    TestFormerHost,
    /// The service's own developers
    #[value(alias = "dev")]
    Development,
}

impl Environment {
    /// Where the environment stands.
    ///
    /// The crates know it too, but this command stands on none of them: it must run when they do not compile.
    fn origin(self) -> &'static str {
        match self {
            Self::Production => "https://api.data.altinn.no",
            Self::Test => "https://test-api.data.altinn.no",
            Self::TestFormerHost => "https://test.api.data.altinn.no",
            Self::Development => "https://apim-nadobe-dev.azure-api.net",
        }
    }
}

/// A file or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file.
    File(PathBuf),
    /// An address.
    Url(Url),
}

impl Source {
    /// Where an environment publishes its document.
    ///
    /// # Errors
    ///
    /// None in practice: the addresses go the same way as others.
    pub(crate) fn of_environment(environment: Environment) -> Result<Self> {
        Self::parse(&format!("{}{PUBLISHED_AT}", environment.origin()))
    }

    /// Reads what was given: what begins with a scheme and `://` is an address, anything else a file.
    ///
    /// # Errors
    ///
    /// When an address is no URL, holds a password, or leads over an open network.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let url = Url::parse(text).with_context(|| format!("{text:?} is no URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            bail!("the address holds a user name or a password: leave them out");
        }
        match url.scheme() {
            "https" => Ok(Self::Url(url)),
            "http" if leads_to_this_machine(&url) => Ok(Self::Url(url)),
            "http" => bail!("{url} is open to all between here and there: use https, except on this machine"),
            scheme => bail!("{scheme}:// is not supported: give an https address, or a file"),
        }
    }

    /// The text that stands there.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be reached.
    pub(crate) fn read(&self, certificate_authorities: Option<&Path>) -> Result<String> {
        match self {
            Self::File(path) => {
                let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
                String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
            }
            Self::Url(url) => download::download(url, certificate_authorities),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(formatter),
            Self::Url(url) => url.fmt(formatter),
        }
    }
}

fn leads_to_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_stand_where_the_transport_expects_them() {
        for environment in Environment::value_variants() {
            let value = environment.to_possible_value().unwrap();
            for name in value.get_name_and_aliases() {
                let known: dan_transport::Environment = name.parse().unwrap();
                assert_eq!(known.origin(), environment.origin());
            }
        }
        let published = Source::of_environment(Environment::Test).unwrap();
        assert_eq!(published.to_string(), "https://test-api.data.altinn.no/v1/public/metadata/oas/json");
    }

    #[test]
    fn addresses_and_files_are_told_apart() {
        for address in
            ["https://example.no/oas", "http://localhost:1/a", "http://127.0.0.1/a", "http://[::1]/a"]
        {
            assert!(matches!(Source::parse(address), Ok(Source::Url(_))), "{address}");
        }
        for file in ["oas.json", "/tmp/oas.yaml", "../http/oas.json"] {
            assert_eq!(Source::parse(file).unwrap(), Source::File(PathBuf::from(file)));
        }
    }

    #[test]
    fn an_address_in_the_clear_or_with_a_password_is_refused() {
        for (address, complaint) in [
            ("http://example.no/oas", "open to all"),
            ("http://127.0.0.1.example.no/oas", "open to all"),
            ("ftp://example.no/oas", "not supported"),
            ("https://", "is no URL"),
            ("https://me:hemmelig@example.no/oas", "leave them out"),
        ] {
            let error = Source::parse(address).unwrap_err().to_string();
            assert!(error.contains(complaint) && !error.contains("hemmelig"), "{error}");
        }
    }
}
