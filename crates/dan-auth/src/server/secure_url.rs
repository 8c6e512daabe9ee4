//! Addresses that secrets may be sent to.

use url::{Host, ParseError, Url};

use crate::error::{AuthError, AuthErrorKind};

const NO_ORIGIN: &str = "it is no whole URL; begin it with https://";

/// Reads the address of a server that is sent keys, assertions or tokens: they go over HTTPS, or over HTTP to this machine.
///
/// `what` is what the address is called in errors, such as `the base URL`.
///
/// ```
/// let error = dan_auth::secure_url("the base URL", "http://dan.example.no/?key=0123").unwrap_err();
/// assert!(error.to_string().starts_with("the base URL 'http://dan.example.no/' cannot be used: "));
/// assert!(dan_auth::secure_url("the base URL", "http://localhost:7071/api").is_ok());
/// ```
///
/// # Errors
/// [`AuthErrorKind::Configuration`] when the text is no URL, names a user, or is neither HTTPS nor on this machine. Nobody's
/// name or password is repeated, nor what stands behind `?` or `#`.
pub fn secure_url(what: &str, text: &str) -> Result<Url, AuthError> {
    let refused = |reason: &str| {
        let shown = without_secrets(text);
        configuration(format!("{what} '{shown}' cannot be used: {reason}"))
    };
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => refused(NO_ORIGIN),
        error => refused(&error.to_string()),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(configuration(format!("{what} holds a user name or a password: leave them out")));
    }
    let loopback = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(refused(NO_ORIGIN)),
    };
    if url.scheme() == "https" || url.scheme() == "http" && loopback {
        Ok(url)
    } else {
        Err(refused("keys and tokens go over https only, or over http to this machine"))
    }
}

/// An address that cannot be used may be one that somebody put a password or a key into.
fn without_secrets(text: &str) -> &str {
    let before_query = text.split(['?', '#']).next().unwrap_or_default();
    if before_query.contains('@') { "…" } else { before_query }
}

fn configuration(message: String) -> AuthError {
    AuthError::new(AuthErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> AuthError {
        secure_url("the URL", text).unwrap_err()
    }

    #[test]
    fn secrets_stay_off_plain_http() {
        for text in
            ["https://example.no", "http://127.0.0.1:8080/", "http://[::1]:8080/", "http://localhost/a"]
        {
            assert!(secure_url("the URL", text).is_ok(), "{text}");
        }
        for text in [
            "",
            "example.no",
            "http://example.no/",
            "http://localhost.example.no/",
            "http://10.0.0.1/",
            "ftp://example.no",
            "mailto:somebody",
        ] {
            assert_eq!(refused(text).kind(), AuthErrorKind::Configuration, "{text}");
        }
    }

    #[test]
    fn a_missing_beginning_is_named() {
        insta::assert_snapshot!(refused("example.no"), @"the URL 'example.no' cannot be used: it is no whole URL; begin it with https://");
        insta::assert_snapshot!(refused("localhost:8080"), @"the URL 'localhost:8080' cannot be used: it is no whole URL; begin it with https://");
    }

    #[test]
    fn passwords_are_refused() {
        let error = refused("https://me:hidden@example.no/");
        insta::assert_snapshot!(error, @"the URL holds a user name or a password: leave them out");
    }

    #[test]
    fn secrets_in_what_cannot_be_used_are_not_repeated() {
        for text in [
            "https://me:hidden@example.no:port/",
            "https://me:hidden@",
            "https://me:hidden@x y",
            "//me:hidden@example.no",
            "http://example.no/?key=hidden",
            "https://example.no:x?key=hidden",
            "http://example.no/#hidden",
            "?hidden",
            "x#hidden",
        ] {
            let error = refused(text);
            assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
        }
    }
}
