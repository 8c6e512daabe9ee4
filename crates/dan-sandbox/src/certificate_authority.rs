//! The authority that the sandbox's TLS certificate comes from, made at start and trusted by nobody else.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, civil::Date};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use uuid::Uuid;

/// A certificate authority with a name of its own, so that two sandboxes are never taken for one another.
pub(crate) struct CertificateAuthority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl CertificateAuthority {
    pub(crate) fn generate() -> Result<Self, rcgen::Error> {
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, format!("DAN sandbox CA {}", Uuid::new_v4().simple()));
        let params = authority_params(name, BasicConstraints::Constrained(0));
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// The authority's certificate as PEM: what a client must trust.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate with its key for a server on this machine: `localhost`, 127.0.0.1 and `::1`.
    pub(crate) fn issue_loopback_certificate(
        &self,
    ) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
        let key = KeyPair::generate()?;
        let loopback = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut params = CertificateParams::new(loopback)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        valid_for_years(&mut params, 1);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((certificate.into(), PrivatePkcs8KeyDer::from(key.serialize_der()).into()))
    }
}

/// Parameters of an authority's certificate, valid for ten years.
pub(crate) fn authority_params(name: DistinguishedName, constraints: BasicConstraints) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    valid_for_years(&mut params, 10);
    params
}

/// Makes a certificate valid from yesterday, for clocks that are behind, and for so many years.
pub(crate) fn valid_for_years(params: &mut CertificateParams, years: i16) {
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    let midnight = |date: Date| {
        rcgen::date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = midnight(today.saturating_sub(1.day()));
    params.not_after = midnight(today.saturating_add(years.years()));
}
