//! PKCS#12 (RFC 7292): keys and certificates in one file, under a password.

use crate::error::AuthError;
use crate::file::contents::Contents;
use crate::secret::Secret;

/// Reads all keys and certificates.
#[cfg(not(feature = "pkcs12"))]
pub(crate) fn read(_der: &[u8], _password: Option<&Secret>) -> Result<Contents, AuthError> {
    use crate::key::KeyProblem;

    Err(KeyProblem::NotBuiltIn.of_file(
        "it is PKCS#12, and dan-auth was built without its feature 'pkcs12'; build with it, or write the file as PEM \
         with 'openssl pkcs12 -in FILE -nodes -out NEW.pem' (with -legacy for old files), and guard the result",
    ))
}

/// Decrypts a single encrypted key to PKCS#8.
#[cfg(all(feature = "encrypted-keys", not(feature = "pkcs12")))]
pub(crate) fn decrypt_key(_der: &[u8], _password: &Secret) -> Result<zeroize::Zeroizing<Vec<u8>>, AuthError> {
    use crate::key::KeyProblem;

    Err(KeyProblem::NotBuiltIn.of_key(
        "its encryption is that of PKCS#12, and dan-auth was built without its feature 'pkcs12'; build with it, or encrypt \
         the key anew with 'openssl pkcs8 -topk8 -v2 aes-256-cbc -provider default -provider legacy -in FILE -out NEW'",
    ))
}

#[cfg(feature = "pkcs12")]
pub(crate) use with_feature::{decrypt_key, read};

#[cfg(feature = "pkcs12")]
mod with_feature {
    use p12_keystore::Pkcs12Archive;
    use p12_keystore::error::Error;
    use pkcs8::der::ErrorKind;
    use zeroize::Zeroizing;

    use super::{AuthError, Contents, Secret};
    use crate::certificate::Certificate;
    use crate::file::contents;
    use crate::key::{KeyProblem, PrivateKey};

    /// Reads all keys and certificates. Which belongs to which is told by the keys themselves, not by the file.
    pub(crate) fn read(der: &[u8], password: Option<&Secret>) -> Result<Contents, AuthError> {
        let archive = open(der, password)?;
        let keys = archive.keys.iter().map(|bag| PrivateKey::from_pkcs8(bag.key.as_der()));
        let certificates = archive.certs.iter().map(|bag| Certificate::from_der(bag.cert.as_der()));
        Ok(Contents {
            keys: keys.collect::<Result<_, _>>()?,
            certificates: certificates.collect::<Result<_, _>>()?,
            others: Vec::new(),
        })
    }

    /// Decrypts a single encrypted key to PKCS#8: a PKCS#12 file is put around it, since its bags hold just such keys.
    pub(crate) fn decrypt_key(der: &[u8], password: &Secret) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let archive = open(&file_of_one_key(der), Some(password))?;
        match archive.keys.first() {
            Some(bag) => Ok(Zeroizing::new(bag.key.as_der().to_vec())),
            None => Err(damaged()),
        }
    }

    fn open(der: &[u8], password: Option<&Secret>) -> Result<Pkcs12Archive, AuthError> {
        let text = password.map_or("", Secret::expose);
        if text.chars().any(|character| u32::from(character) > 0xFFFF) {
            return Err(KeyProblem::UnsupportedPassword.of_file(
                "its password has characters such as emoji, which PKCS#12 is not read with; write the file anew with \
                 another password: 'openssl pkcs12 -in FILE -nodes -out ALL.pem' and \
                 'openssl pkcs12 -export -in ALL.pem -out NEW.p12', then delete ALL.pem",
            ));
        }
        Pkcs12Archive::from_pkcs12(der, text).map_err(|error| explain(&error, password.is_some()))
    }

    /// The parser's own words are not passed on.
    fn explain(error: &Error, has_password: bool) -> AuthError {
        match error {
            Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) | Error::InvalidPrivateKey => {
                wrong_password(has_password)
            }
            Error::UnsupportedEncryptionScheme
            | Error::UnsupportedMacAlgorithm
            | Error::InvalidParameters => KeyProblem::UnsupportedAlgorithm.of_file(
                "its encryption is not supported; write it anew with \
                     'openssl pkcs12 -legacy -in FILE -nodes -out ALL.pem' and \
                     'openssl pkcs12 -export -in ALL.pem -out NEW.p12', then delete ALL.pem",
            ),
            Error::DerError(error) if error.kind() == ErrorKind::IndefiniteLength => contents::open_length(),
            _ => damaged(),
        }
    }

    fn wrong_password(given: bool) -> AuthError {
        if given {
            KeyProblem::WrongPassword.of_file(
                "the password does not fit it, or it is damaged; check for the right file and blanks at the ends, and try \
                 'openssl pkcs12 -info -noout -in FILE' (with -legacy for old files)",
            )
        } else {
            KeyProblem::PasswordMissing.of_file("it has a password; give it")
        }
    }

    fn damaged() -> AuthError {
        KeyProblem::Damaged.of_file("its content is damaged; take a fresh copy")
    }

    /// `PFX { 3, data { AuthenticatedSafe { data { SafeContents { pkcs8ShroudedKeyBag } } } } }`, without a MAC.
    fn file_of_one_key(encrypted_key: &[u8]) -> Vec<u8> {
        const SEQUENCE: u8 = 0x30;
        const OCTET_STRING: u8 = 0x04;
        const EXPLICIT: u8 = 0xA0;
        // The object identifiers 1.2.840.113549.1.7.1 and 1.2.840.113549.1.12.10.1.2.
        const DATA: [u8; 11] = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
        const SHROUDED_KEY: [u8; 13] = [6, 11, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 10, 1, 2];

        let data = |content: &[u8]| {
            let octets = element(OCTET_STRING, content);
            element(SEQUENCE, &[&DATA[..], &element(EXPLICIT, &octets)].concat())
        };
        let bag = element(SEQUENCE, &[&SHROUDED_KEY[..], &element(EXPLICIT, encrypted_key)].concat());
        let safe = element(SEQUENCE, &data(&element(SEQUENCE, &bag)));
        element(SEQUENCE, &[&[2, 1, 3][..], &data(&safe)].concat())
    }

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len().to_be_bytes();
        let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
        let mut element = vec![tag];
        match length {
            [] => element.push(0),
            [short @ 0..=0x7F] => element.push(*short),
            _ => {
                element.push(0x80 | u8::try_from(length.len()).unwrap_or(u8::MAX));
                element.extend_from_slice(length);
            }
        }
        element.extend_from_slice(content);
        element
    }
}
