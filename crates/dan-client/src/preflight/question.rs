//! What is asked, as the preflight check sees it.

use dan_auth::AccessToken;
use dan_model::{OrganizationNumber, PartyIdentifier};
use serde_json::Value;

/// A request for a dataset, with what is known of who sends it.
pub struct Question<'q> {
    pub(crate) dataset: &'q str,
    /// Whether it is a direct harvest. Else it goes through an accreditation, at whose making parameters and parties were
    /// judged.
    pub(crate) is_direct: bool,
    pub(crate) parameters: &'q [(String, String)],
    pub(crate) subject: Option<&'q PartyIdentifier>,
    pub(crate) requestor: Option<&'q PartyIdentifier>,
    /// The service contexts in one of which it is asked.
    pub(crate) service_contexts: Vec<String>,
    pub(crate) service_context_is_said: bool,
    pub(crate) provides_own_token: bool,
    pub(crate) token: Option<TokenClaims>,
}

impl<'q> Question<'q> {
    /// A question about a dataset of an accreditation.
    pub(crate) fn about(dataset: &'q str) -> Self {
        Self {
            dataset,
            is_direct: false,
            parameters: &[],
            subject: None,
            requestor: None,
            service_contexts: Vec::new(),
            service_context_is_said: false,
            provides_own_token: false,
            token: None,
        }
    }

    /// The organization that the token was issued to.
    pub(super) fn owner(&self) -> Option<PartyIdentifier> {
        Some(PartyIdentifier::Organization(self.token.as_ref()?.owner.clone()?))
    }

    /// Who asks: the owner of the token, where nobody else is named.
    pub(super) fn requestor_or_owner(&self) -> Option<PartyIdentifier> {
        self.requestor.cloned().or_else(|| self.owner())
    }
}

/// What an access token says of who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenClaims {
    pub(crate) scopes: Vec<String>,
    pub(crate) owner: Option<OrganizationNumber>,
}

impl TokenClaims {
    /// Reads the claims that Maskinporten writes; none when there are no scopes among them.
    pub(super) fn of(token: &AccessToken) -> Option<Self> {
        let claims = token.claims()?;
        let scopes = claims.get("scope")?.as_str()?.split_whitespace().map(str::to_owned).collect();
        let consumer = claims.get("consumer").and_then(|consumer| consumer.get("ID")).and_then(Value::as_str);
        let owner = consumer.and_then(|id| id.rsplit(':').next()?.parse().ok());
        Some(Self { scopes, owner })
    }
}
