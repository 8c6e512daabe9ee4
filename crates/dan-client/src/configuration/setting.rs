//! The settings by name: in a profile, and as a variable.

use std::fmt;

/// A setting that a configuration may hold.
///
/// Its name in a profile is that of its variable in small letters, without `DAN_`, and with `maskinporten.` for
/// `MASKINPORTEN_`: what `DAN_BASE_URL` says, `base_url` says in a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Setting {
    /// The installation: `production`, `test`, `development` or `local`.
    Environment,
    /// Another origin instead of the environment's.
    BaseUrl,
    /// The service context of calls that do not say their own.
    ServiceContext,
    /// The certificate authorities to trust (PEM), instead of the platform's.
    CaFile,
    /// How long one attempt of a call may take, such as `30s` or `2m`.
    Timeout,
    /// How the command `dan` writes its results; the library keeps it for the command.
    Output,
    /// The way of authenticating: `maskinporten`, `certificate`, `token` or `none`.
    Auth,
    /// The subscription key that is used where none of a service context is.
    SubscriptionKey,
    /// A ready token; goes before Maskinporten.
    AccessToken,
    /// The Maskinporten client.
    ClientId,
    /// The scopes, separated by blanks.
    Scopes,
    /// The registered key: a private JWK, or base64 of it.
    ClientJwk,
    /// The key id, when it is not the one in the JWK.
    KeyId,
    /// The issuer, when it is not the environment's.
    Issuer,
    /// The token endpoint, when it is not `token` below the issuer.
    TokenEndpoint,
    /// The metadata document of another token server.
    WellKnownUrl,
    /// The API that the token is meant for.
    Resource,
    /// The customer on whose behalf a supplier asks.
    ConsumerOrg,
    /// The enterprise certificate.
    CertificateFile,
    /// The private key of the certificate, or of the key id.
    PrivateKeyFile,
    /// The enterprise certificate with its key in one file (PKCS#12).
    Pkcs12File,
    /// The password of the private key or of the PKCS#12 file.
    KeyPassword,
    /// Where tokens are kept: `memory`, `file:PATH` or `redis://…`.
    TokenCache,
}

/// What a setting's text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// A file; a relative one in a profile counts from the folder of the profile's file.
    Path,
    /// It may also be given by the file that holds it: `…_file` in a profile, `…_FILE` as a variable.
    Secret,
}

impl Setting {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 23] = [
        Self::Environment,
        Self::BaseUrl,
        Self::ServiceContext,
        Self::CaFile,
        Self::Timeout,
        Self::Output,
        Self::Auth,
        Self::SubscriptionKey,
        Self::AccessToken,
        Self::ClientId,
        Self::Scopes,
        Self::ClientJwk,
        Self::KeyId,
        Self::Issuer,
        Self::TokenEndpoint,
        Self::WellKnownUrl,
        Self::Resource,
        Self::ConsumerOrg,
        Self::CertificateFile,
        Self::PrivateKeyFile,
        Self::Pkcs12File,
        Self::KeyPassword,
        Self::TokenCache,
    ];

    /// Its name in a profile.
    pub fn key(self) -> &'static str {
        self.names().0
    }

    /// Its environment variable, if it has one.
    pub fn variable(self) -> Option<&'static str> {
        self.names().1
    }

    /// Whether nobody may see its value.
    pub fn is_secret(self) -> bool {
        self.form() == Form::Secret
    }

    pub(super) fn form(self) -> Form {
        match self {
            Self::SubscriptionKey | Self::AccessToken | Self::ClientJwk | Self::KeyPassword => Form::Secret,
            Self::CaFile | Self::CertificateFile | Self::PrivateKeyFile | Self::Pkcs12File => Form::Path,
            _ => Form::Text,
        }
    }

    fn names(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Environment => ("environment", Some("DAN_ENVIRONMENT")),
            Self::BaseUrl => ("base_url", Some("DAN_BASE_URL")),
            Self::ServiceContext => ("service_context", None),
            Self::CaFile => ("ca_file", Some("DAN_CA_FILE")),
            Self::Timeout => ("timeout", None),
            Self::Output => ("output", None),
            Self::Auth => ("auth", None),
            Self::SubscriptionKey => ("subscription_key", Some("DAN_SUBSCRIPTION_KEY")),
            Self::AccessToken => ("access_token", Some("DAN_ACCESS_TOKEN")),
            Self::ClientId => ("maskinporten.client_id", Some("MASKINPORTEN_CLIENT_ID")),
            Self::Scopes => ("maskinporten.scopes", Some("MASKINPORTEN_SCOPES")),
            Self::ClientJwk => ("maskinporten.client_jwk", Some("MASKINPORTEN_CLIENT_JWK")),
            Self::KeyId => ("maskinporten.kid", Some("MASKINPORTEN_KID")),
            Self::Issuer => ("maskinporten.issuer", Some("MASKINPORTEN_ISSUER")),
            Self::TokenEndpoint => ("maskinporten.token_endpoint", Some("MASKINPORTEN_TOKEN_ENDPOINT")),
            Self::WellKnownUrl => ("maskinporten.well_known_url", Some("MASKINPORTEN_WELL_KNOWN_URL")),
            Self::Resource => ("maskinporten.resource", Some("MASKINPORTEN_RESOURCE")),
            Self::ConsumerOrg => ("maskinporten.consumer_org", Some("MASKINPORTEN_CONSUMER_ORG")),
            Self::CertificateFile => ("certificate_file", Some("DAN_CERTIFICATE_FILE")),
            Self::PrivateKeyFile => ("private_key_file", Some("DAN_PRIVATE_KEY_FILE")),
            Self::Pkcs12File => ("pkcs12_file", Some("DAN_PKCS12_FILE")),
            Self::KeyPassword => ("key_password", Some("DAN_KEY_PASSWORD")),
            Self::TokenCache => ("token_cache", Some("DAN_TOKEN_CACHE")),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_a_profile_follows_from_the_variable() {
        for setting in Setting::ALL {
            let Some(variable) = setting.variable() else { continue };
            let expected = match variable.strip_prefix("MASKINPORTEN_") {
                Some(rest) => format!("maskinporten.{}", rest.to_lowercase()),
                None => variable.trim_start_matches("DAN_").to_lowercase(),
            };
            assert_eq!(setting.key(), expected);
        }
    }

    #[test]
    fn each_is_there_once() {
        let mut keys: Vec<&str> = Setting::ALL.iter().map(|setting| setting.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Setting::ALL.len());
    }
}
