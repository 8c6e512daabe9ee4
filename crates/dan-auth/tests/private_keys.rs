//! Keys in the forms that OpenSSL writes them, and what is said of those that cannot be used.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]
#![expect(clippy::print_stderr, reason = "a test that cannot be made says so")]

use std::path::Path;
use std::process::Command;

use dan_auth::{AuthErrorKind, CertificateChain, ClientCredential, PrivateKey};

/// Runs OpenSSL in `folder`. Without OpenSSL the test says so; in CI it fails.
fn openssl(folder: &Path, arguments: &str) -> Option<()> {
    match Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output() {
        Ok(output) => {
            assert!(
                output.status.success(),
                "openssl {arguments}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            Some(())
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "OpenSSL is needed and cannot be run: {error}");
            eprintln!("NOT TESTED: OpenSSL is missing ({error})");
            None
        }
    }
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn pkcs1_and_pkcs8_are_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let made = openssl(folder.path(), "genrsa -traditional -out pkcs1.pem 2048")
        .and_then(|()| openssl(folder.path(), "pkcs8 -topk8 -nocrypt -in pkcs1.pem -out pkcs8.pem"));
    if made.is_none() {
        return;
    }
    let pkcs1 = PrivateKey::from_pem(&read(folder.path(), "pkcs1.pem")).unwrap();
    let pkcs8 = PrivateKey::from_pem(&read(folder.path(), "pkcs8.pem")).unwrap();
    assert_eq!(pkcs1.public_jwk("key").n, pkcs8.public_jwk("key").n);
    assert_eq!(pkcs1.public_jwk("key").e, "AQAB");
    assert_eq!(format!("{pkcs1:?}"), "PrivateKey { key_id: None, .. }");
}

#[test]
fn each_unusable_file_is_called_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = openssl(folder, "genrsa -traditional -out key.pem 2048")
        .and_then(|()| openssl(folder, "genrsa -out short.pem 1024"))
        .and_then(|()| openssl(folder, "ecparam -name prime256v1 -genkey -noout -out sec1.pem"))
        .and_then(|()| openssl(folder, "pkcs8 -topk8 -nocrypt -in sec1.pem -out ec.pem"))
        .and_then(|()| openssl(folder, "pkcs8 -topk8 -in key.pem -passout pass:test -out encrypted.pem"))
        .and_then(|()| {
            openssl(folder, "rsa -in key.pem -traditional -aes128 -passout pass:test -out legacy.pem")
        })
        .and_then(|()| openssl(folder, "rsa -in key.pem -pubout -out public.pem"))
        .and_then(|()| openssl(folder, "req -x509 -key key.pem -subj /CN=test -out certificate.pem"));
    if made.is_none() {
        return;
    }
    let key = read(folder, "key.pem");
    std::fs::write(folder.join("truncated.pem"), &key[..key.len() / 2]).unwrap();
    let in_one_line: Vec<u8> = key.iter().map(|byte| if *byte == b'\n' { b' ' } else { *byte }).collect();
    std::fs::write(folder.join("one-line.pem"), in_one_line).unwrap();
    std::fs::write(folder.join("text.pem"), "not a key").unwrap();

    let mut report = String::new();
    for name in [
        "short.pem",
        "sec1.pem",
        "ec.pem",
        "encrypted.pem",
        "legacy.pem",
        "public.pem",
        "certificate.pem",
        "truncated.pem",
        "one-line.pem",
        "text.pem",
    ] {
        let content = read(folder, name);
        let error = PrivateKey::from_pem(&content).unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Key);
        assert!(!quotes(&error.to_string(), &content) && !quotes(&format!("{error:?}"), &content), "{name}");
        report.push_str(&format!("{name}: {error}\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn a_certificate_file_must_hold_a_certificate() {
    let error = CertificateChain::from_pem(b"-----BEGIN NOTHING-----").unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Key);
}

#[test]
fn jwks_that_cannot_sign_are_called_by_what_they_lack() {
    let mut report = String::new();
    for text in [
        "",
        "secretly a passphrase",
        "{}",
        r#"{"kty":"EC","crv":"P-256","d":"c2VjcmV0"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"c2VjcmV0"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"c2VjcmV0!","p":"","q":"","dp":"","dq":"","qi":""}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"c2VjcmV0","p":"","q":"","dp":"","dq":"","qi":""}"#,
    ] {
        let error = PrivateKey::from_jwk(text).unwrap_err();
        assert!(!error.to_string().contains("c2VjcmV0"));
        report.push_str(&format!("{error}\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn a_jwk_needs_a_key_id_to_be_found_by() {
    let folder = tempfile::tempdir().unwrap();
    if openssl(folder.path(), "genrsa -out key.pem 2048").is_none() {
        return;
    }
    let key = PrivateKey::from_pem(&read(folder.path(), "key.pem")).unwrap();
    let error = ClientCredential::registered_jwk(key).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Configuration);
}

/// Whether any twelve characters in a row of the file's content stand in the message.
fn quotes(message: &str, content: &[u8]) -> bool {
    let secret = String::from_utf8_lossy(content);
    secret.lines().filter(|line| !line.starts_with("-----") && line.len() >= 12).any(|line| {
        line.as_bytes()
            .chunks(12)
            .any(|part| part.len() == 12 && message.as_bytes().windows(12).any(|window| window == part))
    })
}
