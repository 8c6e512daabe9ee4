//! Signatures that OpenSSL made, by the rule that the service has for its own, are proved here.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dan_client::{Signature, SignatureError, SignatureKey};

const BODY: &str = r#"{"OrganizationName":"ÅS BRØD AS","timestamp":"2026-01-01T10:00:00.1234567+00:00"}"#;

/// Runs OpenSSL in a folder; `None` where it is missing, which it may not be in CI.
fn openssl(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    match Command::new("openssl").args(arguments).current_dir(folder).output() {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "openssl {arguments:?}: {errors}");
            Some(output.stdout)
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "OpenSSL is needed and cannot be run: {error}");
            let _ = writeln!(std::io::stderr(), "NOT TESTED: openssl is missing; install it: .ci/install");
            None
        }
    }
}

/// A key pair, its certificates of every kind of PEM, and a signature of the body.
fn make(folder: &Path) -> Option<String> {
    openssl(folder, &["genrsa", "-out", "private.pem", "2048"])?;
    openssl(folder, &["rsa", "-in", "private.pem", "-pubout", "-out", "public.pem"])?;
    openssl(folder, &["rsa", "-in", "private.pem", "-RSAPublicKey_out", "-out", "pkcs1.pem"])?;
    let request = ["req", "-x509", "-key", "private.pem", "-subj", "/CN=Signing", "-days", "1", "-out"];
    openssl(folder, &[&request[..], &["certificate.pem"]].concat())?;
    openssl(folder, &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "elliptic.pem"])?;
    openssl(folder, &["ec", "-in", "elliptic.pem", "-pubout", "-out", "elliptic-public.pem"])?;
    let request = ["req", "-x509", "-key", "elliptic.pem", "-subj", "/CN=Elliptic", "-days", "1", "-out"];
    openssl(folder, &[&request[..], &["elliptic-certificate.pem"]].concat())?;

    fs::write(folder.join("body"), BODY).unwrap();
    let digest = openssl(folder, &["dgst", "-sha256", "-r", "body"])?;
    let digest = String::from_utf8(digest).unwrap();
    let claims = format!(r#"{{"SHA256PayloadDigest":"{}"}}"#, digest.split_whitespace().next().unwrap());
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let message = format!("{}.{}", encode(br#"{"alg":"RS256","typ":"JWT"}"#), encode(claims.as_bytes()));
    fs::write(folder.join("message"), &message).unwrap();
    let signature = openssl(folder, &["dgst", "-sha256", "-sign", "private.pem", "message"])?;
    Some(format!("{message}.{}", encode(&signature)))
}

#[test]
fn what_openssl_signs_is_proved_by_key_and_by_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let Some(jws) = make(folder.path()) else { return };
    let signature = Signature::parse(&jws).unwrap();
    for file in ["public.pem", "pkcs1.pem", "certificate.pem"] {
        let key = SignatureKey::from_pem(fs::read(folder.path().join(file)).unwrap()).unwrap();
        assert_eq!(signature.verify(BODY.as_bytes(), &key), Ok(()), "{file}");
        let changed = BODY.replace("ÅS", "AAS");
        assert_eq!(signature.verify(changed.as_bytes(), &key), Err(SignatureError::Tampered), "{file}");

        // A signature that says the right digest and that nobody made.
        let (message, _) = jws.rsplit_once('.').unwrap();
        let forged = Signature::parse(&format!("{message}.c2lnbmVk")).unwrap();
        assert_eq!(forged.verify(BODY.as_bytes(), &key), Err(SignatureError::OtherKey), "{file}");
    }
    for file in ["private.pem", "elliptic-public.pem", "elliptic-certificate.pem"] {
        assert!(SignatureKey::from_pem(fs::read(folder.path().join(file)).unwrap()).is_err(), "{file}");
    }
}

#[test]
fn the_authorities_of_a_chain_sign_no_answers() {
    let folder = tempfile::tempdir().unwrap();
    let Some(jws) = make(folder.path()) else { return };
    let signature = Signature::parse(&jws).unwrap();
    for (key, file) in [("rsa:2048", "leaf.pem"), ("ec", "elliptic-leaf.pem")] {
        let new_key = ["req", "-x509", "-nodes", "-newkey", key, "-keyout", "leaf-key.pem"];
        let curve: &[&str] = if key == "ec" { &["-pkeyopt", "ec_paramgen_curve:prime256v1"] } else { &[] };
        let certificate =
            ["-subj", "/CN=Leaf", "-days", "1", "-addext", "basicConstraints=critical,CA:FALSE", "-out"];
        if openssl(folder.path(), &[&new_key[..], curve, &certificate, &[file]].concat()).is_none() {
            return;
        }
    }
    let key_of = |files: &[&str]| {
        let read = |file: &&str| fs::read_to_string(folder.path().join(file)).unwrap();
        SignatureKey::from_pem(files.iter().map(read).collect::<String>())
    };
    // The certificate of the key that signed is an authority's.
    let verified = |files| signature.verify(BODY.as_bytes(), &key_of(files).unwrap());
    assert_eq!(verified(&["certificate.pem"]), Ok(()), "one that stands alone is meant");
    assert_eq!(verified(&["leaf.pem", "certificate.pem"]), Err(SignatureError::OtherKey));
    assert_eq!(
        verified(&["public.pem", "elliptic-certificate.pem"]),
        Ok(()),
        "an authority may have a curve"
    );
    assert!(key_of(&["public.pem", "elliptic-leaf.pem"]).is_err(), "whoever signs answers may not");
}
