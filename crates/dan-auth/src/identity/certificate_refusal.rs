//! How a server says that it does not take the caller's certificate.

use std::error::Error as StdError;
use std::fmt;

use rustls::AlertDescription;

use crate::tls_error;

/// Why a server that asks for a client certificate (mutual TLS) ended the connection.
///
/// With TLS 1.3 the server judges the certificate after the client has finished its part of the handshake. So the refusal
/// arrives as a connection that breaks while the first answer is awaited, and HTTP libraries call it a failed request
/// instead of a failed connection. Asking again does not help: somebody must change the certificate, or the server.
///
/// ```
/// use dan_auth::ClientCertificateRefusal;
///
/// # fn example(error: &reqwest::Error) {
/// if let Some(refusal) = ClientCertificateRefusal::of_error(error) {
///     eprintln!("{refusal}");
/// }
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientCertificateRefusal {
    /// The server wants a certificate and got none.
    Missing,
    /// The server does not know the issuer, or the chain to it has a gap.
    UnknownAuthority,
    /// The certificate has expired, or its time has not come.
    Expired,
    /// The issuer has revoked the certificate.
    Revoked,
    /// The certificate is not made for this, such as one for seals.
    Unfit,
    /// The server does not take the certificate, and does not say why.
    Rejected,
}

impl ClientCertificateRefusal {
    /// Finds the refusal among an error and its causes; `None` when it was something else.
    ///
    /// Only what the server has said in the words of TLS (RFC 8446 section 6.2) counts.
    pub fn of_error(error: &(dyn StdError + 'static)) -> Option<Self> {
        tls_error::causes(error).find_map(alert_of).and_then(Self::of_alert)
    }

    /// Reads the answer of nginx, which finishes the handshake with anybody and refuses by an HTTP answer; `None` when it
    /// says something else.
    pub fn of_answer(status: u16, body: &[u8]) -> Option<Self> {
        let says = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
        match status {
            // nginx's own codes, which it sends as 400 unless it is told otherwise.
            400 | 495 | 496 if says("No required SSL certificate was sent") => Some(Self::Missing),
            400 | 495 if says("The SSL certificate error") => Some(Self::Rejected),
            _ => None,
        }
    }

    fn of_alert(alert: AlertDescription) -> Option<Self> {
        match alert {
            AlertDescription::CertificateRequired | AlertDescription::NoCertificate => Some(Self::Missing),
            AlertDescription::UnknownCA => Some(Self::UnknownAuthority),
            AlertDescription::CertificateExpired => Some(Self::Expired),
            AlertDescription::CertificateRevoked => Some(Self::Revoked),
            AlertDescription::UnsupportedCertificate => Some(Self::Unfit),
            AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::AccessDenied => Some(Self::Rejected),
            _ => None,
        }
    }
}

impl fmt::Display for ClientCertificateRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Missing => {
                "the server wants a client certificate and got none; configure an enterprise certificate with its key"
            }
            Self::UnknownAuthority => {
                "the server does not know the issuer of the client certificate; give the whole chain with it, and check \
                 that it is of the server's environment (test or production)"
            }
            Self::Expired => {
                "the server finds the client certificate expired or not yet valid; order a new one, and check the clocks"
            }
            Self::Revoked => "the client certificate is revoked; order a new one from its issuer",
            Self::Unfit => {
                "the server does not take the client certificate for authentication; give the one whose key usage is \
                 digitalSignature"
            }
            Self::Rejected => {
                "the server does not take the client certificate; check that it is valid, of the server's environment \
                 (test or production), and complete with its chain"
            }
        })
    }
}

/// The alert that ended a TLS connection, in the library's own type, or, once HTTP/2 has passed it on, in its words.
fn alert_of(error: &(dyn StdError + 'static)) -> Option<AlertDescription> {
    match tls_error::in_error(error) {
        Some(rustls::Error::AlertReceived(alert)) => Some(*alert),
        Some(_) => None,
        None => alert_in_words(&error.to_string()),
    }
}

fn alert_in_words(message: &str) -> Option<AlertDescription> {
    let (_, name) = message.rsplit_once("received fatal alert: ")?;
    (0..=u8::MAX).map(AlertDescription::from).find(|alert| format!("{alert:?}") == name.trim())
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug)]
    struct Outer(io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("the request failed")
        }
    }

    impl StdError for Outer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    fn refusal(error: io::Error) -> Option<ClientCertificateRefusal> {
        ClientCertificateRefusal::of_error(&Outer(error))
    }

    #[test]
    fn an_alert_is_found_below_other_errors() {
        for (alert, expected) in [
            (AlertDescription::CertificateRequired, Some(ClientCertificateRefusal::Missing)),
            (AlertDescription::UnknownCA, Some(ClientCertificateRefusal::UnknownAuthority)),
            (AlertDescription::CertificateExpired, Some(ClientCertificateRefusal::Expired)),
            (AlertDescription::CertificateRevoked, Some(ClientCertificateRefusal::Revoked)),
            (AlertDescription::UnsupportedCertificate, Some(ClientCertificateRefusal::Unfit)),
            (AlertDescription::BadCertificate, Some(ClientCertificateRefusal::Rejected)),
            (AlertDescription::ProtocolVersion, None),
        ] {
            let error = rustls::Error::AlertReceived(alert);
            assert_eq!(refusal(io::Error::other(error.to_string())), expected, "{alert:?} in words");
            let wrapped = io::Error::other(error);
            assert_eq!(refusal(io::Error::other(wrapped)), expected, "{alert:?}");
        }
    }

    #[test]
    fn other_breaks_are_no_refusal() {
        assert_eq!(refusal(io::ErrorKind::ConnectionReset.into()), None);
        let untrusted = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert_eq!(refusal(io::Error::other(untrusted)), None);
    }
}
