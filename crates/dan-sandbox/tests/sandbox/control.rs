//! The sandbox as others see it that don't use it as a library: control calls, variables, the line it prints.

use std::process::Command;

use dan_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{self, AGENCY, Fixture, KEY, PERSON, SCOPE, header, public_jwks, sign};

fn control(fixture: &Fixture, call: &str) -> String {
    format!("{}{call}", fixture.sandbox.control_url())
}

#[tokio::test]
async fn a_client_is_registered_over_http() {
    let fixture = Fixture::start().await;
    let client = json!({
        "client_id": "over-http", "organisation": AGENCY, "scopes": [SCOPE], "jwks": public_jwks(&KEY),
    });
    let answer = fixture.http.post(control(&fixture, "clients")).json(&client).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut claims = fixture.claims(SCOPE);
    claims["iss"] = "over-http".into();
    assert_eq!(fixture.request_token(&sign(&header(), &claims)).await.status(), 200);
}

#[tokio::test]
async fn a_wrong_client_is_refused_with_a_reason() {
    let fixture = Fixture::start().await;
    let mut reasons = Vec::new();
    for body in [
        json!([]),
        json!({ "client_id": "x" }),
        json!({ "client_id": "x", "organisation": "991825828" }),
        json!({ "client_id": "", "organisation": AGENCY }),
        json!({ "client_id": "x", "organisation": AGENCY, "jwks": "text" }),
        json!({ "client_id": "x", "organisation": AGENCY, "key": "unknown member" }),
    ] {
        let answer = fixture.http.post(control(&fixture, "/clients")).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        reasons.push(support::json(answer).await["error"].as_str().unwrap().to_owned());
    }
    insta::assert_snapshot!(reasons.join("\n"));
}

#[tokio::test]
async fn the_calls_received_are_listed_without_secrets() {
    let fixture = Fixture::start().await;
    let key = fixture.sandbox.subscription_keys()["DigitaleHelgeland"].clone();
    let token = fixture.full_token().await;
    let request =
        fixture.http.post(fixture.url(&format!("/directharvest/FregPerson?reuseToken=1&subject={PERSON}")));
    let request = request.header("Ocp-Apim-Subscription-Key", &key).bearer_auth(&token);
    let answer = request.json(&json!({ "subject": PERSON })).send().await.unwrap();
    assert_eq!(answer.status(), 200);

    let listed = fixture.http.get(control(&fixture, "requests")).send().await.unwrap().text().await.unwrap();
    for secret in [PERSON, &key, &token, "eyJhbGciOiJSUzI1NiIsImtpZCI6InRlc3Qta2V5"] {
        assert!(!listed.contains(secret), "{secret}");
    }
    let mut listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed, serde_json::to_value(fixture.sandbox.requests()).unwrap());
    for call in listed.as_array_mut().unwrap() {
        for document in [call.clone(), call["answer"].clone()] {
            assert!(document["headers"].is_object() && document["body"].is_string());
        }
        call["answer"]["headers"].take();
        call["answer"]["body"].take();
        for name in ["host", "content-length", "accept", "user-agent"] {
            call["headers"].as_object_mut().unwrap().remove(name);
        }
    }
    insta::assert_json_snapshot!(listed);
}

#[tokio::test]
async fn the_signing_key_is_published() {
    let fixture = Fixture::start().await;
    let published =
        fixture.http.get(control(&fixture, "signing-key")).send().await.unwrap().text().await.unwrap();
    assert!(published.starts_with("-----BEGIN PUBLIC KEY-----"));
    assert_eq!(published, std::fs::read_to_string(fixture.sandbox.signing_key_file()).unwrap());
}

#[tokio::test]
async fn there_are_no_other_control_calls() {
    let fixture = Fixture::start().await;
    let post = fixture.http.post(control(&fixture, "requests")).send().await.unwrap();
    assert_eq!((post.status().as_u16(), &post.headers()["allow"]), (405, &"GET".parse().unwrap()));
    let unknown = fixture.http.post(control(&fixture, "nothing")).send().await.unwrap();
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn the_line_it_prints() {
    let sandbox = Sandbox::start().await.unwrap();
    let ready = serde_json::to_value(sandbox.ready()).unwrap();
    let members: Vec<_> = ready.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "base_url",
            "ca_file",
            "certificate_base_url",
            "client_id",
            "control_url",
            "maskinporten",
            "organisation",
            "signing_key_file",
            "subscription_keys"
        ]
    );
    assert_eq!(ready["maskinporten"]["token_endpoint"], format!("{}token", sandbox.maskinporten().issuer));
    assert_eq!(ready["organisation"], AGENCY);
    let keys = sandbox.subscription_keys();
    for shown in [format!("{sandbox:?}"), format!("{:?}", sandbox.ready())] {
        assert!(keys.values().all(|key| !shown.contains(key)), "{shown}");
    }
}

#[tokio::test]
async fn a_shell_takes_the_variables_over() {
    let sandbox = Sandbox::start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sandbox.env");
    sandbox.write_env_file(&file).unwrap();
    let shell =
        Command::new("sh").env_clear().args(["-c", ". \"$0\" && /usr/bin/env"]).arg(&file).output().unwrap();
    let environment = String::from_utf8(shell.stdout).unwrap();
    for (name, value) in sandbox.variables() {
        assert!(environment.lines().any(|line| line == format!("{name}={value}")), "{name}");
    }
    let mut names: Vec<_> = sandbox.variables().into_iter().map(|(name, _)| name).collect();
    names.sort();
    insta::assert_snapshot!(names.join("\n"));
}

#[tokio::test]
async fn plain_http_needs_no_authority() {
    let sandbox = Sandbox::builder().plain_http(true).start().await.unwrap();
    assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
    assert_eq!((sandbox.ca_file(), sandbox.ca_pem()), (None, None));
    assert!(sandbox.variables().iter().all(|(name, _)| name != "DAN_CA_FILE"));
    let codes = reqwest::get(format!("{}/v1/public/metadata/statuscodes", sandbox.base_url())).await.unwrap();
    assert_eq!(codes.status(), 200);
}

#[tokio::test]
async fn a_port_can_be_chosen_once() {
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (port, maskinporten_port) = (free(), free());
    let builder = Sandbox::builder().port(port).maskinporten_port(maskinporten_port);
    let sandbox = builder.clone().start().await.unwrap();
    assert_eq!(sandbox.base_url(), format!("https://127.0.0.1:{port}"));
    assert_eq!(sandbox.maskinporten().issuer, format!("https://127.0.0.1:{maskinporten_port}/"));
    let error = builder.start().await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot listen on port {port} of 127.0.0.1: ")), "{error}");
}
