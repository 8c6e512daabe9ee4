//! Several keys in one JSON document: a JWKS (RFC 7517 section 5).

use serde::Deserialize;

use crate::error::AuthError;
use crate::file::pasted::Pasted;
use crate::key::jwk::PrivateJwk;
use crate::key::private_key::PrivateKey;
use crate::key::problem::KeyProblem;

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<PrivateJwk>,
}

/// The key of a JWK, or the one that signs of a JWKS.
pub(crate) fn only_key(text: &str) -> Result<PrivateKey, AuthError> {
    only(&read_pasted(text)?)?.private_key()
}

/// The key of this id. A single JWK must bear it, too.
pub(crate) fn key_with_id(text: &str, key_id: &str) -> Result<PrivateKey, AuthError> {
    let keys = read_pasted(text)?;
    let mut named = keys.iter().filter(|key| key.key_id() == Some(key_id));
    match (named.next(), named.next()) {
        (Some(key), None) => key.private_key(),
        (Some(_), Some(_)) => {
            Err(KeyProblem::Ambiguous.of_jwk(format!("two keys have the key id '{}'", key_id.escape_debug())))
        }
        (None, _) => Err(KeyProblem::NotFound.of_jwk(format!(
            "no key has the key id '{}'; there are {}",
            key_id.escape_debug(),
            key_ids(keys.iter())
        ))),
    }
}

/// The keys that sign, from JSON whose form is known already.
pub(crate) fn signing_keys(json: &[u8]) -> Result<Vec<PrivateKey>, AuthError> {
    let keys = read_json(json)?;
    if keys.iter().any(PrivateJwk::can_sign) {
        return keys.iter().filter(|key| key.can_sign()).map(PrivateJwk::private_key).collect();
    }
    Ok(vec![only(&keys)?.private_key()?])
}

fn only(keys: &[PrivateJwk]) -> Result<&PrivateJwk, AuthError> {
    let signing: Vec<_> = keys.iter().filter(|key| key.can_sign()).collect();
    match (signing.as_slice(), keys) {
        ([key], _) => Ok(key),
        ([], [key]) => Ok(key),
        ([], _) => Err(KeyProblem::NoPrivateKey.of_jwk("none of its keys is a private one that signs")),
        (several, _) => Err(KeyProblem::Ambiguous.of_jwk(format!(
            "it holds several private keys; choose one by its key id: {}",
            key_ids(several.iter().copied())
        ))),
    }
}

fn read_pasted(text: &str) -> Result<Vec<PrivateJwk>, AuthError> {
    match Pasted::normalise(text.as_bytes()) {
        Pasted::Json(json) => read_json(json.as_bytes()),
        Pasted::Pem(_) => {
            Err(KeyProblem::UnsupportedFormat.of_jwk("it is a PEM; give it as a private key file instead"))
        }
        Pasted::Binary(_) | Pasted::Unrecognized => {
            Err(KeyProblem::Unrecognized.of_jwk("it is neither JSON nor base64 of JSON"))
        }
    }
}

/// The parser's errors quote what they choke on: they are never passed on.
fn read_json(json: &[u8]) -> Result<Vec<PrivateJwk>, AuthError> {
    if let Ok(set) = serde_json::from_slice::<JwkSet>(json) {
        return Ok(set.keys);
    }
    match serde_json::from_slice::<PrivateJwk>(json) {
        Ok(key) if key.names_its_type() => Ok(vec![key]),
        Ok(_) => {
            Err(KeyProblem::Unrecognized.of_jwk("it has no member 'kty', as a JWK, and no 'keys', as a JWKS"))
        }
        Err(error) if error.is_eof() => {
            Err(KeyProblem::Truncated.of_jwk("the JSON breaks off; take a fresh copy"))
        }
        Err(_) => Err(KeyProblem::Unrecognized.of_jwk("it is no JSON object with the members of a JWK")),
    }
}

/// Key ids are public: they stand in every assertion.
fn key_ids<'a>(keys: impl Iterator<Item = &'a PrivateJwk>) -> String {
    let ids: Vec<String> = keys
        .map(|key| key.key_id().map_or("one without".to_owned(), |id| format!("'{}'", id.escape_debug())))
        .collect();
    if ids.is_empty() { "no keys".to_owned() } else { ids.join(", ") }
}
