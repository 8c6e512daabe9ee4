//! What the log is told.

use dan_auth::{Bundle, CertificateSelection, ClientCredential, KeySource, PrivateKey, Purpose, Secret};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::log::Log;
use crate::openssl::{quotes, workshop};

/// What is logged while `action` runs.
fn logged(action: impl FnOnce()) -> String {
    let log = Log::default();
    let logging = log.subscriber().set_default();
    action();
    drop(logging);
    log.text()
}

#[test]
fn a_certificate_that_expires_soon_is_warned_of() {
    let Some(files) = workshop() else { return };
    let selection = CertificateSelection::for_purpose(Purpose::Signing);
    let identity = |names: &[&str]| {
        let bundle = Bundle::from_bytes(&files.joined(names), None).unwrap();
        logged(|| drop(bundle.identity(&selection).unwrap()))
    };
    let log = identity(&["auth.key", "expiring.pem"]);
    assert!(log.contains("WARN") && log.contains("expires within 30 days"), "{log}");
    let log = identity(&["auth.key", "auth.pem"]);
    assert!(!log.contains("WARN") && log.contains("the certificate is chosen"), "{log}");
}

#[test]
fn a_named_certificate_that_is_not_made_for_it_is_warned_of() {
    let Some(files) = workshop() else { return };
    let bundle = Bundle::from_bytes(&files.joined(&["seal.key", "seal.pem"]), None).unwrap();
    let selection = CertificateSelection::for_purpose(Purpose::Signing).subject("310123455");
    let log = logged(|| drop(bundle.identity(&selection).unwrap()));
    assert!(log.contains("WARN") && log.contains("digitalSignature"), "{log}");
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;

    let Some(files) = workshop() else { return };
    files.write("open.pem", files.read("auth.key"));
    let source = KeySource::path(files.path("open.pem"));
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(files.path("open.pem"), std::fs::Permissions::from_mode(mode)).unwrap();
        let log = logged(|| drop(PrivateKey::load(&source).unwrap()));
        assert_eq!(log.contains("chmod 600"), warned, "{log}");
    }
}

#[test]
fn neither_the_log_nor_debug_shows_a_key() {
    let Some(files) = workshop() else { return };
    files.run("pkcs8 -topk8 -nocrypt -in auth.key -outform DER -out logged.der");
    let names = ["auth.key", "auth.pem", "issuing.pem"];
    let source = KeySource::bytes(files.joined(&names)).password(Secret::from("correct horse"));
    let mut debug = String::new();
    let log = logged(|| {
        let bundle = Bundle::load(&source).unwrap();
        let identity = bundle.identity(&CertificateSelection::for_purpose(Purpose::Signing)).unwrap();
        let credential = ClientCredential::from_identity(&identity).unwrap();
        let pem = identity.to_pem();
        debug = format!("{source:?} {bundle:?} {identity:?} {credential:?} {pem:?}");
    });
    assert!(debug.contains("[redacted]") && log.contains("chosen"), "{debug} {log}");
    for secret in [files.read("auth.key"), files.read("logged.der"), b"correct horse".to_vec()] {
        assert!(!quotes(&format!("{debug} {log}"), &secret), "a secret is seen");
    }
}
