//! Clients that authenticate with the enterprise certificate of their organization (`x5c`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, UnixTime};
use serde_json::Value;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::refusal::Refusal;
use crate::enterprise_certificate::EnterpriseAuthority;

/// The attribute that bears the organization number in a SEID v2 subject: `organizationIdentifier`.
const ORGANIZATION_IDENTIFIER: &str = "2.5.4.97";

/// The attribute that bore it in SEID v1: `serialNumber`.
const SERIAL_NUMBER: &str = "2.5.4.5";

/// The key of a certificate that is in force, comes from the authority and belongs to the organization.
///
/// `x5c` is a list of DER in standard base64, the signer's certificate first; the others may be missing.
pub(super) fn verified_key(
    x5c: &Value,
    organization: &str,
    authority: &EnterpriseAuthority,
    now: Timestamp,
) -> Result<DecodingKey, Refusal> {
    let chain = decode(x5c).ok_or_else(Refusal::invalid_certificate_header)?;
    let (leaf, issuers) = chain.split_first().ok_or_else(Refusal::invalid_certificate_header)?;
    let (_, certificate) =
        X509Certificate::from_der(leaf).map_err(|_| Refusal::invalid_certificate_header())?;
    check_order(&chain)?;
    check_trust(leaf, issuers, authority, now).ok_or_else(Refusal::invalid_certificate)?;
    if !signs_digitally(&certificate) {
        return Err(Refusal::invalid_certificate());
    }
    if organization_number(&certificate) != Some(organization) {
        return Err(Refusal::certificate_of_another_organization());
    }
    Ok(DecodingKey::from_rsa_der(&certificate.public_key().subject_public_key.data))
}

fn decode(x5c: &Value) -> Option<Vec<CertificateDer<'static>>> {
    let certificate = |entry: &Value| Some(STANDARD.decode(entry.as_str()?).ok()?.into());
    x5c.as_array()?.iter().map(certificate).collect()
}

/// Each certificate certifies the one before.
fn check_order(chain: &[CertificateDer<'_>]) -> Result<(), Refusal> {
    let name = |der: &CertificateDer<'_>, pick: fn(&X509Certificate<'_>) -> Vec<u8>| {
        X509Certificate::from_der(der).ok().map(|(_, certificate)| pick(&certificate))
    };
    let in_order = chain.windows(2).all(|pair| {
        let issuer = name(&pair[0], |certificate| certificate.issuer().as_raw().to_vec());
        let subject = name(&pair[1], |certificate| certificate.subject().as_raw().to_vec());
        issuer.is_some() && issuer == subject
    });
    if in_order { Ok(()) } else { Err(Refusal::invalid_certificate()) }
}

/// The chain ends in the authority, and every certificate in it is in force.
fn check_trust(
    leaf: &CertificateDer<'_>,
    issuers: &[CertificateDer<'_>],
    authority: &EnterpriseAuthority,
    now: Timestamp,
) -> Option<()> {
    let anchors: Vec<_> = authority.trusted().into_iter().flat_map(anchor_from_trusted_cert).collect();
    let now = UnixTime::since_unix_epoch(now.as_duration().unsigned_abs());
    let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms.all;
    let leaf = EndEntityCert::try_from(leaf).ok()?;
    leaf.verify_for_usage(algorithms, &anchors, issuers, now, KeyUsage::client_auth(), None, None)
        .ok()
        .map(|_| ())
}

fn signs_digitally(certificate: &X509Certificate<'_>) -> bool {
    matches!(certificate.key_usage(), Ok(Some(usage)) if usage.value.digital_signature())
}

/// The nine digits of the subject, from the attribute of either profile.
pub(crate) fn organization_number<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a str> {
    let attribute = |oid: &str| {
        certificate
            .subject()
            .iter_attributes()
            .find(|attribute| attribute.attr_type().to_id_string() == oid)
            .and_then(|attribute| attribute.as_str().ok())
    };
    attribute(ORGANIZATION_IDENTIFIER)
        .and_then(|value| value.strip_prefix("NTRNO-"))
        .or_else(|| attribute(SERIAL_NUMBER))
        .filter(|number| number.len() == 9 && number.bytes().all(|byte| byte.is_ascii_digit()))
}
