//! Encrypted PKCS#8 (RFC 5958 section 3), the label `ENCRYPTED PRIVATE KEY`.

use zeroize::Zeroizing;

use crate::error::AuthError;
use crate::secret::Secret;

/// Decrypts to PKCS#8.
#[cfg(not(feature = "encrypted-keys"))]
pub(crate) fn decrypt(_der: &[u8], _password: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    use crate::key::problem::KeyProblem;

    Err(KeyProblem::NotBuiltIn.of_key(
        "it is encrypted, and dan-auth was built without its feature 'encrypted-keys'; build with it, or decrypt the \
         key with 'openssl pkey -in FILE -out DECRYPTED', and guard the result",
    ))
}

#[cfg(feature = "encrypted-keys")]
pub(crate) use with_feature::decrypt;

#[cfg(feature = "encrypted-keys")]
mod with_feature {
    use pkcs8::der::asn1::OctetStringRef;
    use pkcs8::der::{Decode as _, Error as DerError, Reader as _, SliceReader};
    use pkcs8::pkcs5::pbes2::Kdf;
    use pkcs8::pkcs5::{self, pbes2};
    use pkcs8::spki::AlgorithmIdentifierRef;
    use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef};

    use super::{AuthError, Secret, Zeroizing};
    use crate::file::pkcs12;
    use crate::key::problem::{KeyProblem, damaged_key};

    /// The ways of encryption that PKCS#12 brought (RFC 7292 appendix C), which OpenSSL's `pkcs8 -v1` can write too.
    const THREE_KEY_TRIPLE_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
    const RC2_40: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6");

    /// More rounds than any tool makes unasked, and still no more than some seconds.
    const MOST_ROUNDS: u32 = 10_000_000;
    /// OpenSSL uses 16 MiB.
    const MOST_SCRYPT_BYTES: u64 = 256 << 20;
    const MOST_SCRYPT_LANES: u16 = 16;

    /// Decrypts to PKCS#8.
    pub(crate) fn decrypt(der: &[u8], password: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let scheme = scheme(der).map_err(|_| damaged_key())?;
        let password = password.ok_or_else(|| {
            KeyProblem::PasswordMissing.of_key(
                "it is encrypted; give its password, or decrypt it with \
                 'openssl pkey -in FILE -out DECRYPTED', and guard the result",
            )
        })?;
        match scheme {
            pbes2::PBES2_OID => decrypt_pbes2(der, password),
            THREE_KEY_TRIPLE_DES | RC2_40 => pkcs12::decrypt_key(der, password),
            _ => Err(unsupported(&format!("its encryption ({scheme})"))),
        }
    }

    fn decrypt_pbes2(der: &[u8], password: &Secret) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| unsupported("its encryption"))?;
        require_bounded(info.encryption_algorithm.pbes2().map(|parameters| &parameters.kdf))?;
        let decrypted = info
            .encryption_algorithm
            .decrypt(password.expose(), info.encrypted_data.as_bytes())
            .map(Zeroizing::new)
            .map_err(|error| match error {
                pkcs5::Error::UnsupportedAlgorithm { oid } => unsupported(&format!("its encryption ({oid})")),
                pkcs5::Error::AlgorithmParametersInvalid { .. } => damaged_key(),
                _ => wrong_password(),
            })?;
        // One wrong password in 256 leaves a padding that looks right.
        PrivateKeyInfoRef::try_from(decrypted.as_slice()).map_err(|_| wrong_password())?;
        Ok(decrypted)
    }

    fn scheme(der: &[u8]) -> Result<ObjectIdentifier, DerError> {
        SliceReader::new(der)?.sequence(|reader| {
            let algorithm = AlgorithmIdentifierRef::decode(reader)?;
            <&OctetStringRef>::decode(reader)?;
            Ok(algorithm.oid)
        })
    }

    /// A crafted file may not keep the machine busy for hours.
    fn require_bounded(derivation: Option<&Kdf>) -> Result<(), AuthError> {
        let bounded = match derivation {
            Some(Kdf::Pbkdf2(parameters)) => parameters.iteration_count <= MOST_ROUNDS,
            Some(Kdf::Scrypt(parameters)) => {
                let bytes = u64::from(parameters.block_size)
                    .saturating_mul(128)
                    .saturating_mul(parameters.cost_parameter);
                bytes <= MOST_SCRYPT_BYTES && parameters.parallelization <= MOST_SCRYPT_LANES
            }
            _ => true,
        };
        if bounded { Ok(()) } else { Err(unsupported("the cost of its key derivation")) }
    }

    fn wrong_password() -> AuthError {
        KeyProblem::WrongPassword
            .of_key("the password does not fit it; check for the right file and blanks at the ends")
    }

    fn unsupported(what: &str) -> AuthError {
        KeyProblem::UnsupportedAlgorithm.of_key(format!(
            "{what} is not supported; encrypt it anew with \
             'openssl pkcs8 -topk8 -v2 aes-256-cbc -provider default -provider legacy -in FILE -out NEW'"
        ))
    }
}
