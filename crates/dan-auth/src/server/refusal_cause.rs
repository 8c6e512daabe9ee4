//! Why a token server refuses, in a form that programs can act on.

/// What a refusal is about, told by Maskinporten's code (`MP-nnn`), else by the OAuth error, else by the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalCause {
    /// There is no client with this id in this environment (MP-100).
    UnknownClient,
    /// The issuer is not written as the server writes it, or is another environment's (MP-110).
    WrongAudience,
    /// The key id is not registered on this client.
    KeyUnknown,
    /// The registered key is older than a year (MP-121).
    KeyExpired,
    /// The client has registered keys, and the assertion came with a certificate.
    KeyRequired,
    /// The certificate is invalid, revoked, or of another environment (MP-120, MP-123).
    CertificateRejected,
    /// The certificate is another organization's than the client (MP-122).
    OrganizationMismatch,
    /// The signature is not the registered key's or the certificate's (MP-124).
    BadSignature,
    /// The assertion had expired, or was not valid yet, when it arrived (MP-130).
    ClockSkew,
    /// The assertion was used before (MP-012).
    Replayed,
    /// The assertion or the request has a form that the server does not take (MP-011).
    Malformed,
    /// A scope is not registered on the client, or not meant for such clients (MP-200, MP-201).
    ScopeNotOnClient,
    /// The owner of the API has not granted the scope to the organization (MP-250).
    ScopeNotGranted,
    /// The customer has not delegated the scope to the supplier (MP-251).
    NotDelegated,
    /// The customer named is the client's own organization.
    OwnOrganization,
    /// The resource is not one that the server takes (`invalid_target`, RFC 8707).
    WrongResource,
    /// The authorization details have an unknown type or an unknown member (MP-301, MP-302).
    AuthorizationDetails,
    /// There is no such system user for this client, customer and reference (MP-303).
    SystemUser,
    /// The server cannot serve now.
    Unavailable,
    /// Something else.
    Other,
}

impl RefusalCause {
    /// `description` is the server's own.
    pub(super) fn of(status: u16, error: &str, reference: Option<&str>, description: &str) -> Self {
        Self::of_reference(reference.unwrap_or_default())
            .or_else(|| Self::of_description(description))
            .or_else(|| Self::of_error(error))
            .unwrap_or(if status >= 500 || status == 429 { Self::Unavailable } else { Self::Other })
    }

