//! What a caller wants of a bundle.

use std::time::SystemTime;

use crate::certificate::{Certificate, Purpose};

/// Which certificate to take from a [`Bundle`](crate::Bundle): one that fits a purpose, or one that is named.
///
/// A certificate that is named is taken although its key usage speaks against it, with a warning in the log; not so when
/// its kind of key or its time does.
///
/// ```
/// use dan_auth::{CertificateSelection, Purpose};
///
/// let selection = CertificateSelection::for_purpose(Purpose::ClientAuthentication)
///     .fingerprint("5D:1E:9B:AA:14:0C:5B:DD:55:19:C5:29:86:52:55:26:FE:90:74:AE");
/// ```
#[derive(Debug, Clone)]
#[must_use = "it is asked of a bundle"]
pub struct CertificateSelection {
    pub(super) purpose: Purpose,
    pub(super) subject: Option<String>,
    pub(super) serial_number: Option<String>,
    pub(super) fingerprint: Option<String>,
    pub(super) accepts_expired: bool,
    at: Option<SystemTime>,
}

impl CertificateSelection {
    /// The one that fits this purpose.
    pub fn for_purpose(purpose: Purpose) -> Self {
        Self {
            purpose,
            subject: None,
            serial_number: None,
            fingerprint: None,
            accepts_expired: false,
            at: None,
        }
    }

    /// The one whose subject contains this text, such as an organization number or `O=Example AS`; capitals make no
    /// difference, nor does whether commas in a name are escaped.
    pub fn subject(mut self, part: impl AsRef<str>) -> Self {
        self.subject = Some(plain(part.as_ref()));
        self
    }

    /// The one with this serial number, in hexadecimal; colons, blanks and leading zeros make no difference.
    pub fn serial_number(mut self, hexadecimal: impl AsRef<str>) -> Self {
        self.serial_number = Some(significant(&digits(hexadecimal.as_ref())).to_owned());
        self
    }

    /// The one with this SHA-256 or SHA-1 fingerprint, in hexadecimal; colons and blanks make no difference.
    pub fn fingerprint(mut self, hexadecimal: impl AsRef<str>) -> Self {
        self.fingerprint = Some(digits(hexadecimal.as_ref()));
        self
    }

    /// Takes one that has expired, too.
    pub fn accept_expired(mut self) -> Self {
        self.accepts_expired = true;
        self
    }

    /// Judges validity at this time instead of the present.
    pub fn valid_at(mut self, time: SystemTime) -> Self {
        self.at = Some(time);
        self
    }

    pub(super) fn at(&self) -> SystemTime {
        self.at.unwrap_or_else(SystemTime::now)
    }

    /// Whether the caller says more than a purpose.
    pub(super) fn names_one(&self) -> bool {
        self.subject.is_some() || self.serial_number.is_some() || self.fingerprint.is_some()
    }

    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        let is = |wanted: &Option<String>, fits: &dyn Fn(&String) -> bool| wanted.as_ref().is_none_or(fits);
        is(&self.subject, &|part| plain(certificate.subject()).contains(part))
            && is(&self.serial_number, &|number| significant(certificate.serial_number()) == number)
            && is(&self.fingerprint, &|fingerprint| {
                [certificate.fingerprint_sha256(), certificate.fingerprint_sha1()]
                    .contains(&fingerprint.as_str())
            })
    }
}

/// As people write a name who know nothing of escapes.
fn plain(name: &str) -> String {
    name.replace('\\', "").to_lowercase()
}

/// As tools print them and Windows copies them: with colons, blanks, and now and then an invisible mark in front.
fn digits(hexadecimal: &str) -> String {
    hexadecimal.chars().filter(char::is_ascii_hexdigit).map(|digit| digit.to_ascii_uppercase()).collect()
}

fn significant(number: &str) -> &str {
    number.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;

    #[test]
    fn a_subject_is_found_as_it_is_and_as_it_is_shown() {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::OrganizationName, "Bakke, AS");
        parameters.distinguished_name.push(DnType::CommonName, "Bakke");
        let certificate = parameters.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let certificate = Certificate::from_der(certificate.der()).unwrap();
        let finds =
            |part| CertificateSelection::for_purpose(Purpose::Signing).subject(part).names(&certificate);
        for part in ["bakke, as", "Bakke\\, AS", "CN=Bakke, O=Bakke, AS", certificate.subject()] {
            assert!(finds(part), "{part}");
        }
        assert!(!finds("Bakke AS"));
    }
}
