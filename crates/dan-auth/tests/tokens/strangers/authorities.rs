//! An authority with two below it, as Norwegian issuers have them, and what they issue.

use dan_auth::{Bundle, CertificateChain, CertificateSelection, ClientIdentity, Purpose};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType, IsCa,
    KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};

const REVOKED: u64 = 4711;

type Authority = CertifiedIssuer<'static, KeyPair>;

/// Root, intermediate and issuing authority.
pub(crate) struct Authorities {
    root: Authority,
    intermediate: Authority,
    issuing: Authority,
}

impl Authorities {
    /// The name is part of the names of all three, since those with equal names are taken for each other.
    pub(crate) fn new(name: &str) -> Self {
        let root = CertifiedIssuer::self_signed(authority(&format!("{name} Root CA")), key()).unwrap();
        let intermediate =
            CertifiedIssuer::signed_by(authority(&format!("{name} Intermediate CA")), key(), &root).unwrap();
        let issuing =
            CertifiedIssuer::signed_by(authority(&format!("{name} Issuing CA")), key(), &intermediate)
                .unwrap();
        Self { root, intermediate, issuing }
    }

    pub(crate) fn root_pem(&self) -> String {
        self.root.pem()
    }

    /// What each of the three has revoked, the root first: nothing but, by the last, the certificate of
    /// [`revoked`](Self::revoked).
    pub(crate) fn revocation_lists_pem(&self) -> [String; 3] {
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(REVOKED),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        [(&self.root, vec![]), (&self.intermediate, vec![]), (&self.issuing, vec![revoked])].map(
            |(issuer, revoked_certs)| {
                let list = CertificateRevocationListParams {
                    this_update: date_time_ymd(2026, 1, 1),
                    next_update: date_time_ymd(2096, 1, 1),
                    crl_number: SerialNumber::from(1),
                    issuing_distribution_point: None,
                    revoked_certs,
                    key_identifier_method: rcgen::KeyIdMethod::Sha256,
                };
                list.signed_by(issuer).unwrap().pem().unwrap()
            },
        )
    }

    /// Certificate and key of a server on this machine, of the root's own issue.
    pub(crate) fn server_pem(&self) -> (String, String) {
        let key = key();
        let mut parameters = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        (parameters.signed_by(&key, &self.root).unwrap().pem(), key.serialize_pem())
    }

    /// An enterprise with its chain.
    pub(crate) fn enterprise(&self) -> ClientIdentity {
        self.issue(1, &key())
    }

    /// An enterprise with a key that Maskinporten takes.
    pub(crate) fn enterprise_with_rsa_key(&self) -> ClientIdentity {
        self.issue(2, &KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap())
    }

    /// An enterprise whose certificate is revoked.
    pub(crate) fn revoked(&self) -> ClientIdentity {
        self.issue(REVOKED, &key())
    }

    fn issue(&self, serial_number: u64, key: &KeyPair) -> ClientIdentity {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "TEST AS");
        let organization_identifier = DnType::CustomDnType(vec![2, 5, 4, 97]);
        parameters.distinguished_name.push(organization_identifier, "NTRNO-310123455");
        parameters.serial_number = Some(SerialNumber::from(serial_number));
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let certificate = parameters.signed_by(key, &self.issuing).unwrap();
        let delivered = [
            self.root.pem(),
            self.issuing.pem(),
            certificate.pem(),
            self.intermediate.pem(),
            key.serialize_pem(),
        ];
        let bundle = Bundle::from_bytes(delivered.concat().as_bytes(), None).unwrap();
        bundle.identity(&CertificateSelection::for_purpose(Purpose::ClientAuthentication)).unwrap()
    }
}

/// The same identity, without those that issued its certificate.
pub(crate) fn without_issuers(identity: &ClientIdentity) -> ClientIdentity {
    let chain: CertificateChain = identity.chain().clone().without_issuers();
    ClientIdentity::new(identity.private_key().clone(), chain).unwrap()
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters.use_authority_key_identifier_extension = true;
    parameters
}

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}
