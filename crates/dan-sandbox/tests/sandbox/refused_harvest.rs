//! What the gateway and the service refuse, and how they say so.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{self, AGENCY, ENTERPRISE, Fixture, PERSON};

/// The refusal of an authenticated GET: status and body, the invocation id checked and left out.
async fn refusal(fixture: &Fixture, context: &str, path: &str) -> (u16, Value) {
    refused(fixture.harvest(context, path).await).await
}

async fn refused(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    for name in ["x-invocationid", "x-version", "x-cache", "x-signature-jwt"] {
        assert!(!response.headers().contains_key(name), "{name}");
    }
    let mut body = support::json(response).await;
    body["invocationId"].take().as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    body.as_object_mut().unwrap().remove("invocationId");
    (status, body)
}

#[tokio::test]
async fn each_mistake_has_its_refusal() {
    let fixture = Fixture::start().await;
    let unit = |rest: &str| format!("/directharvest/UnitBasicInformation?subject={ENTERPRISE}{rest}");
    let cases = [
        ("eBevis", unit("&requestor=123456789")),
        ("eBevis", "/directharvest/UnitBasicInformation?subject=123456789".to_owned()),
        ("eBevis", "/directharvest/UnitBasicInformation?subject=310000000".to_owned()),
        ("eBevis", "/directharvest/UnitBasicInformation?subject=310002341".to_owned()),
        ("eBevis", "/directharvest/UnitBasicInformation?subject=unknown%3A%3A1".to_owned()),
        ("eBevis", "/directharvest/unitbasicinformation?subject=998997801".to_owned()),
        ("eBevis", "/directharvest/TildaMetadatav1".to_owned()),
        ("eBevis", unit("&traceid=1")),
        ("eBevis", "/directharvest/EksempelAsynkron?subject=998997801".to_owned()),
        ("eBevis", "/directharvest/RestanserV2?subject=998997801".to_owned()),
        ("eBevis", unit("&requestor=998997801")),
        ("eBevis", "/directharvest/UnitBasicInformation".to_owned()),
        ("Tilda", "/directharvest/TildaTilsynsrapportv1?subject=998997801&startdato=yesterday".to_owned()),
        ("Tilda", "/directharvest/TildaTilsynsrapportv1?subject=998997801&Startdato=2026-01-01".to_owned()),
        ("Tilda", "/directharvest/TildaTilsynsrapportv1?subject=not-a-number".to_owned()),
        ("Tilda", "/directharvest/TildaTilsynsrapportv1?subject=998997801&requestor=958935420".to_owned()),
        ("Tilda", "/directharvest/TildaTilsynsrapportpdfv1".to_owned()),
        ("Tilda", "/directharvest/TildaTilsynsrapportpdfv1?internTilsynsId=none".to_owned()),
        ("DigitaleHelgeland", format!("/directharvest/FregPerson?subject={PERSON}")),
        ("DigitaleHelgeland", "/directharvest/FregPerson?subject=998997801&reuseToken=true".to_owned()),
        (
            "DigitaleHelgeland",
            "/directharvest/SummertSkattegrunnlag?subject=998997801&requestor=958935420".to_owned(),
        ),
    ];
    let mut refusals = Vec::new();
    for (context, path) in cases {
        let (status, body) = refusal(&fixture, context, &path).await;
        refusals.push(format!("{context} {path}\n  {status} {body}"));
    }
    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test]
async fn own_tokens_satisfy_whichever_way_they_come() {
    let fixture = Fixture::start().await;
    let path = format!("/directharvest/FregPerson?subject={PERSON}");
    for flag in ["&reuseToken=true", "&tokenonbehalfofowner=yes"] {
        assert_eq!(fixture.harvest("DigitaleHelgeland", &format!("{path}{flag}")).await.status(), 200);
    }
    let (token, forwarded) = (fixture.full_token().await, "token-for-the-source");
    let request = fixture.get("DigitaleHelgeland", &path).bearer_auth(token);
    assert_eq!(request.header("X-Forward-Access-Token", forwarded).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_scope_is_missing() {
    let fixture = Fixture::start().await;
    let token = fixture.token("altinn:dataaltinnno").await;
    let path = format!("/directharvest/UnitBasicInformation?subject={AGENCY}");
    let response = fixture.get("eBevis", &path).bearer_auth(&token).send().await.unwrap();
    let (status, body) = refused(response).await;
    assert_eq!(status, 403);
    insta::assert_json_snapshot!(body);
    let open = fixture.get("NSG", &path).bearer_auth(token).send().await.unwrap();
    assert_eq!(open.status(), 200, "this context requires nothing");
}

#[tokio::test]
async fn the_token_must_be_proven() {
    let fixture = Fixture::start().await;
    let path = format!("/directharvest/UnitBasicInformation?subject={AGENCY}");
    let token = fixture.full_token().await;
    let (message, _) = token.rsplit_once('.').unwrap();
    let mut refusals = Vec::new();
    for authorization in [None, Some(""), Some("Bearer nonsense"), Some(&format!("Bearer {message}.c2ln"))] {
        let mut request = fixture.get("eBevis", &path);
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        refusals.push(challenged(request.send().await.unwrap()).await);
    }
    fixture.sandbox.advance_clock(Duration::from_secs(121));
    refusals.push(challenged(fixture.get("eBevis", &path).bearer_auth(token).send().await.unwrap()).await);
    insta::assert_json_snapshot!(refusals);
}

async fn challenged(response: reqwest::Response) -> Value {
    let challenge =
        response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    let (status, body) = refused(response).await;
    json!({ "status": status, "challenge": challenge, "body": body })
}

#[tokio::test]
async fn an_unrelated_scope_opens_nothing() {
    let fixture = Fixture::start().await;
    fixture.register(&["altinn:something"]);
    let token = fixture.token("altinn:something").await;
    let response =
        fixture.get("NSG", "/directharvest/UnitBasicInformation").bearer_auth(token).send().await.unwrap();
    let (status, body) = refused(response).await;
    assert_eq!((status, body["code"].as_i64()), (403, Some(1019)));
}

#[tokio::test]
async fn the_gateway_refuses_in_its_own_form() {
    let fixture = Fixture::start().await;
    let harvest = fixture.url("/directharvest/UnitBasicInformation");
    let answers = [
        fixture.http.get(&harvest),
        fixture.http.get(&harvest).header("Ocp-Apim-Subscription-Key", "wrong"),
        fixture.http.get(fixture.url("/metadata/statuscodes")),
        fixture.http.get(fixture.url("/nothing")),
        fixture.http.put(&harvest),
        fixture.http.get(fixture.sandbox.base_url()),
    ];
    let mut refusals = Vec::new();
    for answer in answers {
        let response = answer.send().await.unwrap();
        let status = response.status().as_u16();
        let challenge =
            response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        assert!(!response.headers().contains_key("x-invocationid"));
        refusals
            .push(json!({ "status": status, "challenge": challenge, "body": support::json(response).await }));
    }
    insta::assert_json_snapshot!(refusals);
}
