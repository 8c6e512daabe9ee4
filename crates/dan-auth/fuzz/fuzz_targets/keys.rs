//! Keys and certificates: no bytes make the readers panic, and what is read can be used and shows no key.
#![no_main]

use std::time::SystemTime;

use dan_auth::{Bundle, Certificate, CertificateChain, CertificateSelection, ClientCredential, PrivateKey, Purpose, Secret};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let password = Secret::from("test");
    for password in [None, Some(&password)] {
        if let Ok(bundle) = Bundle::from_bytes(bytes, password) {
            use_all(&bundle);
        }
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = (PrivateKey::from_jwk(&text), PrivateKey::from_jwk_set(&text, "key"));
    let _ = (CertificateChain::from_pem(bytes), Certificate::from_der(bytes));
});

fn use_all(bundle: &Bundle) {
    let now = SystemTime::now();
    let _ = format!("{bundle:?} {:?}", bundle.facts(now));
    for key in bundle.private_keys() {
        let _ = ClientCredential::registered_key(key.clone(), "key").check(now);
        let _ = key.public_jwk("key");
    }
    for purpose in [Purpose::Signing, Purpose::ClientAuthentication] {
        if let Ok(identity) = bundle.identity(&CertificateSelection::for_purpose(purpose)) {
            let pem = identity.to_pem();
            assert!(Bundle::from_bytes(pem.expose().as_bytes(), None).is_ok(), "what was written can be read");
            assert_eq!(format!("{pem:?}"), "[redacted]");
        }
    }
}
