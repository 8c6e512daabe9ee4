//! Who calls: the access token, proven, and what the service reads in it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dan_model::OrganizationNumber;
use http::{HeaderMap, header};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::DanError;
use super::error_code::ErrorCode;
use super::verified_tokens::{VerifiedToken, VerifiedTokens};
use crate::client_certificate::ClientCertificate;
use crate::maskinporten::TokenKeys;

/// A token must have a scope that begins with one of these.
const SCOPE_PREFIXES: [&str; 2] = ["altinn:dataaltinnno", "dan:"];

/// Whose tokens the service takes.
pub(crate) struct TrustedIssuer<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) keys: &'a TokenKeys,
}

/// The caller, as its token says.
#[derive(Debug)]
pub(super) struct Caller {
    /// The organization that the token was issued to.
    pub(super) owner: OrganizationNumber,
    pub(super) scopes: Scopes,
}

/// What a caller may do, in Maskinporten's terms.
#[derive(Debug)]
pub(super) enum Scopes {
    /// What the token says.
    Of(Vec<String>),
    /// An enterprise certificate stands for the whole organization; it knows no scopes.
    All,
}

impl Scopes {
    pub(super) fn contain(&self, scope: &str) -> bool {
        match self {
            Self::Of(scopes) => scopes.iter().any(|other| other == scope),
            Self::All => true,
        }
    }
}

impl Caller {
    /// Who calls, by the certificate that was shown in the TLS handshake.
    pub(super) fn of_certificate(certificate: &ClientCertificate, now: Timestamp) -> Result<Self, DanError> {
        let refused = |text: &str| DanError::new(ErrorCode::ClientCertificate, text);
        if !certificate.is_valid_at(now) {
            return Err(refused("The certificate has expired"));
        }
        let owner = certificate.organization.clone();
        let owner = owner.ok_or_else(|| refused("The certificate names no Norwegian organization"))?;
        Ok(Self { owner, scopes: Scopes::All })
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    exp: Option<i64>,
    nbf: Option<i64>,
    scope: Option<String>,
    consumer: Option<Consumer>,
}

#[derive(Deserialize)]
struct Consumer {
    authority: String,
    #[serde(rename = "ID")]
    id: String,
}

impl TrustedIssuer<'_> {
    /// Checks the token of a request: signature, issuer, expiry, scope, consumer. The audience is not looked at.
    pub(super) fn authenticate(
        &self,
        headers: &HeaderMap,
        verified: &VerifiedTokens,
        now: Timestamp,
    ) -> Result<Arc<Caller>, DanError> {
        let text = token(headers)?;
        let known = verified.find(text).filter(|known| self.keys.has(&known.key_id));
        if let Some(known) = known {
            known.check_times(now)?;
            return Ok(known.caller);
        }
        let token = self.verify(text, now)?;
        verified.remember(text, token.clone());
        Ok(token.caller)
    }

    fn verify(&self, token: &str, now: Timestamp) -> Result<VerifiedToken, DanError> {
        // Text that is no JWT at all makes the service stumble: 1015 instead of 1024.
        let (message, signature) = token.rsplit_once('.').ok_or(ErrorCode::Internal)?;
        let (header, payload) = message.split_once('.').ok_or(ErrorCode::Internal)?;
        let header: Header = decode(header)?;
        let claims: Claims = decode(payload)?;
        self.check_issuer(&claims)?;
        let key_id = self.signer(&header, message, signature)?;
        let times = (claims.nbf.unwrap_or(i64::MIN), claims.exp.unwrap_or(i64::MIN));
        check_times(times, now)?;
        let caller = Caller { scopes: Scopes::Of(accepted_scopes(&claims)?), owner: owner(&claims)? };
        Ok(VerifiedToken { caller: Arc::new(caller), not_before: times.0, expiry: times.1, key_id })
    }

    fn check_issuer(&self, claims: &Claims) -> Result<(), DanError> {
        if claims.iss.as_deref() == Some(self.issuer) {
            return Ok(());
        }
        Err(invalid_token("SecurityTokenInvalidIssuerException: IDX10205: Issuer validation failed."))
    }

