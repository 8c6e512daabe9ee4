//! The JWT that asks for a token: read, and judged by all rules that need neither the client nor its key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// How far ahead of Maskinporten's clock the client's may be.
const CLOCK_SKEW_SECONDS: i64 = 10;

/// How long an assertion may live.
const LONGEST_LIFETIME_SECONDS: i64 = 120;

/// All claims that Maskinporten knows; others are refused.
const KNOWN_CLAIMS: [&str; 11] = [
    "aud",
    "iss",
    "scope",
    "iat",
    "exp",
    "jti",
    "resource",
    "pid",
    "consumer_org",
    "iss_onbehalfof",
    "authorization_details",
];

/// An assertion whose form is right; nothing in it is proven before [`verify`](Self::verify).
#[derive(Debug)]
pub(super) struct Assertion<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    pub(super) certificates: Option<Value>,
    pub(super) claims: Claims,
    message: &'a str,
    signature: &'a str,
}

/// The claims, of the right types.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    aud: OneOrMany,
    pub(super) iss: String,
    pub(super) scope: String,
    iat: i64,
    pub(super) exp: i64,
    pub(super) jti: Option<String>,
    pub(super) resource: Option<OneOrMany>,
    pub(super) pid: Option<String>,
    pub(super) consumer_org: Option<String>,
    pub(super) iss_onbehalfof: Option<Value>,
    pub(super) authorization_details: Option<Value>,
}

/// A text, or a list of texts.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl<'a> Assertion<'a> {
    /// Reads a compact JWS: three parts in base64url, the first two of them JSON objects.
    pub(super) fn parse(text: &'a str) -> Result<Self, Refusal> {
        let (message, signature) = text.rsplit_once('.').ok_or_else(Refusal::malformed)?;
        let (header, payload) = message.split_once('.').ok_or_else(Refusal::malformed)?;
        if URL_SAFE_NO_PAD.decode(signature).is_err() {
            return Err(Refusal::malformed());
        }
        let header = json_object(header)?;
        let payload = json_object(payload)?;
        Ok(Self {
            algorithm: algorithm(&header)?,
            key_id: key_id(&header)?,
            certificates: header.get("x5c").cloned(),
            claims: claims(payload)?,
            message,
            signature,
        })
    }

    /// Whether the key made the signature.
    pub(super) fn verify(&self, key: &DecodingKey) -> Result<(), Refusal> {
        match jsonwebtoken::crypto::verify(self.signature, self.message.as_bytes(), key, self.algorithm) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Refusal::invalid_signature()),
        }
    }

    /// The text that was signed and the signature: the assertion as a whole.
    pub(super) fn text(&self) -> (&str, &str) {
        (self.message, self.signature)
    }
}

impl Claims {
    /// The audience is the issuer byte for byte, as a text or as a list of one.
    pub(super) fn check_audience(&self, issuer: &str) -> Result<(), Refusal> {
        if self.aud.as_slice() == [issuer] { Ok(()) } else { Err(Refusal::wrong_audience()) }
    }

    /// Issued now or earlier, not expired, and short-lived.
    pub(super) fn check_times(&self, now: Timestamp) -> Result<(), Refusal> {
        let now = now.as_second();
        if self.iat > now + CLOCK_SKEW_SECONDS {
            return Err(Refusal::issued_in_the_future());
        }
        if self.exp <= now {
            return Err(Refusal::expired());
        }
        if self.exp.saturating_sub(self.iat) > LONGEST_LIFETIME_SECONDS {
            return Err(Refusal::too_long_lived());
        }
        Ok(())
    }
}

fn json_object(part: &str) -> Result<Map<String, Value>, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::malformed())?;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::malformed())
}

fn algorithm(header: &Map<String, Value>) -> Result<Algorithm, Refusal> {
    match header.get("alg").and_then(Value::as_str) {
        Some("RS256") => Ok(Algorithm::RS256),
        Some("RS384") => Ok(Algorithm::RS384),
        Some("RS512") => Ok(Algorithm::RS512),
        _ => Err(Refusal::unsupported_algorithm()),
    }
}

fn key_id(header: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(key_id)) => Ok(Some(key_id.clone())),
        Some(_) => Err(Refusal::unknown_key()),
    }
}

