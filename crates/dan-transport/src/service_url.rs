//! Where the API stands, and the URL of each operation.

use dan_auth::secure_url;
use dan_model::holds_national_identity_number;
use url::Url;

use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::operation::{Access, Operation};
use crate::version::ApiVersion;

/// The segment under which the gateway serves what needs no key.
const PUBLIC_SEGMENT: &str = "public";

/// The base of all URLs: an origin, and what the gateway adds.
///
/// ```
/// use dan_transport::{ApiVersion, Environment, ServiceUrl};
///
/// let url = ServiceUrl::custom("https://dan.example.no/proxy/", ApiVersion::V1)?;
/// assert_eq!(url.to_string(), "https://dan.example.no/proxy/v1");
/// # Ok::<(), dan_transport::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl {
    base: Url,
    has_gateway: bool,
}

impl ServiceUrl {
    /// The API of one of the service's own environments.
    ///
    /// # Errors
    /// None in practice; the environments' addresses go the same way as custom ones.
    pub fn of_environment(environment: Environment, version: ApiVersion) -> Result<Self, Error> {
        if environment.has_gateway() {
            Self::custom(environment.origin(), version)
        } else {
            Self::backend(environment.origin())
        }
    }

    /// The API of one of the service's own environments for callers with a client certificate
    /// ([`Environment::certificate_origin`]).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the environment has no such address.
    pub fn of_certificate_endpoint(environment: Environment, version: ApiVersion) -> Result<Self, Error> {
        let origin = environment.certificate_origin().ok_or_else(|| {
            let message =
                format!("the environment '{environment}' takes no client certificates; use a token");
            Error::new(ErrorKind::Configuration, message)
        })?;
        Self::custom(origin, version)
    }

    /// A bare backend, without the gateway in front: neither version nor public prefix stand in its paths, subscription
    /// keys are not sent, and the product is told in a header ([`Operation::product_id`]).
    ///
    /// # Errors
    /// As [`custom`](Self::custom).
    pub fn backend(origin: &str) -> Result<Self, Error> {
        Ok(Self { base: parse(origin)?, has_gateway: false })
    }

    /// The API behind another origin, such as a proxy or a sandbox; the version segment is appended.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the text is no URL, or neither HTTPS nor on this machine: keys and tokens do
    /// not travel in the clear.
    pub fn custom(origin: &str, version: ApiVersion) -> Result<Self, Error> {
        let mut base = parse(origin)?;
        push_segments(&mut base, [version.segment()]);
        Ok(Self { base, has_gateway: true })
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn has_gateway(&self) -> bool {
        self.has_gateway
    }

    /// The URL of an operation, unless one of its values may not stand there.
    pub(crate) fn url(&self, operation: &Operation) -> Result<Url, Error> {
        let mut url = self.base.clone();
        if self.has_gateway && matches!(operation.access, Access::Public) {
            push_segments(&mut url, [PUBLIC_SEGMENT]);
        }
        let segments = path_segments(operation)?;
        push_segments(&mut url, segments);
        for (name, value) in &operation.query {
            refuse_personal_number("the name of a query parameter", name)?;
            refuse_personal_number(name, value)?;
        }
        if !operation.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&operation.query);
        }
        Ok(url)
    }
}

impl std::fmt::Display for ServiceUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.base.as_str())
    }
}

fn parse(text: &str) -> Result<Url, Error> {
    let url = secure_url("the base URL", text)?;
    if url.query().is_some() || url.fragment().is_some() {
        let message = "the base URL cannot be used: leave out everything from '?' or '#' on";
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    Ok(url)
}

/// The segments of the template with the values in their places.
fn path_segments(operation: &Operation) -> Result<Vec<&str>, Error> {
    let mut values = operation.path_values.iter();
    let segments = operation
        .template
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| match segment.strip_prefix('{') {
            None => Ok(segment),
            Some(name) => path_value(name.trim_end_matches('}'), values.next().map(String::as_str)),
        })
        .collect::<Result<_, Error>>()?;
    if values.next().is_some() {
        let message = format!("there are more values than places in '{}'", operation.template);
        return Err(Error::new(ErrorKind::InvalidRequest, message));
    }
    Ok(segments)
}

/// URL parsers drop `.`, `..`, tabulators and ends of lines, and an empty segment changes which resource is meant.
fn path_value<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, Error> {
    match value {
        Some(value) if !matches!(value, "" | "." | "..") && !value.contains(char::is_control) => {
            refuse_personal_number(name, value).map(|()| value)
        }
        _ => Err(Error::new(ErrorKind::InvalidRequest, format!("'{name}' is empty or no name; give one"))),
    }
}

/// URLs end in logs along the way; a national identity number may not stand in one.
fn refuse_personal_number(name: &str, value: &str) -> Result<(), Error> {
    if !holds_national_identity_number(value) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidRequest,
        format!("{name} holds a national identity number, which may not stand in a URL; nothing was sent"),
    ))
}

fn push_segments<'a>(url: &mut Url, segments: impl IntoIterator<Item = &'a str>) {
    // Only URLs without a host have no path segments, and those are refused.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
}

#[cfg(test)]
mod tests;
