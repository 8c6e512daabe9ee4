//! The clients that Maskinporten knows, with their keys.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use dan_model::OrganizationNumber;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use thiserror::Error;

use super::refusal::Refusal;

/// How many keys one client may have.
const MOST_KEYS: usize = 5;

/// A registered key lives for a year.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(365 * 24);

/// A Maskinporten client, as one registers it.
///
/// ```
/// use dan_sandbox::ClientRegistration;
///
/// let registration: ClientRegistration = serde_json::from_str(
///     r#"{ "client_id": "my-client", "organisation": "991825827", "scopes": ["altinn:dataaltinnno"] }"#,
/// )?;
/// assert!(registration.jwks.is_null());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientRegistration {
    /// The client id: what `iss` of the assertion names.
    pub client_id: String,
    /// The organization number of the client's owner.
    pub organisation: String,
    /// The scopes that the client may ask for.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The public keys as a JWK set (RFC 7517), at most five. A client that has none (an empty set, or null) signs with
    /// the enterprise certificate of its organization.
    #[serde(default)]
    pub jwks: Value,
}

/// Leaves the keys out, for the case that somebody mistook the private for the public ones.
impl fmt::Debug for ClientRegistration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientRegistration")
            .field("client_id", &self.client_id)
            .field("organisation", &self.organisation)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// Why a client cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// There is no client id.
    #[error("client_id is empty: give the client a name")]
    ClientId,
    /// The owner's organization number is none.
    #[error("organisation is no organization number: {0}")]
    Organisation(dan_model::PartyError),
    /// The keys are no JWK set.
    #[error(
        "jwks is no JWK set: it must be an object with the member keys, a list of keys with kty, kid, n and e"
    )]
    KeySet,
    /// More keys than a client may have.
    #[error("jwks has more than {MOST_KEYS} keys")]
    TooManyKeys,
    /// A key that cannot be used.
    #[error("jwks, key {position}: {reason}")]
    Key {
        /// Where the key stands in the set, counted from one.
        position: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// The registered clients.
#[derive(Default)]
pub(super) struct Clients {
    by_id: RwLock<HashMap<String, Arc<Client>>>,
}

/// A registered client.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) organization: OrganizationNumber,
    scopes: BTreeSet<String>,
    keys: Vec<RegisteredKey>,
}

struct RegisteredKey {
    key_id: String,
    key: DecodingKey,
    expires: Timestamp,
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<PublicJwk>,
}

#[derive(Deserialize)]
struct PublicJwk {
    kty: String,
    kid: String,
    n: String,
    e: String,
    #[serde(rename = "use")]
    key_use: Option<String>,
    alg: Option<String>,
    d: Option<IgnoredAny>,
}

impl Clients {
    /// Adds a client, in the place of one that has the same id. Its keys live for a year from now.
    pub(super) fn register(
        &self,
        registration: &ClientRegistration,
        now: Timestamp,
    ) -> Result<(), RegistrationError> {
        let client = Arc::new(Client::new(registration, now)?);
        self.by_id.write().unwrap_or_else(PoisonError::into_inner).insert(client.id.clone(), client);
        Ok(())
    }

    pub(super) fn find(&self, id: &str) -> Result<Arc<Client>, Refusal> {
        let clients = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        clients.get(id).cloned().ok_or_else(Refusal::unknown_client)
    }
}

impl Client {
    fn new(registration: &ClientRegistration, now: Timestamp) -> Result<Self, RegistrationError> {
        if registration.client_id.is_empty() {
            return Err(RegistrationError::ClientId);
        }
        Ok(Self {
            id: registration.client_id.clone(),
            organization: registration.organisation.parse().map_err(RegistrationError::Organisation)?,
            scopes: registration.scopes.iter().cloned().collect(),
            keys: registered_keys(&registration.jwks, now)?,
        })
    }

    pub(super) fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The key of that name, unless it is older than a year.
    pub(super) fn key(&self, key_id: &str, now: Timestamp) -> Result<&DecodingKey, Refusal> {
        let registered =
            self.keys.iter().find(|key| key.key_id == key_id).ok_or_else(Refusal::unknown_key)?;
        if now >= registered.expires {
            return Err(Refusal::expired_key());
        }
        Ok(&registered.key)
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }
}

