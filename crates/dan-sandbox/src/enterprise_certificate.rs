//! Enterprise certificates: an authority as Buypass and Commfides have it, for the sandbox alone.

use std::fmt;

use dan_model::OrganizationNumber;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::CertificateDer;
use serde::Deserialize;
use uuid::Uuid;

use crate::certificate_authority::{authority_params, valid_for_years};
use crate::signing_key::{KeyError, RsaSigningKey};

/// The attribute that bears the organization number in a SEID v2 subject: `organizationIdentifier` (2.5.4.97).
const ORGANIZATION_IDENTIFIER: [u64; 4] = [2, 5, 4, 97];

/// The attribute that bore it before: `serialNumber` (2.5.4.5).
const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];

/// Real enterprise certificates live for three years.
const YEARS: i16 = 3;

/// An enterprise certificate with its private key, for authentication (SEID v2).
///
/// `Debug` shows neither.
#[derive(Clone)]
#[non_exhaustive]
pub struct EnterpriseCertificate {
    /// The certificate, then the issuing authority's and the root's, as PEM.
    pub chain_pem: String,
    /// The private key as PEM (PKCS#8). A secret.
    pub private_key_pem: String,
}

impl fmt::Debug for EnterpriseCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EnterpriseCertificate").finish_non_exhaustive()
    }
}

/// How an enterprise certificate names its organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[non_exhaustive]
pub enum CertificateProfile {
    /// SEID v2: `NTRNO-` and the number, in the attribute `organizationIdentifier`.
    #[default]
    #[serde(rename = "seid-v2")]
    SeidV2,
    /// SEID v1: the number, in the attribute `serialNumber`.
    #[serde(rename = "seid-v1")]
    SeidV1,
}

/// Issues enterprise certificates: an issuing authority under a root.
pub(crate) struct EnterpriseAuthority {
    root: CertifiedIssuer<'static, KeyPair>,
    issuing: CertifiedIssuer<'static, KeyPair>,
}

impl EnterpriseAuthority {
    pub(crate) fn generate() -> Result<Self, rcgen::Error> {
        let serial = Uuid::new_v4().simple().to_string();
        let root = CertifiedIssuer::self_signed(
            authority_params(authority_name("Root CA", &serial), BasicConstraints::Constrained(1)),
            KeyPair::generate()?,
        )?;
        let issuing = CertifiedIssuer::signed_by(
            authority_params(authority_name("Issuing CA", &serial), BasicConstraints::Constrained(0)),
            KeyPair::generate()?,
            &root,
        )?;
        Ok(Self { root, issuing })
    }

    /// The authorities' certificates, either of which a chain may end in.
    pub(crate) fn trusted(&self) -> [&CertificateDer<'static>; 2] {
        [self.root.der(), self.issuing.der()]
    }

    /// Issues a certificate for authentication to an organization, on a fresh RSA key.
    pub(crate) fn issue(
        &self,
        organization: &OrganizationNumber,
        profile: CertificateProfile,
    ) -> Result<EnterpriseCertificate, KeyError> {
        let key = RsaSigningKey::generate()?;
        let certificate = subject_params(organization, profile).signed_by(key.pair(), &self.issuing)?;
        Ok(EnterpriseCertificate {
            chain_pem: [certificate.pem(), self.issuing.pem(), self.root.pem()].concat(),
            private_key_pem: key.private_pem(),
        })
    }
}

fn subject_params(organization: &OrganizationNumber, profile: CertificateProfile) -> CertificateParams {
    let (attribute, value) = match profile {
        CertificateProfile::SeidV2 => (ORGANIZATION_IDENTIFIER.to_vec(), format!("NTRNO-{organization}")),
        CertificateProfile::SeidV1 => (SERIAL_NUMBER.to_vec(), organization.to_string()),
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "NO");
    params.distinguished_name.push(DnType::OrganizationName, "Sandbox");
    params.distinguished_name.push(DnType::CommonName, format!("Sandbox {organization}"));
    params.distinguished_name.push(DnType::CustomDnType(attribute), value);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.use_authority_key_identifier_extension = true;
    valid_for_years(&mut params, YEARS);
    params
}

fn authority_name(role: &str, serial: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "NO");
    name.push(DnType::OrganizationName, "DAN sandbox");
    name.push(DnType::CommonName, format!("DAN sandbox enterprise {role} {serial}"));
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_shows_no_secret() {
        let authority = EnterpriseAuthority::generate().unwrap();
        let certificate = authority.issue(&"991825827".parse().unwrap(), CertificateProfile::SeidV2).unwrap();
        assert_eq!(certificate.chain_pem.matches("-----BEGIN CERTIFICATE-----").count(), 3);
        assert!(certificate.private_key_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert_eq!(format!("{certificate:?}"), "EnterpriseCertificate { .. }");
    }
}
