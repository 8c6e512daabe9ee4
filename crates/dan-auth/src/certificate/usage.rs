//! What a certificate may be used for.

use std::fmt;
use std::time::SystemTime;

use x509_cert::TbsCertificate;
use x509_cert::der::Error;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage as KeyUsageExtension};

use crate::certificate::{Certificate, Validity};
use crate::key::{KeyType, SMALLEST_RSA_BITS};

/// `id-kp-clientAuth` and `anyExtendedKeyUsage` (RFC 5280 section 4.2.1.12).
const CLIENT_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const ANY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// What a certificate is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// To sign assertions for Maskinporten (`x5c`).
    Signing,
    /// To say in TLS who calls (mutual TLS).
    ClientAuthentication,
}

impl fmt::Display for Purpose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Signing => "signing assertions",
            Self::ClientAuthentication => "client authentication",
        })
    }
}

/// What an issuer allows a key to do (RFC 5280 section 4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyUsage {
    /// Signatures that prove who it is, as in assertions and TLS.
    DigitalSignature,
    /// Signatures that bind, as on contracts and seals; also called content commitment.
    NonRepudiation,
    /// Encryption of keys.
    KeyEncipherment,
    /// Encryption of data.
    DataEncipherment,
    /// Agreement on keys.
    KeyAgreement,
    /// Issuing certificates.
    CertificateSigning,
    /// Issuing revocation lists.
    RevocationListSigning,
}

impl KeyUsage {
    /// The name that the standard gives it, such as `digitalSignature`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DigitalSignature => "digitalSignature",
            Self::NonRepudiation => "nonRepudiation",
            Self::KeyEncipherment => "keyEncipherment",
            Self::DataEncipherment => "dataEncipherment",
            Self::KeyAgreement => "keyAgreement",
            Self::CertificateSigning => "keyCertSign",
            Self::RevocationListSigning => "cRLSign",
        }
    }
}

/// What speaks against a certificate for a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// It is an authority's, which issues others.
    Authority,
    /// Its key is of a kind that the purpose does not allow.
    KeyType(KeyType),
    /// Its key may not sign to prove who it is; here is what it may.
    KeyUsage(Vec<KeyUsage>),
    /// Its extended key usage leaves client authentication out.
    ExtendedKeyUsage,
    /// It is not valid yet; here is since when it is.
    NotYetValid(String),
    /// It has expired; here is when.
    Expired(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority => formatter.write_str("it is an authority's, which issues others"),
            Self::KeyType(KeyType::Rsa { bits }) => {
                write!(formatter, "its key has {bits} bits, and 2048 are the least")
            }
            Self::KeyType(other @ KeyType::Other(_)) => {
                write!(formatter, "its key is of the {other}, which serves neither Maskinporten nor TLS here")
            }
            // Elliptic curves serve TLS.
            Self::KeyType(other) => {
                write!(formatter, "its key is {other}, and Maskinporten takes RSA keys only")
            }
            Self::KeyUsage(usages) => {
                let usages: Vec<&str> = usages.iter().map(|usage| usage.as_str()).collect();
                write!(formatter, "its key usage ({}) leaves digitalSignature out", usages.join(", "))
            }
            Self::ExtendedKeyUsage => formatter.write_str("its extended key usage leaves clientAuth out"),
            Self::NotYetValid(since) => write!(formatter, "it is not valid before {since}"),
            Self::Expired(since) => write!(formatter, "it expired at {since}"),
        }
    }
}

/// What the issuer says about use.
pub(super) struct Usage {
    pub(super) key_usages: Vec<KeyUsage>,
    pub(super) client_authentication: bool,
    pub(super) authority: bool,
}

impl Usage {
    pub(super) fn of(content: &TbsCertificate) -> Result<Self, Error> {
        let key_usages = content.get_extension::<KeyUsageExtension>()?.map(|(_, usage)| named(usage));
        let extended = content.get_extension::<ExtendedKeyUsage>()?.map(|(_, usage)| usage.0);
        let constraints = content.get_extension::<BasicConstraints>()?;
        Ok(Self {
            key_usages: key_usages.unwrap_or_default(),
            client_authentication: extended
                .is_none_or(|usages| usages.contains(&CLIENT_AUTHENTICATION) || usages.contains(&ANY)),
            authority: constraints.is_some_and(|(_, constraints)| constraints.ca),
        })
    }
}

pub(super) fn unfit(certificate: &Certificate, purpose: Purpose, at: SystemTime) -> Vec<Unfit> {
    let mut against = Vec::new();
    if certificate.is_authority() {
        against.push(Unfit::Authority);
    }
    if !key_type_serves(certificate.key_type(), purpose) {
        against.push(Unfit::KeyType(certificate.key_type().clone()));
    }
    let usages = certificate.key_usages();
    if !usages.is_empty() && !usages.contains(&KeyUsage::DigitalSignature) {
        against.push(Unfit::KeyUsage(usages.to_vec()));
    }
    if purpose == Purpose::ClientAuthentication && !certificate.allows_client_authentication() {
        against.push(Unfit::ExtendedKeyUsage);
    }
    match certificate.validity(at) {
        Validity::NotYetValid => against.push(Unfit::NotYetValid(certificate.not_before_text().to_owned())),
        Validity::Expired => against.push(Unfit::Expired(certificate.not_after_text().to_owned())),
        Validity::Valid | Validity::ExpiresSoon => {}
    }
    against
}

fn key_type_serves(key_type: &KeyType, purpose: Purpose) -> bool {
    match key_type {
        KeyType::Rsa { bits } => *bits >= SMALLEST_RSA_BITS,
        KeyType::P256 | KeyType::P384 | KeyType::P521 => purpose == Purpose::ClientAuthentication,
        KeyType::Other(_) => false,
    }
}

fn named(extension: KeyUsageExtension) -> Vec<KeyUsage> {
    [
        (extension.digital_signature(), KeyUsage::DigitalSignature),
        (extension.non_repudiation(), KeyUsage::NonRepudiation),
        (extension.key_encipherment(), KeyUsage::KeyEncipherment),
        (extension.data_encipherment(), KeyUsage::DataEncipherment),
        (extension.key_agreement(), KeyUsage::KeyAgreement),
        (extension.key_cert_sign(), KeyUsage::CertificateSigning),
        (extension.crl_sign(), KeyUsage::RevocationListSigning),
    ]
    .into_iter()
    .filter_map(|(allowed, usage)| allowed.then_some(usage))
    .collect()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    #[test]
    fn a_kind_of_key_that_serves_nothing_is_told_so_for_both_purposes() {
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        let certificate = Certificate::from_der(certificate.der()).unwrap();
        for purpose in [Purpose::Signing, Purpose::ClientAuthentication] {
            let against = certificate.unfit_for(purpose, SystemTime::now());
            let [against] = against.as_slice() else { panic!("{against:?}") };
            assert!(!against.to_string().contains("Maskinporten takes RSA keys only"), "{against}");
        }
    }
}
