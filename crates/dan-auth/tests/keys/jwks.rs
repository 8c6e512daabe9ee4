//! JWK and JWKS.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use dan_auth::{ClientCredential, KeyProblem, KeyType, PrivateKey};
use pkcs1::RsaPrivateKeyRef;
use serde_json::{Value, json};

use crate::openssl::{Workshop, workshop};

/// A private RSA key of OpenSSL as a JWK.
fn rsa_jwk(files: &Workshop, name: &str, key_id: &str) -> Value {
    let der = files.printed(&format!("rsa -in {name} -traditional -outform DER"));
    let key = RsaPrivateKeyRef::try_from(der.as_slice()).unwrap();
    let number = |number: pkcs1::UintRef<'_>| BASE64_URL_SAFE_NO_PAD.encode(number.as_bytes());
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id,
        "n": number(key.modulus), "e": number(key.public_exponent), "d": number(key.private_exponent),
        "p": number(key.prime1), "q": number(key.prime2),
        "dp": number(key.exponent1), "dq": number(key.exponent2), "qi": number(key.coefficient),
    })
}

/// A private elliptic-curve key of OpenSSL as a JWK.
fn ec_jwk(files: &Workshop, name: &str, key_id: &str) -> Value {
    let der = files.printed(&format!("ec -in {name} -outform DER"));
    // RFC 5915: a sequence of the version and an octet string of 32 bytes, then the point in a bit string at the end.
    let (private, point) = (&der[7..39], &der[der.len() - 64..]);
    let number = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    json!({
        "kty": "EC", "crv": "P-256", "kid": key_id,
        "d": number(private), "x": number(&point[..32]), "y": number(&point[32..]),
    })
}

#[test]
fn a_jwk_is_the_key_that_it_was_made_of() {
    let Some(files) = workshop() else { return };
    for (name, jwk, key_type) in [
        ("auth.key", rsa_jwk(&files, "auth.key", "rsa"), KeyType::Rsa { bits: 2048 }),
        ("ec.key", ec_jwk(&files, "ec.key", "ec"), KeyType::P256),
    ] {
        let expected = PrivateKey::from_pem(&files.read(name)).unwrap();
        let text = jwk.to_string();
        let pretty = serde_json::to_string_pretty(&jwk).unwrap();
        for text in [
            text.clone(),
            BASE64_STANDARD.encode(&text),
            format!("\u{feff}{text}\r\n"),
            format!("'{text}'"),
            Value::String(text.clone()).to_string(),
            Value::String(pretty.clone()).to_string(),
            text.replace('"', "\\\""),
            pretty.replace('\n', "\\n"),
        ] {
            let key = PrivateKey::from_jwk(&text).unwrap();
            assert_eq!((key.key_type(), key.key_id()), (key_type.clone(), jwk["kid"].as_str()));
            assert_eq!(key.public_jwk("key").parameters, expected.public_jwk("key").parameters);
        }
    }
}

#[test]
fn a_key_id_may_be_any_text() {
    let Some(files) = workshop() else { return };
    for key_id in ["a \"new\" one", "back\\slash", "a\nb", "nøkkel"] {
        let jwk = ec_jwk(&files, "ec.key", key_id).to_string();
        assert_eq!(PrivateKey::from_jwk(&jwk).unwrap().key_id(), Some(key_id));
    }
}

#[test]
fn a_key_id_of_blanks_is_none() {
    let Some(files) = workshop() else { return };
    for key_id in ["", " "] {
        let key = PrivateKey::from_jwk(&rsa_jwk(&files, "auth.key", key_id).to_string()).unwrap();
        assert_eq!(key.key_id(), None);
        ClientCredential::registered_jwk(key).unwrap_err();
    }
}

