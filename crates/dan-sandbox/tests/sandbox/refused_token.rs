//! What Maskinporten refuses, and how it says so.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::{
    self, CLIENT_ID, ENTERPRISE, Fixture, PERSON, SCOPE, generate_key, header, public_jwks, sign,
};

/// The refusal of an assertion: status, `error`, the code in `error_uri`, and the text without the trace id.
async fn refusal(fixture: &Fixture, assertion: &str) -> String {
    let answer = fixture.request_token(assertion).await;
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body = support::json(answer).await;
    let description = body["error_description"].as_str().unwrap_or_else(|| panic!("granted: {body}"));
    let (description, trace_id) = description.split_once(" (trace_id: ").unwrap();
    assert_eq!(trace_id.trim_end_matches(')').len(), 32);
    let errors = format!("{}errors/", fixture.sandbox.maskinporten().issuer);
    let code = body["error_uri"].as_str().map_or("no code", |uri| uri.strip_prefix(&errors).unwrap());
    format!("{status} {} {code}: {description}", body["error"].as_str().unwrap())
}

/// The refusal of claims that differ from good ones in one.
async fn refused_claim(fixture: &Fixture, name: &str, value: Value) -> String {
    let mut claims = fixture.claims(SCOPE);
    claims[name] = value;
    refusal(fixture, &sign(&header(), &claims)).await
}

#[tokio::test]
async fn each_wrong_claim_has_its_refusal() {
    let fixture = Fixture::start().await;
    let now = fixture.claims(SCOPE)["iat"].as_i64().unwrap();
    let mut refusals = Vec::new();
    for (name, value) in [
        ("nbf", json!(now)),
        ("aud", json!(fixture.sandbox.maskinporten().token_endpoint)),
        ("aud", json!(fixture.sandbox.maskinporten().issuer.trim_end_matches('/'))),
        ("iss", json!("somebody-else")),
        ("iat", json!(now + 60)),
        ("exp", json!(now - 1)),
        ("exp", json!(now + 300)),
        ("scope", json!("altinn:dataaltinnno altinn:other")),
        ("scope", json!("")),
        ("consumer_org", json!(support::AGENCY)),
        ("consumer_org", json!(ENTERPRISE)),
        ("resource", json!("https://api.example.no/#part")),
        ("pid", json!("15867010021")),
        ("authorization_details", json!([{ "type": "urn:altinn:systemuser" }])),
        ("iss_onbehalfof", json!(ENTERPRISE)),
    ] {
        let refusal = refused_claim(&fixture, name, value).await;
        refusals.push(format!("{name} -> {refusal}"));
    }
    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test]
async fn optional_claims_reach_the_token() {
    let fixture = Fixture::start().await;
    let mut claims = fixture.claims(SCOPE);
    claims["resource"] = json!("https://api.example.no/");
    claims["pid"] = json!(PERSON);
    claims.as_object_mut().unwrap().remove("jti");
    let answer = support::json(fixture.request_token(&sign(&header(), &claims)).await).await;
    let payload = answer["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload["aud"], "https://api.example.no/");
    assert_eq!(payload["pid"], PERSON);
}

#[tokio::test]
async fn each_wrong_header_has_its_refusal() {
    let fixture = Fixture::start().await;
    let claims = fixture.claims(SCOPE);
    let signed = |change: &dyn Fn(&mut jsonwebtoken::Header)| {
        let mut header = header();
        change(&mut header);
        sign(&header, &claims)
    };
    let with_header = |text: Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(&text), part(&claims))
    };
    let refusals = [
        refusal(&fixture, &signed(&|header| header.kid = Some("other".into()))).await,
        refusal(&fixture, &signed(&|header| header.kid = None)).await,
        refusal(&fixture, &signed(&|header| header.alg = Algorithm::PS256)).await,
        refusal(&fixture, &with_header(json!({ "alg": "none", "kid": support::KEY_ID }))).await,
        refusal(&fixture, &with_header(json!({ "alg": "RS256", "kid": support::KEY_ID }))).await,
        refusal(&fixture, &with_header(json!([]))).await,
        refusal(&fixture, "no assertion").await,
    ];
    insta::assert_snapshot!(refusals.join("\n"));
    for algorithm in [Algorithm::RS384, Algorithm::RS512] {
        let mut claims = fixture.claims(SCOPE);
        claims["jti"] = format!("{algorithm:?}").into();
        let mut header = header();
        header.alg = algorithm;
        assert_eq!(fixture.request_token(&sign(&header, &claims)).await.status(), 200, "{algorithm:?}");
    }
}

