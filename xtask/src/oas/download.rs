//! Fetching a text over HTTP.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Certificate, Client, Response, StatusCode, Url, redirect};

/// Far above what a description of an API takes.
const SIZE_LIMIT: usize = 64 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(60);

/// The text that stands at an address. Certificate authorities, from a PEM file, are trusted in place of the
/// platform's.
///
/// # Errors
///
/// When there is nothing, or nothing that is text, or the address cannot be reached.
pub(crate) fn download(url: &Url, certificate_authorities: Option<&Path>) -> Result<String> {
    let client = client(certificate_authorities)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let body = runtime.block_on(async {
        let response = client.get(url.clone()).header("accept", "application/json").send().await;
        let response = response.map_err(|error| unreachable(url, error))?;
        check_status(url, &response)?;
        read(url, response).await
    })?;
    String::from_utf8(body).with_context(|| format!("what {url} answered is not UTF-8"))
}

fn client(certificate_authorities: Option<&Path>) -> Result<Client> {
    let mut builder = Client::builder()
        .user_agent(concat!("dan-rust-xtask/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT);
    if let Some(path) = certificate_authorities {
        let pem = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let roots = Certificate::from_pem_bundle(&pem).unwrap_or_default();
        if roots.is_empty() {
            bail!("{} holds no PEM certificates", path.display());
        }
        builder = builder.tls_certs_only(roots);
    }
    builder.build().context("TLS cannot be set up with these certificate authorities")
}

fn check_status(url: &Url, response: &Response) -> Result<()> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(()),
        StatusCode::NOT_FOUND => bail!("there is nothing at {url} (HTTP 404): check the address"),
        _ if status.is_redirection() => {
            let target = response.headers().get("location").and_then(|target| target.to_str().ok());
            bail!(
                "{url} sends on to {} (HTTP {}): give that address if you trust it",
                target.unwrap_or("nowhere"),
                status.as_u16()
            )
        }
        _ => bail!("{url} answered HTTP {} in place of a document; try again later", status.as_u16()),
    }
}

async fn read(url: &Url, mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        match chunk.map_err(reqwest::Error::without_url) {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("only half of the document came: the connection to {url} broke; try again")
                });
            }
        }
        if body.len() > SIZE_LIMIT {
            bail!("what {url} answers is larger than {} MB: that is no OpenAPI document", SIZE_LIMIT >> 20);
        }
    }
}

fn unreachable(url: &Url, error: reqwest::Error) -> anyhow::Error {
    let advice = if error.is_timeout() {
        "it did not answer in time; try again"
    } else {
        "check the network, the address and the trusted certificate authorities (--ca-file)"
    };
    anyhow::Error::new(error.without_url()).context(format!("{url} cannot be reached: {advice}"))
}
