//! Whatever stands in the place of a signature, a key or a record is told as an error, and nothing panics.

use std::fs;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dan_client::{ArchiveRecord, Signature, SignatureKey};
use proptest::prelude::*;

/// Three parts, each of which may be JSON that is nearly right.
fn near_signatures() -> impl Strategy<Value = String> {
    let header = prop_oneof![Just(r#"{"alg":"RS256"}"#.to_owned()), Just("{}".to_owned()), any::<String>()];
    let digest = "[0-9a-fA-F]{0,70}".prop_map(|digest| format!(r#"{{"SHA256PayloadDigest":"{digest}"}}"#));
    let payload = prop_oneof![digest, any::<String>()];
    (header, payload, any::<Vec<u8>>()).prop_map(|(header, payload, signature)| {
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        format!("{}.{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()), encode(&signature))
    })
}

proptest! {
    #[test]
    fn signatures(jws in prop_oneof![any::<String>(), near_signatures()], body in any::<Vec<u8>>()) {
        if let Ok(signature) = Signature::parse(&jws) {
            signature.fits(&body);
        }
    }

    #[test]
    fn keys(text in "(-----BEGIN [A-Z ]{0,12}-----\n?[A-Za-z0-9+/=\n]{0,80}(-----END [A-Z ]{0,12}-----)?\n?){0,3}|.*") {
        prop_assert!(SignatureKey::from_pem(text).is_err());
    }
}

#[test]
fn records() {
    let folder = tempfile::tempdir().unwrap();
    let description = folder.path().join("record.json");
    let outside = r#"{"dataset":"A","received":"2026-01-01T00:00:00Z","enveloped":true,"request":{"method":"GET",
        "path":"/","query":[],"bodyWithheld":false},"status":200,"headers":{},"body":"../../../etc/passwd","length":1,
        "sha256":""}"#;
    for text in ["", "{", "[]", "{}", outside] {
        fs::write(&description, text).unwrap();
        assert!(ArchiveRecord::read(folder.path()).is_err(), "{text}");
    }
}
