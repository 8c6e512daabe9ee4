//! Tokens on behalf of a customer, and with the keys of yesterday.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{self, AGENCY, CLIENT_ID, ENTERPRISE, Fixture, SCOPE, claims_of, header, sign};

/// Asks for a token with one claim more; what it says, or how it is refused: status, error and code.
async fn ask(fixture: &Fixture, claim: &str, value: Value) -> Result<Value, String> {
    let mut claims = fixture.claims(SCOPE);
    claims[claim] = value;
    let answer = fixture.request_token(&sign(&header(), &claims)).await;
    let status = answer.status().as_u16();
    let body = support::json(answer).await;
    if let Some(token) = body["access_token"].as_str() {
        return Ok(claims_of(token));
    }
    let code = body["error_uri"].as_str().and_then(|uri| uri.rsplit('/').next()).unwrap_or_default();
    Err(format!("{status} {} {code}", body["error"].as_str().unwrap()))
}

/// Steers the sandbox as a program in another language would.
async fn control(fixture: &Fixture, method: Method, call: &str, body: &Value) -> u16 {
    let url = format!("{}{call}", fixture.sandbox.control_url());
    fixture.http.request(method, url).json(body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_customer_delegates_to_its_supplier() {
    let fixture = Fixture::start().await;
    let refused = "403 forbidden MP-251".to_owned();
    assert_eq!(ask(&fixture, "consumer_org", json!(ENTERPRISE)).await, Err(refused.clone()));
    let delegation = json!({ "consumer": ENTERPRISE, "supplier": AGENCY, "scopes": [SCOPE] });
    assert_eq!(control(&fixture, Method::POST, "delegations", &delegation).await, 200);

    let token = ask(&fixture, "consumer_org", json!(ENTERPRISE)).await.unwrap();
    assert_eq!(token["consumer"]["ID"], format!("0192:{ENTERPRISE}"));
    assert_eq!(token["supplier"]["ID"], format!("0192:{AGENCY}"));
    assert_eq!(token["delegation_source"], "https://tt02.altinn.no/");
    let own = claims_of(&fixture.token(SCOPE).await);
    assert_eq!((&own["consumer"]["ID"], own.get("supplier")), (&json!(format!("0192:{AGENCY}")), None));

    assert_eq!(ask(&fixture, "consumer_org", json!("958935420")).await, Err(refused.clone()));
    assert_eq!(ask(&fixture, "consumer_org", json!("1")).await, Err("400 invalid_grant ".to_owned()));
    assert_eq!(control(&fixture, Method::DELETE, "delegations", &delegation).await, 200);
    assert_eq!(ask(&fixture, "consumer_org", json!(ENTERPRISE)).await, Err(refused));
}

#[tokio::test]
async fn the_customer_is_the_owner_in_the_services_eyes() {
    let fixture = Fixture::start().await;
    let scopes = fixture.all_scopes().iter().map(ToString::to_string).collect::<Vec<_>>();
    fixture.sandbox.delegate(&ENTERPRISE.parse().unwrap(), &AGENCY.parse().unwrap(), &scopes);
    let mut claims = fixture.claims(&scopes.join(" "));
    claims["consumer_org"] = json!(ENTERPRISE);
    let answer = support::json(fixture.request_token(&sign(&header(), &claims)).await).await;
    let harvest = fixture
        .get("eBevis", &format!("/directharvest/UnitBasicInformation?subject={AGENCY}"))
        .bearer_auth(answer["access_token"].as_str().unwrap());
    let refusal = support::json(harvest.send().await.unwrap()).await;
    assert_eq!(refusal["code"], 1019, "the customer is no public agency: {refusal}");
}

#[tokio::test]
async fn a_scope_can_be_withheld() {
    let fixture = Fixture::start().await;
    let access = |granted: bool| json!({ "organisation": AGENCY, "scope": SCOPE, "granted": granted });
    let ask_for_token = async || ask(&fixture, "iss", json!(CLIENT_ID)).await.map(|_| ());
    assert_eq!(control(&fixture, Method::POST, "access", &access(false)).await, 200);
    assert_eq!(ask_for_token().await, Err("403 forbidden MP-250".to_owned()));
    assert_eq!(control(&fixture, Method::POST, "access", &access(true)).await, 200);
    assert_eq!(ask_for_token().await, Ok(()));
}

#[tokio::test]
async fn a_customer_approves_a_system_user() {
    let fixture = Fixture::start().await;
    let detail = |organization: &str| {
        json!({ "type": "urn:altinn:systemuser",
            "systemuser_org": { "authority": "iso6523-actorid-upis", "ID": format!("0192:{organization}") } })
    };
    let ask_with = async |details: Value| ask(&fixture, "authorization_details", details).await;
    let unknown = "400 invalid_altinn_customer_configuration MP-303".to_owned();
    assert_eq!(ask_with(json!([detail(ENTERPRISE)])).await, Err(unknown.clone()));

    let approval = json!({ "client_id": CLIENT_ID, "organisation": ENTERPRISE });
    assert_eq!(control(&fixture, Method::POST, "system-users", &approval).await, 200);
    let token = ask_with(json!([detail(ENTERPRISE)])).await.unwrap();
    let granted = &token["authorization_details"][0];
    assert_eq!(granted["systemuser_org"]["ID"], format!("0192:{ENTERPRISE}"));
    assert_eq!(granted["system_id"], format!("{AGENCY}_sandbox"));
    assert_eq!(granted["systemuser_id"][0].as_str().unwrap().len(), 36);
    assert_eq!(token["consumer"]["ID"], format!("0192:{AGENCY}"), "the vendor stays the consumer");

    let with = |name: &str, value: Value| {
        let mut detail = detail(ENTERPRISE);
        detail[name] = value;
        json!([detail])
    };
    fixture.sandbox.approve_system_user(CLIENT_ID, &"958935420".parse().unwrap(), Some("avdeling-3"));
    let mut named = detail("958935420");
    assert_eq!(ask_with(json!([named])).await, Err(unknown.clone()), "the reference must be repeated");
    named["externalRef"] = json!("avdeling-3");
    assert!(ask_with(json!([named])).await.is_ok());
    for (details, refusal) in [
        (with("type", json!("urn:other")), "400 invalid_request MP-301"),
        (with("systemuserorg", json!(ENTERPRISE)), "400 invalid_request MP-302"),
        (with("externalRef", json!("a b")), "400 invalid_request MP-302"),
        (with("systemuser_org", json!({ "authority": "x", "ID": "0192:1" })), "400 invalid_request MP-303"),
        (json!([detail(ENTERPRISE), detail(ENTERPRISE)]), "400 invalid_request MP-303"),
        (json!([{ "type": "urn:altinn:consent", "id": "1" }]), "400 invalid_request MP-303"),
        (with("externalRef", json!("other")), &unknown),
    ] {
        assert_eq!(ask_with(details.clone()).await, Err(refusal.to_owned()), "{details}");
    }
}

#[tokio::test]
async fn the_key_of_the_tokens_changes() {
    let fixture = Fixture::start().await;
    let old = fixture.full_token().await;
    let path = format!("/directharvest/UnitBasicInformation?subject={ENTERPRISE}");
    let harvest =
        async |token: &str| fixture.get("eBevis", &path).bearer_auth(token).send().await.unwrap().status();
    let published = async || {
        let jwks = format!("{}jwk", fixture.sandbox.maskinporten().issuer);
        let set = support::json(fixture.http.get(jwks).send().await.unwrap()).await;
        set["keys"].as_array().unwrap().len()
    };
    assert_eq!(harvest(&old).await, 200);
    assert_eq!(control(&fixture, Method::POST, "token-keys", &json!({})).await, 200);
    assert_eq!((harvest(&old).await.as_u16(), published().await), (200, 2), "both keys are published");
    let new = fixture.full_token().await;
    assert_ne!(old.split('.').next(), new.split('.').next());
    assert_eq!(harvest(&new).await, 200);

    fixture.sandbox.rotate_token_key(true).unwrap();
    assert_eq!((harvest(&new).await.as_u16(), published().await), (401, 1));
    assert_eq!(harvest(&fixture.full_token().await).await, 200);
}