    /// What the person who configured the client can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::UnknownClient => "Check the client id, and that it belongs to this environment.",
            Self::WrongAudience => {
                "The issuer must be written exactly as the server does, with its trailing slash, and of this environment."
            }
            Self::KeyUnknown => {
                "Check the key id and the client id: the key must be registered on this very client. After an upload, it \
                 takes the server some minutes to know a key."
            }
            Self::KeyExpired => "The registered key is older than a year: upload it again, or a new one.",
            Self::KeyRequired => "The client has a registered key: give its key id instead of a certificate.",
            Self::CertificateRejected | Self::OrganizationMismatch => {
                "Check that the certificate is valid, of this environment, and issued to the client's organisation."
            }
            Self::BadSignature => {
                "Check that the private key is the other half of the registered key or certificate."
            }
            Self::ClockSkew | Self::Replayed => "Check the clock of this machine.",
            Self::Malformed => {
                "Check the client's settings; if they are right, report a fault of this library."
            }
            Self::ScopeNotOnClient => "Check the scopes: each must be registered on the client.",
            Self::ScopeNotGranted => {
                "Ask the owner of the API to grant the scope to the organisation; a supplier names the customer \
                 (consumer_org)."
            }
            Self::NotDelegated => "The customer must delegate the scope to the supplier in Altinn.",
            Self::OwnOrganization => {
                "Leave the customer (consumer_org) out: it is the client's own organisation."
            }
            Self::WrongResource => {
                "Check the resource: an absolute URI without a fragment, as the API's owner writes it."
            }
            Self::AuthorizationDetails => "Check the type and the members of the authorization details.",
            Self::SystemUser => {
                "Check four things: that the customer has approved the system user; that the external reference is the \
                 one it was made with, or left out when there was none; that the client id is the one registered for the \
                 system; and, for an agent, that the client has delegated to it."
            }
            Self::Unavailable => "Try again later.",
            Self::Other => "Check the client's settings at Maskinporten.",
        }
    }

    /// Whether another assertion, made by the server's clock, may be taken.
    pub(crate) fn is_of_time(self) -> bool {
        matches!(self, Self::ClockSkew | Self::Replayed)
    }

    /// Whether another key may be taken.
    pub(crate) fn is_of_key(self) -> bool {
        matches!(
            self,
            Self::KeyUnknown
                | Self::KeyExpired
                | Self::KeyRequired
                | Self::CertificateRejected
                | Self::OrganizationMismatch
                | Self::BadSignature
        )
    }

    fn of_reference(reference: &str) -> Option<Self> {
        Some(match reference {
            "MP-011" => Self::Malformed,
            "MP-012" => Self::Replayed,
            "MP-100" => Self::UnknownClient,
            "MP-110" => Self::WrongAudience,
            "MP-120" | "MP-123" => Self::CertificateRejected,
            "MP-121" => Self::KeyExpired,
            "MP-122" => Self::OrganizationMismatch,
            "MP-124" => Self::BadSignature,
            "MP-130" => Self::ClockSkew,
            "MP-200" | "MP-201" => Self::ScopeNotOnClient,
            "MP-250" => Self::ScopeNotGranted,
            "MP-251" => Self::NotDelegated,
            "MP-301" | "MP-302" => Self::AuthorizationDetails,
            "MP-303" => Self::SystemUser,
            _ => return None,
        })
    }

    /// Some refusals have no code, and older installations and proxies give none.
    fn of_description(description: &str) -> Option<Self> {
        const TEXTS: [(&str, RefusalCause); 21] = [
            ("Unknown key identifier", RefusalCause::KeyUnknown),
            ("requires pre-registered jwk", RefusalCause::KeyRequired),
            ("Issue time is after now", RefusalCause::ClockSkew),
            ("JWT is expired", RefusalCause::ClockSkew),
            ("Grant is used before", RefusalCause::Replayed),
            ("combination consumer_org in claim", RefusalCause::OwnOrganization),
            ("Client not found", RefusalCause::UnknownClient),
            ("Invalid JWT claim aud", RefusalCause::WrongAudience),
            ("Expired key", RefusalCause::KeyExpired),
            ("invalid certificate", RefusalCause::CertificateRejected),
            ("Invalid JWT header x5c", RefusalCause::CertificateRejected),
            ("Failed to extract certificate", RefusalCause::CertificateRejected),
            ("Does not match certificate orgno", RefusalCause::OrganizationMismatch),
            ("Invalid JWT signature", RefusalCause::BadSignature),
            ("Could not validate JWT Signature", RefusalCause::BadSignature),
            ("has not been granted access to the scope", RefusalCause::ScopeNotGranted),
            ("has not delegated access to the scope", RefusalCause::NotDelegated),
            ("Unknown authorization details type", RefusalCause::AuthorizationDetails),
            ("Unknown fields in the authorization details", RefusalCause::AuthorizationDetails),
            ("Invalid authorization details values", RefusalCause::SystemUser),
            ("Invalid parameter value", RefusalCause::Malformed),
        ];
        TEXTS.iter().find(|(text, _)| description.contains(text)).map(|(_, cause)| *cause)
    }

    fn of_error(error: &str) -> Option<Self> {
        match error {
            "invalid_scope" => Some(Self::ScopeNotOnClient),
            "invalid_target" => Some(Self::WrongResource),
            "invalid_altinn_customer_configuration" => Some(Self::SystemUser),
            "invalid_authorization_details" => Some(Self::AuthorizationDetails),
            "invalid_request" | "unsupported_grant_type" => Some(Self::Malformed),
            "temporarily_unavailable" | "server_error" => Some(Self::Unavailable),
            _ => None,
        }
    }
}