fn claims(payload: Map<String, Value>) -> Result<Claims, Refusal> {
    if let Some(unknown) = payload.keys().find(|name| !KNOWN_CLAIMS.contains(&name.as_str())) {
        return Err(Refusal::invalid_claims(&format!("Unknown JWT claim {unknown}")));
    }
    if let Some(missing) =
        ["aud", "iss", "scope", "iat", "exp"].iter().find(|name| !payload.contains_key(**name))
    {
        return Err(Refusal::invalid_claims(&format!("Missing JWT claim {missing}")));
    }
    serde_json::from_value(Value::Object(payload))
        .map_err(|_| Refusal::invalid_claims("A JWT claim is of the wrong type"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims_of(payload: Value) -> Result<Claims, String> {
        let Value::Object(payload) = payload else { panic!("no object") };
        claims(payload).map_err(|refusal| format!("{refusal:?}"))
    }

    fn payload() -> Value {
        json!({ "aud": "https://issuer/", "iss": "me", "scope": "a b", "iat": 100, "exp": 220 })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut payload = payload();
        payload[name] = value;
        payload
    }

    #[test]
    fn refuses_what_is_no_jws() {
        for text in [
            "",
            "a.b",
            "a.b.c",
            "e30.e30.c2ln=",
            "e30 .e30.c2ln",
            "W10.e30.c2ln",
            "e30.\n.c2ln",
            "e30.e30.e30.e30",
        ] {
            let refusal = format!("{:?}", Assertion::parse(text).unwrap_err());
            assert!(refusal.contains("MP-011"), "{text}: {refusal}");
        }
    }

    #[test]
    fn refuses_other_algorithms() {
        for algorithm in ["none", "HS256", "PS256", "ES256", "rs256"] {
            let header = URL_SAFE_NO_PAD.encode(json!({ "alg": algorithm }).to_string());
            let text = format!("{header}.{}.c2ln", URL_SAFE_NO_PAD.encode(payload().to_string()));
            assert!(format!("{:?}", Assertion::parse(&text).unwrap_err()).contains("MP-124"));
        }
    }

    #[test]
    fn refuses_unknown_missing_and_mistyped_claims() {
        assert!(claims_of(payload()).is_ok());
        assert!(claims_of(with("nbf", json!(1))).unwrap_err().contains("Unknown JWT claim nbf"));
        assert!(claims_of(with("sub", json!("me"))).unwrap_err().contains("Unknown JWT claim sub"));
        for (name, value) in
            [("iat", json!("100")), ("exp", json!(220.5)), ("scope", json!(["a"])), ("aud", json!(1))]
        {
            assert!(claims_of(with(name, value)).unwrap_err().contains("wrong type"), "{name}");
        }
        for name in ["aud", "iss", "scope", "iat", "exp"] {
            let mut payload = payload();
            payload.as_object_mut().unwrap().remove(name);
            assert!(claims_of(payload).unwrap_err().contains(&format!("Missing JWT claim {name}")));
        }
    }

    #[test]
    fn the_audience_is_the_issuer_to_the_letter() {
        let accepted = |audience: Value| {
            claims_of(with("aud", audience)).unwrap().check_audience("https://issuer/").is_ok()
        };
        assert!(accepted(json!("https://issuer/")));
        assert!(accepted(json!(["https://issuer/"])));
        assert!(!accepted(json!("https://issuer")));
        assert!(!accepted(json!("https://issuer/token")));
        assert!(!accepted(json!(["https://issuer/", "https://other/"])));
    }

    #[test]
    fn judges_the_times() {
        let refused = |now: i64, expires: i64| {
            let claims = claims_of(with("exp", json!(expires))).unwrap();
            claims
                .check_times(Timestamp::from_second(now).unwrap())
                .err()
                .map(|refusal| format!("{refusal:?}"))
        };
        assert_eq!(refused(90, 220), None);
        assert_eq!(refused(219, 220), None);
        assert!(refused(89, 220).unwrap().contains("Issue time is after now"));
        assert!(refused(220, 220).unwrap().contains("MP-130"));
        assert!(refused(100, 221).unwrap().contains("120 seconds"));
    }
}