fn registered_keys(jwks: &Value, now: Timestamp) -> Result<Vec<RegisteredKey>, RegistrationError> {
    if jwks.is_null() {
        return Ok(Vec::new());
    }
    let set = JwkSet::deserialize(jwks).map_err(|_| RegistrationError::KeySet)?;
    if set.keys.len() > MOST_KEYS {
        return Err(RegistrationError::TooManyKeys);
    }
    let expires = now.checked_add(KEY_LIFETIME).unwrap_or(Timestamp::MAX);
    let mut registered = Vec::<RegisteredKey>::new();
    for (index, jwk) in set.keys.into_iter().enumerate() {
        let refused = |reason| RegistrationError::Key { position: index + 1, reason };
        let key = jwk.verification_key().map_err(refused)?;
        if registered.iter().any(|other| other.key_id == jwk.kid) {
            return Err(refused("another key has the same kid"));
        }
        registered.push(RegisteredKey { key_id: jwk.kid, key, expires });
    }
    Ok(registered)
}

impl PublicJwk {
    fn verification_key(&self) -> Result<DecodingKey, &'static str> {
        if self.d.is_some() {
            return Err("it holds the private key; register the public half alone");
        }
        if self.kty != "RSA" {
            return Err("kty must be RSA");
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if self.kid.is_empty() || !self.kid.bytes().all(is_name) {
            return Err("kid must consist of letters, digits, full stops, underscores and hyphens");
        }
        if self.key_use.as_deref().is_some_and(|key_use| key_use != "sig") {
            return Err("use must be sig");
        }
        if self.alg.as_deref().is_some_and(|algorithm| !matches!(algorithm, "RS256" | "RS384" | "RS512")) {
            return Err("alg must be RS256, RS384 or RS512");
        }
        DecodingKey::from_rsa_components(&self.n, &self.e)
            .map_err(|_| "n and e must be base64url without padding")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(jwks: Value) -> RegistrationError {
        let registration = ClientRegistration {
            client_id: "client".into(),
            organisation: "991825827".into(),
            scopes: Vec::new(),
            jwks,
        };
        Clients::default().register(&registration, Timestamp::UNIX_EPOCH).unwrap_err()
    }

    fn jwk(name: &str, value: &str) -> Value {
        let mut jwk = json!({ "kty": "RSA", "kid": "key", "n": "AQAB", "e": "AQAB" });
        jwk[name] = value.into();
        jwk
    }

    #[test]
    fn says_what_is_wrong_with_a_key_set() {
        assert_eq!(refusal(json!([])), RegistrationError::KeySet);
        assert_eq!(refusal(json!({ "keys": [{ "kty": "RSA" }] })), RegistrationError::KeySet);
        assert_eq!(refusal(json!({ "keys": vec![jwk("kid", "x"); 6] })), RegistrationError::TooManyKeys);
        let messages =
            [("kty", "EC"), ("kid", "a b"), ("use", "enc"), ("alg", "PS256"), ("n", "?"), ("d", "AQAB")]
                .map(|(name, value)| refusal(json!({ "keys": [jwk(name, value)] })).to_string());
        insta::assert_debug_snapshot!(messages, @r#"
        [
            "jwks, key 1: kty must be RSA",
            "jwks, key 1: kid must consist of letters, digits, full stops, underscores and hyphens",
            "jwks, key 1: use must be sig",
            "jwks, key 1: alg must be RS256, RS384 or RS512",
            "jwks, key 1: n and e must be base64url without padding",
            "jwks, key 1: it holds the private key; register the public half alone",
        ]
        "#);
        let twice = refusal(json!({ "keys": [jwk("kid", "x"), jwk("kid", "x")] }));
        assert_eq!(twice.to_string(), "jwks, key 2: another key has the same kid");
    }

    #[test]
    fn a_key_expires_after_a_year() {
        let clients = Clients::default();
        let registration = ClientRegistration {
            client_id: "client".into(),
            organisation: "991825827".into(),
            scopes: Vec::new(),
            jwks: json!({ "keys": [jwk("kid", "key")] }),
        };
        clients.register(&registration, Timestamp::UNIX_EPOCH).unwrap();
        let client = clients.find("client").unwrap();
        let after = |days: i64| Timestamp::from_second(days * 86400).unwrap();
        assert!(client.key("key", after(364)).is_ok());
        assert!(format!("{:?}", client.key("key", after(365)).err()).contains("MP-121"));
        assert!(format!("{:?}", client.key("other", after(0)).err()).contains("Unknown key identifier"));
    }

    #[test]
    fn debug_shows_no_keys() {
        let registration = ClientRegistration {
            client_id: "client".into(),
            organisation: "991825827".into(),
            scopes: vec!["a".into()],
            jwks: json!({ "keys": [jwk("d", "private")] }),
        };
        insta::assert_snapshot!(format!("{registration:?}"), @r#"ClientRegistration { client_id: "client", organisation: "991825827", scopes: ["a"], .. }"#);
    }
}
