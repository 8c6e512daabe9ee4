//! Where values end in a URL.

use dan_auth::Secret;
use proptest::prelude::*;

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
    for value in ["", ".", "..", ".\n.", "a\tb", "\u{7f}"] {
        let operation = Operation::get("/directharvest/{evidenceCode}", key()).path_value(value);
        assert_eq!(base.url(&operation).unwrap_err().kind(), ErrorKind::InvalidRequest, "{value:?}");
    }
    let missing = Operation::get("/directharvest/{evidenceCode}", key());
    let surplus = missing.clone().path_value("A").path_value("B");
    for operation in [missing, surplus] {
        assert_eq!(base.url(&operation).unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
}

#[test]
fn national_identity_numbers_stay_out() {
    let base = ServiceUrl::custom("https://dan.example.no", ApiVersion::V1).unwrap();
    for value in [
        "15867010022",
        "nor-freg::15867010022",
        "x=15867010022,y",
        "158670 10022",
        "158670 - 10022",
        "１５８６７０１００２２",
    ] {
        let in_query = Operation::get("/a", key()).query("subject", value);
        let in_path = Operation::get("/a/{b}", key()).path_value(value);
        for operation in [in_query, in_path] {
            let error = base.url(&operation).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(!error.to_string().contains("15867010022"));
        }
    }
    let organization = Operation::get("/a", key())
        .query("subject", "991825827")
        .query("from", "20260101")
        .query("to", "2026-12-31T10:15:00.1234567");
    assert!(base.url(&organization).is_ok());
}

#[test]
fn passwords_in_base_urls_are_refused_and_not_repeated() {
    let error = ServiceUrl::custom("https://me:hidden@dan.example.no", ApiVersion::V1).unwrap_err();
    insta::assert_snapshot!(error, @"the base URL holds a user name or a password: leave them out");
}

#[test]
fn a_base_url_that_is_none_is_shown_without_secrets() {
    for text in
        ["https://me:hidden@x y", "https://dan.example.no:x?key=hidden", "https://dan.example.no?key=hidden"]
    {
        let error = ServiceUrl::custom(text, ApiVersion::V1).unwrap_err();
        assert!(!format!("{error:?}").contains("hidden"), "{error}");
    }
}

#[test]
fn base_urls_must_be_whole_and_secure() {
    for refused in
        ["", "dan.example.no", "http://dan.example.no", "ftp://dan.example.no", "https://dan.example.no?a=b"]
    {
        let error = ServiceUrl::custom(refused, ApiVersion::V1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{refused}");
    }
    assert!(ServiceUrl::custom("http://127.0.0.1:7071", ApiVersion::V1).is_ok());
}

/// What a server reads: the decoded segments of the path, and the decoded pairs of the query.
fn read(url: &Url) -> (Vec<String>, Vec<(String, String)>) {
    let decoded =
        |segment: &str| percent_encoding::percent_decode_str(segment).decode_utf8().unwrap().into_owned();
    let segments = url.path_segments().unwrap().map(decoded).collect();
    (segments, url.query_pairs().into_owned().collect())
}

proptest! {
    #[test]
    fn whatever_the_values_are_the_server_reads_them_and_nothing_else(
        first in "\\PC{1,12}",
        second in ".{1,12}",
        query in proptest::collection::vec((".{0,8}", ".{0,12}"), 0..4),
    ) {
        let base = ServiceUrl::custom("https://dan.example.no:8443/base/", ApiVersion::V1).unwrap();
        let mut operation =
            Operation::get("/a/{first}/b/{second}", key()).path_value(&first).path_value(&second);
        for (name, value) in &query {
            operation = operation.query(name, value);
        }
        match base.url(&operation) {
            Ok(url) => {
                let (segments, pairs) = read(&url);
                prop_assert_eq!(segments, ["base", "v1", "a", &first, "b", &second]);
                prop_assert_eq!(pairs, query);
                prop_assert_eq!(url.origin().ascii_serialization(), "https://dan.example.no:8443");
                prop_assert!(url.fragment().is_none() && url.username().is_empty());
                // It is a URI for HTTP, too, and parsing it again changes nothing.
                prop_assert!(url.as_str().parse::<http::Uri>().is_ok());
                prop_assert_eq!(Url::parse(url.as_str()).unwrap(), url);
            }
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::InvalidRequest),
        }
    }

    #[test]
    fn any_base_is_taken_or_refused(base in "(https?://)?\\PC{0,20}(:[0-9]{1,6})?(/\\PC{0,8})?") {
        match ServiceUrl::custom(&base, ApiVersion::V1) {
            Ok(service) => {
                let harvest = Operation::get("/directharvest/{evidenceCode}", key()).path_value("A");
                let url = url(&service, &harvest);
                prop_assert!(url.ends_with("/v1/directharvest/A"), "{}", url);
            }
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::Configuration),
        }
    }

    #[test]
    fn no_national_identity_number_ever_stands_in_a_url(
        before in "[^0-9]{0,6}",
        after in "[^0-9]{0,6}",
        number in prop_oneof![Just("15867010022"), Just("01899010031")],
        in_name: bool,
    ) {
        let base = ServiceUrl::custom("https://dan.example.no", ApiVersion::V1).unwrap();
        let value = format!("{before}{number}{after}");
        let (name, value_of) = if in_name { (value.as_str(), "x") } else { ("x", value.as_str()) };
        for operation in [
            Operation::get("/a", key()).query(name, value_of),
            Operation::get("/a/{b}", key()).path_value(&value),
        ] {
            let error = base.url(&operation).unwrap_err();
            let seen = format!("{error} {error:?} {operation:?}");
            prop_assert!(!seen.contains(number), "{}", seen);
        }
    }
}
