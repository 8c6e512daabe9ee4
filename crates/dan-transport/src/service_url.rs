//! Where the API stands, and the URL of each operation.

use dan_model::NationalIdentityNumber;
use url::{Host, Url};

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
            refuse_personal_number(name, value)?;
            url.query_pairs_mut().append_pair(name, value);
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
    let refused = |reason: &str| {
        Error::new(ErrorKind::Configuration, format!("the base URL '{text}' cannot be used: {reason}"))
    };
    let url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        let message = "the base URL holds a user name or a password: leave them out";
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let loopback = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(refused("it has no host")),
    };
    if !(url.scheme() == "https" || url.scheme() == "http" && loopback) {
        return Err(refused("keys and tokens go over https only, or over http to this machine"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("leave out everything from '?' or '#' on"));
    }
    Ok(url)
}

/// The segments of the template with the values in their places.
fn path_segments(operation: &Operation) -> Result<Vec<&str>, Error> {
    let mut values = operation.path_values.iter();
    operation
        .template
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| match segment.strip_prefix('{') {
            None => Ok(segment),
            Some(name) => path_value(name.trim_end_matches('}'), values.next().map(String::as_str)),
        })
        .collect()
}

/// URL parsers drop `.` and `..`, and an empty segment changes which resource is meant.
fn path_value<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, Error> {
    match value {
        Some("." | ".." | "") | None => {
            Err(Error::new(ErrorKind::InvalidRequest, format!("'{name}' is empty or no name; give one")))
        }
        Some(value) => refuse_personal_number(name, value).map(|()| value),
    }
}

/// URLs end in logs along the way; a national identity number may not stand in one.
fn refuse_personal_number(name: &str, value: &str) -> Result<(), Error> {
    let personal = value
        .split(|character: char| !character.is_ascii_digit())
        .any(|digits| digits.parse::<NationalIdentityNumber>().is_ok());
    if personal {
        return Err(Error::new(
            ErrorKind::InvalidRequest,
            format!(
                "'{name}' holds a national identity number, which may not stand in a URL; nothing was sent"
            ),
        ));
    }
    Ok(())
}

fn push_segments<'a>(url: &mut Url, segments: impl IntoIterator<Item = &'a str>) {
    // Only URLs without a host have no path segments, and those are refused.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
}

#[cfg(test)]
mod tests {
    use dan_auth::Secret;

    use super::*;
    use crate::subscription_key::SubscriptionKey;

    fn key() -> SubscriptionKey {
        SubscriptionKey::new(&Secret::from("key")).unwrap()
    }

    fn url(base: &ServiceUrl, operation: &Operation) -> String {
        base.url(operation).unwrap().into()
    }

    #[test]
    fn the_gateway_adds_version_and_public_prefix() {
        let test = ServiceUrl::of_environment(Environment::Test, ApiVersion::V1).unwrap();
        let metadata = Operation::public_get("/metadata/evidencecodes");
        let harvest = Operation::get("/directharvest/{evidenceCode}", key()).path_value("Roller");
        assert_eq!(url(&test, &metadata), "https://test-api.data.altinn.no/v1/public/metadata/evidencecodes");
        assert_eq!(url(&test, &harvest), "https://test-api.data.altinn.no/v1/directharvest/Roller");
    }

    #[test]
    fn local_functions_have_neither() {
        let local = ServiceUrl::of_environment(Environment::Local, ApiVersion::V1).unwrap();
        let metadata = Operation::public_get("/metadata/evidencecodes");
        assert_eq!(url(&local, &metadata), "http://localhost:7071/api/metadata/evidencecodes");
    }

    #[test]
    fn values_are_encoded_once_and_stay_in_their_place() {
        let base = ServiceUrl::custom("https://[::1]:8443/base", ApiVersion::V1).unwrap();
        let operation = Operation::get("/a/{first}/{second}", key())
            .path_value("x/{second}?#%2F")
            .path_value("Bits kontrollinformasjon")
            .query("a&b", "1+1=2&Ø %");
        assert_eq!(
            url(&base, &operation),
            "https://[::1]:8443/base/v1/a/x%2F%7Bsecond%7D%3F%23%252F/Bits%20kontrollinformasjon?a%26b=1%2B1%3D2%26%C3%98+%25"
        );
    }

    #[test]
    fn values_that_change_the_path_are_refused() {
        let base = ServiceUrl::custom("https://dan.example.no", ApiVersion::V1).unwrap();
        for value in ["", ".", ".."] {
            let operation = Operation::get("/directharvest/{evidenceCode}", key()).path_value(value);
            assert_eq!(base.url(&operation).unwrap_err().kind(), ErrorKind::InvalidRequest, "{value:?}");
        }
        let missing = Operation::get("/directharvest/{evidenceCode}", key());
        assert_eq!(base.url(&missing).unwrap_err().kind(), ErrorKind::InvalidRequest);
    }

    #[test]
    fn national_identity_numbers_stay_out() {
        let base = ServiceUrl::custom("https://dan.example.no", ApiVersion::V1).unwrap();
        for value in ["15867010022", "nor-freg::15867010022", "x=15867010022,y"] {
            let in_query = Operation::get("/a", key()).query("subject", value);
            let in_path = Operation::get("/a/{b}", key()).path_value(value);
            for operation in [in_query, in_path] {
                let error = base.url(&operation).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidRequest);
                assert!(!error.to_string().contains("15867010022"));
            }
        }
        let organization =
            Operation::get("/a", key()).query("subject", "991825827").query("from", "20260101");
        assert!(base.url(&organization).is_ok());
    }

    #[test]
    fn passwords_in_base_urls_are_refused_and_not_repeated() {
        let error = ServiceUrl::custom("https://me:hidden@dan.example.no", ApiVersion::V1).unwrap_err();
        insta::assert_snapshot!(error, @"the base URL holds a user name or a password: leave them out");
    }

    #[test]
    fn base_urls_must_be_whole_and_secure() {
        for refused in [
            "",
            "dan.example.no",
            "http://dan.example.no",
            "ftp://dan.example.no",
            "https://dan.example.no?a=b",
        ] {
            let error = ServiceUrl::custom(refused, ApiVersion::V1).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{refused}");
        }
        assert!(ServiceUrl::custom("http://127.0.0.1:7071", ApiVersion::V1).is_ok());
    }
}