#[tokio::test]
async fn a_signature_must_be_of_the_registered_key() {
    let fixture = Fixture::start().await;
    let stranger = jsonwebtoken::encode(&header(), &fixture.claims(SCOPE), &generate_key()).unwrap();
    insta::assert_snapshot!(refusal(&fixture, &stranger).await, @"400 invalid_grant MP-124: Invalid JWT signature");
    let good = sign(&header(), &fixture.claims(SCOPE));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let other_claims = URL_SAFE_NO_PAD.encode(fixture.claims(SCOPE).to_string());
    let tampered = format!("{header}.{other_claims}.{signature}");
    insta::assert_snapshot!(refusal(&fixture, &tampered).await, @"400 invalid_grant MP-124: Invalid JWT signature");
}

#[tokio::test]
async fn an_assertion_serves_once() {
    let fixture = Fixture::start().await;
    let assertion = sign(&header(), &fixture.claims(SCOPE));
    assert_eq!(fixture.request_token(&assertion).await.status(), 200);
    insta::assert_snapshot!(refusal(&fixture, &assertion).await, @"400 invalid_grant MP-012: Grant is used before");
    let mut claims = fixture.claims(SCOPE);
    claims.as_object_mut().unwrap().remove("jti");
    let nameless = sign(&header(), &claims);
    assert_eq!(fixture.request_token(&nameless).await.status(), 200);
    insta::assert_snapshot!(refusal(&fixture, &nameless).await, @"400 invalid_grant MP-012: Grant is used before");
}

#[tokio::test]
async fn a_registered_key_expires_after_a_year() {
    let fixture = Fixture::start().await;
    fixture.sandbox.advance_clock(Duration::from_secs(364 * 86400));
    assert_eq!(fixture.request_token(&sign(&header(), &fixture.claims(SCOPE))).await.status(), 200);
    fixture.sandbox.advance_clock(Duration::from_secs(86400));
    insta::assert_snapshot!(
        refusal(&fixture, &sign(&header(), &fixture.claims(SCOPE))).await,
        @"400 invalid_grant MP-121: Invalid assertion. Client authentication failed. Expired key."
    );
    fixture.register(&[SCOPE]);
    assert_eq!(fixture.request_token(&sign(&header(), &fixture.claims(SCOPE))).await.status(), 200);
}

#[tokio::test]
async fn the_scopes_are_those_of_the_registration() {
    let fixture = Fixture::start().await;
    fixture.register_as(&["dan:test"], public_jwks(&support::KEY));
    insta::assert_snapshot!(
        refusal(&fixture, &sign(&header(), &fixture.claims("dan:test altinn:dataaltinnno"))).await,
        @"400 invalid_scope MP-200: Token request contains invalid scopes for client, altinn:dataaltinnno"
    );
    assert_eq!(fixture.request_token(&sign(&header(), &fixture.claims("dan:test"))).await.status(), 200);
}

#[tokio::test]
async fn only_the_right_form_is_a_token_request() {
    let fixture = Fixture::start().await;
    let endpoint = &fixture.sandbox.maskinporten().token_endpoint;
    let assertion = sign(&header(), &fixture.claims(SCOPE));
    let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let json_body = json!({ "grant_type": grant_type, "assertion": assertion });
    let answers = [
        fixture.http.post(endpoint).json(&json_body),
        fixture.http.post(endpoint).form(&[("grant_type", "client_credentials"), ("assertion", &assertion)]),
        fixture.http.post(endpoint).form(&[("grant_type", grant_type)]),
        fixture.http.post(endpoint).form(&[
            ("grant_type", grant_type),
            ("assertion", "a"),
            ("assertion", "b"),
        ]),
    ];
    let mut errors = Vec::new();
    for answer in answers {
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 400);
        errors.push(support::json(answer).await["error"].as_str().unwrap().to_owned());
    }
    assert_eq!(errors, ["invalid_request", "unsupported_grant_type", "invalid_request", "invalid_request"]);

    let get = fixture.http.get(endpoint).send().await.unwrap();
    assert_eq!((get.status().as_u16(), &get.headers()["allow"]), (405, &"POST".parse().unwrap()));
    let elsewhere = format!("{}tokens", fixture.sandbox.maskinporten().issuer);
    assert_eq!(fixture.http.post(elsewhere).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_key_needs_to_be_registered() {
    let fixture = Fixture::start().await;
    fixture.register_as(&[SCOPE], Value::Null);
    insta::assert_snapshot!(
        refusal(&fixture, &sign(&header(), &fixture.claims(SCOPE))).await,
        @"400 invalid_grant no code: Invalid assertion. Client authentication failed. Unknown key identifier (kid) for client."
    );
    let unknown = refused_claim(&fixture, "iss", json!(format!("{CLIENT_ID}-2"))).await;
    assert!(unknown.contains("MP-100"), "{unknown}");
}
