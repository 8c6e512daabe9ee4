//! PEM files, read by rustls-pemfile. Nothing else here knows that crate.

use zeroize::Zeroizing;

use crate::error::{AuthError, AuthErrorKind};

/// A private key as it lies in a PEM file, in DER.
pub(crate) enum PemKey {
    /// The label `RSA PRIVATE KEY`
    Pkcs1(Zeroizing<Vec<u8>>),
    /// The label `PRIVATE KEY`
    Pkcs8(Zeroizing<Vec<u8>>),
}

/// The first private key of the text.
///
/// The parser's own errors quote the line they choke on, which may be the key: they are never passed on.
pub(crate) fn private_key(pem: &[u8]) -> Result<PemKey, AuthError> {
    let mut other = None;
    for item in rustls_pemfile::read_all(&mut &pem[..]) {
        match item {
            Ok(rustls_pemfile::Item::Pkcs1Key(der)) => {
                return Ok(PemKey::Pkcs1(Zeroizing::new(der.secret_pkcs1_der().to_vec())));
            }
            Ok(rustls_pemfile::Item::Pkcs8Key(der)) => {
                return Ok(PemKey::Pkcs8(Zeroizing::new(der.secret_pkcs8_der().to_vec())));
            }
            Ok(rustls_pemfile::Item::Sec1Key(_)) => {
                other = Some("it holds an elliptic-curve key, and Maskinporten takes RSA keys only");
            }
            Ok(rustls_pemfile::Item::X509Certificate(_)) => {
                other = other.or(Some("it holds a certificate but no private key"));
            }
            Ok(rustls_pemfile::Item::SubjectPublicKeyInfo(_)) => {
                other = other.or(Some("it holds a public key; the private one is needed"));
            }
            Ok(_) => {}
            Err(_) => return Err(unreadable(pem)),
        }
    }
    Err(other
        .map_or_else(|| unreadable(pem), |reason| AuthError::new(AuthErrorKind::Key, key_message(reason))))
}

/// All certificates of the text, in their order, in DER.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, AuthError> {
    let certificates: Result<Vec<_>, _> = rustls_pemfile::certs(&mut &pem[..]).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => {
            Ok(certificates.into_iter().map(|certificate| certificate.to_vec()).collect())
        }
        _ => Err(AuthError::new(
            AuthErrorKind::Key,
            "no certificate can be read: a PEM block 'BEGIN CERTIFICATE' is expected, with the text in lines",
        )),
    }
}

fn unreadable(pem: &[u8]) -> AuthError {
    let contains = |label: &str| pem.windows(label.len()).any(|window| window == label.as_bytes());
    let reason = if contains("ENCRYPTED") {
        "it is encrypted; decrypt it with 'openssl pkey -in FILE -out DECRYPTED', and guard the result"
    } else if contains("-----BEGIN") {
        "its PEM block is damaged, or not in lines as it was written"
    } else {
        "it is no PEM; a block 'BEGIN PRIVATE KEY' or 'BEGIN RSA PRIVATE KEY' is expected"
    };
    AuthError::new(AuthErrorKind::Key, key_message(reason))
}

fn key_message(reason: &str) -> String {
    format!("the private key cannot be used: {reason}")
}