#[test]
fn a_key_of_a_set_is_chosen_by_its_key_id() {
    let Some(files) = workshop() else { return };
    let public = PrivateKey::from_pem(&files.read("seal.key")).unwrap().public_jwk("public");
    let keys = json!([rsa_jwk(&files, "auth.key", "new"), ec_jwk(&files, "ec.key", "curve"), public]);
    let set = json!({ "keys": keys }).to_string();

    let key = PrivateKey::from_jwk_set(&set, "curve").unwrap();
    assert_eq!((key.key_type(), key.key_id()), (KeyType::P256, Some("curve")));
    for (error, problem) in [
        (PrivateKey::from_jwk(&set).unwrap_err(), KeyProblem::Ambiguous),
        (PrivateKey::from_bytes(set.as_bytes(), None).unwrap_err(), KeyProblem::Ambiguous),
        (PrivateKey::from_jwk_set(&set, "old").unwrap_err(), KeyProblem::NotFound),
    ] {
        assert_eq!(error.key_problem(), Some(problem));
        assert!(["'new'", "'curve'"].iter().all(|key_id| error.to_string().contains(key_id)), "{error}");
    }
    let error = PrivateKey::from_jwk_set(&set, "public").unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::PublicKey));

    // A registered key goes by its id, so that two ids of one key are two.
    let set = json!({ "keys": [rsa_jwk(&files, "auth.key", "new"), rsa_jwk(&files, "auth.key", "curve")] });
    for read in
        [PrivateKey::from_bytes(set.to_string().as_bytes(), None), PrivateKey::from_jwk(&set.to_string())]
    {
        assert_eq!(read.unwrap_err().key_problem(), Some(KeyProblem::Ambiguous));
    }

    // One private key among public ones needs no choosing; nor does one that signs beside one that encrypts.
    let mut for_encryption = rsa_jwk(&files, "crypt.key", "encryption");
    for_encryption["use"] = json!("enc");
    let set = json!({ "keys": [public, for_encryption, rsa_jwk(&files, "auth.key", "new")] }).to_string();
    assert_eq!(PrivateKey::from_jwk(&set).unwrap().key_id(), Some("new"));
}

#[test]
fn numbers_without_their_leading_zeros_are_padded() {
    let Some(files) = workshop() else { return };
    let mut jwk = ec_jwk(&files, "ec.key", "ec");
    let mut private = BASE64_URL_SAFE_NO_PAD.decode(jwk["d"].as_str().unwrap()).unwrap();
    private.insert(0, 0);
    jwk["d"] = json!(BASE64_URL_SAFE_NO_PAD.encode(&private));
    let error = PrivateKey::from_jwk(&jwk.to_string()).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::Damaged));
    let first = private.iter().take_while(|byte| **byte == 0).count();
    jwk["d"] = json!(BASE64_URL_SAFE_NO_PAD.encode(&private[first..]));
    PrivateKey::from_jwk(&jwk.to_string()).unwrap();
}

#[test]
fn jwks_that_cannot_sign_are_called_by_what_they_lack() {
    let mut report = String::new();
    for text in [
        "",
        "secretly a passphrase",
        "{}",
        "[]",
        r#"{"kty":"RSA","d":"c2VjcmV0"#,
        r#"{"kty":"oct","k":"c2VjcmV0","d":"c2VjcmV0"}"#,
        r#"{"kty":"RSA","d":{"c2VjcmV0":1}}"#,
        r#"{"kty":"EC","crv":"secp256k1","d":"c2VjcmV0"}"#,
        r#"{"kty":"EC","crv":"P-256","d":"c2VjcmV0","x":"AQAB","y":"AQAB"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"c2VjcmV0"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"c2VjcmV0!","p":"","q":"","dp":"","dq":"","qi":""}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"c2VjcmV0","p":"","q":"","dp":"","dq":"","qi":""}"#,
        r#"{"keys":[]}"#,
        r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"},{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#,
        "-----BEGIN PRIVATE KEY-----c2VjcmV0-----END PRIVATE KEY-----",
    ] {
        let error = PrivateKey::from_jwk(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("c2VjcmV0"));
        report.push_str(&format!("{:?}: {error}\n", error.key_problem().unwrap()));
    }
    insta::assert_snapshot!(report);
}
