//! Who signed a certificate.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Error, Reader as _, SliceReader};

use crate::key::KeyType;

const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";
const SHA384_WITH_RSA: &str = "1.2.840.113549.1.1.12";
const SHA512_WITH_RSA: &str = "1.2.840.113549.1.1.13";
const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
const ECDSA_WITH_SHA384: &str = "1.2.840.10045.4.3.3";
const ECDSA_WITH_SHA512: &str = "1.2.840.10045.4.3.4";

/// The part of a certificate that is signed, and its signature.
pub(super) struct Signed {
    content: Vec<u8>,
    algorithm: ObjectIdentifier,
    signature: Vec<u8>,
}

impl Signed {
    /// The signature is over the bytes as they came, so the parsed form will not do.
    pub(super) fn of(certificate: &x509_cert::Certificate, der: &[u8]) -> Result<Self, Error> {
        let content = SliceReader::new(der)?.sequence(|reader| {
            let content = reader.tlv_bytes()?;
            reader.tlv_bytes()?;
            reader.tlv_bytes()?;
            Ok::<_, Error>(content)
        })?;
        Ok(Self {
            content: content.to_vec(),
            algorithm: certificate.signature_algorithm().oid,
            signature: certificate.signature().raw_bytes().to_vec(),
        })
    }
}

/// Whether the key made the signature. With an algorithm that is not known here, nothing speaks against it: this tells
/// issuers of one name apart, and whether to trust them is the server's to say.
pub(super) fn fits(signed: &Signed, key_type: &KeyType, public_key: &[u8]) -> bool {
    verification(&signed.algorithm.to_string(), key_type).is_none_or(|algorithm| {
        UnparsedPublicKey::new(algorithm, public_key).verify(&signed.content, &signed.signature).is_ok()
    })
}

fn verification(algorithm: &str, key_type: &KeyType) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (algorithm, key_type) {
        (SHA256_WITH_RSA, KeyType::Rsa { bits: 2048.. }) => &RSA_PKCS1_2048_8192_SHA256,
        (SHA384_WITH_RSA, KeyType::Rsa { bits: 2048.. }) => &RSA_PKCS1_2048_8192_SHA384,
        (SHA512_WITH_RSA, KeyType::Rsa { bits: 2048.. }) => &RSA_PKCS1_2048_8192_SHA512,
        (ECDSA_WITH_SHA256, KeyType::P256) => &ECDSA_P256_SHA256_ASN1,
        (ECDSA_WITH_SHA384, KeyType::P256) => &ECDSA_P256_SHA384_ASN1,
        (ECDSA_WITH_SHA256, KeyType::P384) => &ECDSA_P384_SHA256_ASN1,
        (ECDSA_WITH_SHA384, KeyType::P384) => &ECDSA_P384_SHA384_ASN1,
        (ECDSA_WITH_SHA512, KeyType::P521) => &ECDSA_P521_SHA512_ASN1,
        _ => return None,
    })
}
