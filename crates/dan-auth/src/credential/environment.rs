//! Which of Maskinporten's environments a certificate is for.

use crate::certificate::Certificate;
use crate::server::MaskinportenEnvironment;

/// Who issues enterprise certificates. What they issue for tests comes from authorities of its own that say so in their
/// names, such as `Buypass Class 3 (Test4) CA G2 ST Business` and `Commfides Legal Person - G3 - TEST`.
const ISSUERS: [&str; 2] = ["buypass", "commfides"];

/// Warns when the certificate is for another environment than this token server's.
pub(super) fn warn_of_another(certificate: &Certificate, issuer_of_tokens: &str) {
    let wanted = MaskinportenEnvironment::of_issuer(issuer_of_tokens);
    let found = of_certificate(certificate.issuer());
    if let (Some(wanted), Some(found)) = (wanted, found)
        && wanted != found
    {
        tracing::warn!(
            certificate.serial_number = certificate.serial_number(),
            certificate.issuer = certificate.issuer(),
            "the certificate is for Maskinporten's environment '{found}', and the token server is that of '{wanted}': \
             take the certificate or the environment that was meant"
        );
    }
}

/// `None` when it is not known by whom it was issued.
fn of_certificate(issuer: &str) -> Option<MaskinportenEnvironment> {
    let issuer = issuer.to_lowercase();
    if !ISSUERS.iter().any(|name| issuer.contains(name)) {
        None
    } else if issuer.contains("test") {
        Some(MaskinportenEnvironment::Test)
    } else {
        Some(MaskinportenEnvironment::Production)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_for_tests_say_so() {
        let test = Some(MaskinportenEnvironment::Test);
        let production = Some(MaskinportenEnvironment::Production);
        for (issuer, environment) in [
            ("C=NO, O=Buypass AS, CN=Buypass Class 3 (Test4) CA G2 ST Business", test),
            ("C=NO, O=Buypass AS-983163327, CN=Buypass Class 3 Test4 CA 3", test),
            ("C=NO, O=Commfides Norge AS, CN=Commfides Legal Person - G3 - TEST", test),
            ("C=NO, O=Buypass AS, CN=Buypass Class 3 CA G2 ST Business", production),
            ("C=NO, O=Commfides Norge AS, CN=Commfides Legal Person - G3", production),
            ("C=NO, O=Example AS, CN=Test CA", None),
        ] {
            assert_eq!(of_certificate(issuer), environment, "{issuer}");
        }
    }
}