    /// The name of the key that made the signature.
    fn signer(&self, header: &Header, message: &str, signature: &str) -> Result<String, DanError> {
        if header.kid.as_deref().is_some_and(|key_id| !self.keys.has(key_id)) {
            return Err(invalid_token(
                "SecurityTokenSignatureKeyNotFoundException: IDX10503: Signature validation failed.",
            ));
        }
        let signer = self.keys.signer(header.kid.as_deref(), message, signature);
        signer.filter(|_| header.alg == "RS256").ok_or_else(|| {
            invalid_token("SecurityTokenInvalidSignatureException: IDX10511: Signature validation failed.")
        })
    }
}

impl VerifiedToken {
    fn check_times(&self, now: Timestamp) -> Result<(), DanError> {
        check_times((self.not_before, self.expiry), now)
    }
}

/// The text after the last blank of the header, so that a bare token does as well.
fn token(headers: &HeaderMap) -> Result<&str, DanError> {
    let header = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    match header.and_then(|header| header.rsplit(' ').next()) {
        Some(token) if !token.is_empty() => Ok(token),
        _ => Err(DanError::new(ErrorCode::MissingAuthentication, "No authentication method supplied")),
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, DanError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| ErrorCode::Internal)?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// Good from one second on, until another.
fn check_times((not_before, expiry): (i64, i64), now: Timestamp) -> Result<(), DanError> {
    let now = now.as_second();
    if now >= expiry {
        return Err(invalid_token("SecurityTokenExpiredException: IDX10223: Lifetime validation failed."));
    }
    if now < not_before {
        return Err(invalid_token(
            "SecurityTokenNotYetValidException: IDX10222: Lifetime validation failed.",
        ));
    }
    Ok(())
}

fn accepted_scopes(claims: &Claims) -> Result<Vec<String>, DanError> {
    let scopes: Vec<_> = claims.scope.as_deref().unwrap_or_default().split(' ').map(str::to_owned).collect();
    if scopes.iter().any(|scope| SCOPE_PREFIXES.iter().any(|prefix| scope.starts_with(prefix))) {
        return Ok(scopes);
    }
    Err(DanError::new(
        ErrorCode::NotAuthorized,
        "The access token has none of the scopes that data.altinn.no accepts",
    ))
}

fn owner(claims: &Claims) -> Result<OrganizationNumber, DanError> {
    let consumer = claims.consumer.as_ref().filter(|consumer| consumer.authority == "iso6523-actorid-upis");
    let number = consumer.and_then(|consumer| consumer.id.strip_prefix("0192:"));
    Ok(number.and_then(|number| number.parse().ok()).ok_or(ErrorCode::Internal)?)
}

fn invalid_token(reason: &str) -> DanError {
    DanError::new(ErrorCode::InvalidAccessToken, reason)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use http::HeaderValue;
    use serde_json::{Value, json};

    use super::*;
    use crate::signing_key::RsaSigningKey;

    static KEYS: LazyLock<TokenKeys> = LazyLock::new(keys);
    static OTHER_KEYS: LazyLock<TokenKeys> = LazyLock::new(keys);

    fn keys() -> TokenKeys {
        TokenKeys::new(RsaSigningKey::generate().unwrap())
    }

    fn claims() -> Value {
        json!({
            "iss": "https://issuer/",
            "exp": 100,
            "scope": "altinn:dataaltinnno/tilda other",
            "consumer": { "authority": "iso6523-actorid-upis", "ID": "0192:991825827" },
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    fn authenticate(authorization: &str) -> Result<Arc<Caller>, (ErrorCode, Value)> {
        let headers =
            HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_str(authorization).unwrap())]);
        let issuer = TrustedIssuer { issuer: "https://issuer/", keys: &KEYS };
        let now = Timestamp::from_second(99).unwrap();
        issuer.authenticate(&headers, &VerifiedTokens::default(), now).map_err(|error| {
            let body: Value = serde_json::from_slice(error.response().body()).unwrap();
            (error.code, body["description"].clone())
        })
    }

    fn bearer(keys: &TokenKeys, claims: &Value) -> String {
        let key = keys.current();
        format!("Bearer {}", key.sign(&json!({ "kid": key.key_id(), "alg": "RS256" }), claims).unwrap())
    }

    fn refusal(claims: &Value) -> ErrorCode {
        authenticate(&bearer(&KEYS, claims)).unwrap_err().0
    }

    #[test]
    fn reads_owner_and_scopes() {
        let caller = authenticate(&bearer(&KEYS, &claims())).unwrap();
        assert_eq!(caller.owner.as_str(), "991825827");
        assert!(
            matches!(&caller.scopes, Scopes::Of(scopes) if *scopes == ["altinn:dataaltinnno/tilda", "other"])
        );
        assert!(authenticate(bearer(&KEYS, &claims()).trim_start_matches("Bearer ")).is_ok());
        assert!(authenticate(&bearer(&KEYS, &with("scope", json!("dan:test")))).is_ok());
    }

    #[test]
    fn refuses_what_is_not_proven() {
        assert_eq!(refusal(&with("iss", json!("https://other/"))), ErrorCode::InvalidAccessToken);
        assert_eq!(refusal(&with("exp", json!(99))), ErrorCode::InvalidAccessToken);
        assert_eq!(refusal(&with("nbf", json!(100))), ErrorCode::InvalidAccessToken);
        let (code, text) = authenticate(&bearer(&OTHER_KEYS, &claims())).unwrap_err();
        assert_eq!(code, ErrorCode::InvalidAccessToken);
        assert!(text.as_str().unwrap().contains("IDX10503"));

        let token = bearer(&KEYS, &claims());
        let (message, _) = token.rsplit_once('.').unwrap();
        let (code, text) = authenticate(&format!("{message}.c2ln")).unwrap_err();
        assert_eq!(code, ErrorCode::InvalidAccessToken);
        assert!(text.as_str().unwrap().contains("IDX10511"));
    }

    #[test]
    fn a_token_that_is_known_still_expires_and_falls_with_its_key() {
        let (keys, verified) = (keys(), VerifiedTokens::default());
        let issuer = TrustedIssuer { issuer: "https://issuer/", keys: &keys };
        let token = HeaderValue::try_from(bearer(&keys, &claims())).unwrap();
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, token)]);
        let code = |second| {
            let now = Timestamp::from_second(second).unwrap();
            issuer.authenticate(&headers, &verified, now).err().map(|error| error.code)
        };
        assert_eq!((code(98), code(99)), (None, None));
        assert_eq!(code(100), Some(ErrorCode::InvalidAccessToken));
        keys.rotate(false).unwrap();
        assert_eq!(code(99), None, "the earlier key is still published");
        keys.rotate(true).unwrap();
        assert_eq!(code(99), Some(ErrorCode::InvalidAccessToken));
    }

    #[test]
    fn stumbles_over_odd_tokens() {
        assert_eq!(authenticate("Bearer nonsense").unwrap_err().0, ErrorCode::Internal);
        assert_eq!(authenticate("Bearer a.b.c").unwrap_err().0, ErrorCode::Internal);
        assert_eq!(refusal(&with("consumer", Value::Null)), ErrorCode::Internal);
        let foreign = json!({ "authority": "iso6523-actorid-upis", "ID": "0007:55" });
        assert_eq!(refusal(&with("consumer", foreign)), ErrorCode::Internal);
    }

    #[test]
    fn needs_a_token_with_a_scope_of_the_service() {
        assert_eq!(authenticate("").unwrap_err().0, ErrorCode::MissingAuthentication);
        assert_eq!(authenticate("Bearer ").unwrap_err().0, ErrorCode::MissingAuthentication);
        assert_eq!(refusal(&with("scope", json!("altinn:other danish"))), ErrorCode::NotAuthorized);
        assert_eq!(refusal(&with("scope", Value::Null)), ErrorCode::NotAuthorized);
    }
}
