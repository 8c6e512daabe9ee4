//! What stands in a certificate, taken out once.

use std::time::SystemTime;

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use pkcs1::RsaPublicKeyRef;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Encode as _, Error};
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::Time;

use crate::certificate::name;
use crate::certificate::signature::Signed;
use crate::certificate::usage::Usage;
use crate::error::AuthError;
use crate::key::{Curve, EC_ALGORITHM, KeyProblem, KeyType, RSA_ALGORITHM};

pub(super) struct Details {
    pub(super) subject: String,
    pub(super) subject_der: Vec<u8>,
    pub(super) issuer: String,
    pub(super) issuer_der: Vec<u8>,
    pub(super) serial_number: String,
    pub(super) organization_number: Option<String>,
    pub(super) not_before: Moment,
    pub(super) not_after: Moment,
    pub(super) key_type: KeyType,
    /// The bit string of the public key.
    pub(super) public_key: Vec<u8>,
    pub(super) usage: Usage,
    pub(super) signed: Signed,
    pub(super) fingerprint_sha256: String,
    pub(super) fingerprint_sha1: String,
}

/// A time, and as it is written in UTC.
pub(super) struct Moment {
    pub(super) time: SystemTime,
    pub(super) text: String,
}

impl Details {
    pub(super) fn of(certificate: &x509_cert::Certificate, der: &[u8]) -> Result<Self, AuthError> {
        Self::read(certificate, der).map_err(|_| {
            KeyProblem::Damaged
                .of_certificate("what stands in it is not what a certificate has; take a fresh copy")
        })
    }

    fn read(certificate: &x509_cert::Certificate, der: &[u8]) -> Result<Self, Error> {
        let content = certificate.tbs_certificate();
        let public_key_info = content.subject_public_key_info();
        Ok(Self {
            subject: name::text(content.subject()),
            subject_der: content.subject().to_der()?,
            issuer: name::text(content.issuer()),
            issuer_der: content.issuer().to_der()?,
            serial_number: hexadecimal(content.serial_number().as_bytes()),
            organization_number: name::organization_number(content.subject()),
            not_before: Moment::of(content.validity().not_before),
            not_after: Moment::of(content.validity().not_after),
            key_type: key_type(public_key_info),
            public_key: public_key_info.subject_public_key.raw_bytes().to_vec(),
            usage: Usage::of(content)?,
            signed: Signed::of(certificate, der)?,
            fingerprint_sha256: hexadecimal(digest::digest(&SHA256, der).as_ref()),
            fingerprint_sha1: hexadecimal(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref()),
        })
    }
}

impl Moment {
    fn of(time: Time) -> Self {
        Self { time: time.to_system_time(), text: time.to_date_time().to_string() }
    }
}

fn key_type(info: &SubjectPublicKeyInfoOwned) -> KeyType {
    let known = match info.algorithm.oid {
        RSA_ALGORITHM => rsa_bits(info).map(|bits| KeyType::Rsa { bits }),
        EC_ALGORITHM => curve(info).map(Curve::key_type),
        _ => None,
    };
    known.unwrap_or_else(|| KeyType::Other(info.algorithm.oid.to_string()))
}

fn rsa_bits(info: &SubjectPublicKeyInfoOwned) -> Option<usize> {
    let key = RsaPublicKeyRef::from_der(info.subject_public_key.raw_bytes()).ok()?;
    Some(key.modulus.as_bytes().len() * 8)
}

fn curve(info: &SubjectPublicKeyInfoOwned) -> Option<Curve> {
    let parameters = info.algorithm.parameters.as_ref()?;
    Curve::identified(parameters.decode_as::<ObjectIdentifier>().ok()?)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
