//! The grant against a token server that checks assertions as Maskinporten does, over real TLS.

use std::sync::Arc;

use dan_auth::{
    AccessTokenProvider, AuthErrorKind, CertificateChain, ClientCredential, Endpoints, PrivateKey,
};
use dan_sandbox::Sandbox;
use serde_json::json;

use crate::support::{
    SCOPE, WrongClock, builder, new_key, register, register_keys, some_key, token_requests,
};

#[tokio::test]
async fn a_registered_key_gets_a_token_for_its_organisation() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = register(&sandbox, "with-key");
    let client = builder(&sandbox, "with-key", ClientCredential::registered_key(key, "key")).build().unwrap();
    let claims = client.access_token().await.unwrap().claims().unwrap();
    assert_eq!(claims["client_id"], "with-key");
    assert_eq!(claims["consumer"]["ID"], format!("0192:{}", sandbox.organisation()));
    assert_eq!((&claims["scope"], &claims["client_amr"]), (&json!(SCOPE), &json!("private_key_jwt")));
}

#[tokio::test]
async fn an_enterprise_certificate_gets_a_token_without_any_registered_key() {
    let sandbox = Sandbox::start().await.unwrap();
    register_keys(&sandbox, "with-certificate", json!(null));
    let issued = sandbox.issue_enterprise_certificate(&sandbox.organisation().parse().unwrap()).unwrap();
    let credential = ClientCredential::enterprise_certificate(
        PrivateKey::from_pem(issued.private_key_pem.as_bytes()).unwrap(),
        CertificateChain::from_pem(issued.chain_pem.as_bytes()).unwrap(),
    );
    let client = builder(&sandbox, "with-certificate", credential).build().unwrap();
    let claims = client.access_token().await.unwrap().claims().unwrap();
    assert_eq!(claims["client_amr"], "virksomhetssertifikat");
}

#[tokio::test]
async fn a_jwk_brings_its_key_id_and_the_metadata_document_the_endpoints() {
    let sandbox = Sandbox::start().await.unwrap();
    let jwk = variable(&sandbox, "MASKINPORTEN_CLIENT_JWK");
    let key = PrivateKey::from_jwk(&jwk).unwrap();
    let credential = ClientCredential::registered_jwk(key).unwrap();
    let client = builder(&sandbox, sandbox.client_id(), credential)
        .well_known_url(&sandbox.maskinporten().well_known)
        .build()
        .unwrap();
    client.access_token().await.unwrap();
    client.access_token().await.unwrap();
    assert_eq!(token_requests(&sandbox), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_cause_one_grant() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = register(&sandbox, "busy");
    let client =
        Arc::new(builder(&sandbox, "busy", ClientCredential::registered_key(key, "key")).build().unwrap());
    let callers: Vec<_> = (0..500)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.access_token().await.map(|token| token.expose().to_owned()) })
        })
        .collect();
    let mut tokens = Vec::new();
    for caller in callers {
        tokens.push(caller.await.unwrap().unwrap());
    }
    tokens.dedup();
    assert_eq!((tokens.len(), token_requests(&sandbox)), (1, 1));
}

#[tokio::test]
async fn each_refusal_says_why_and_what_to_do() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = register(&sandbox, "known");
    let credential = |key_id: &str| ClientCredential::registered_key(key.clone(), key_id);
    let server = sandbox.maskinporten();
    let no_slash = Endpoints::new(server.issuer.trim_end_matches('/'), &server.token_endpoint).unwrap();
    let another_key = ClientCredential::registered_key(new_key(), "key");

    let mut report = String::new();
    for (mistake, client) in [
        ("unknown client", builder(&sandbox, "unknown", credential("key"))),
        ("unknown key id", builder(&sandbox, "known", credential("yek"))),
        ("another key", builder(&sandbox, "known", another_key)),
        ("issuer without slash", builder(&sandbox, "known", credential("key")).endpoints(no_slash)),
        ("scope of others", builder(&sandbox, "known", credential("key")).scopes("other:scope")),
    ] {
        let error = client.build().unwrap().access_token().await.unwrap_err();
        let refusal = error.refusal().unwrap();
        assert_eq!(
            (error.kind(), refusal.status, error.is_retryable()),
            (AuthErrorKind::Refused, 400, false)
        );
        assert_eq!(refusal.trace_id.as_ref().map(String::len), Some(32));
        report.push_str(&format!("{mistake}: {error}\n"));
    }
    insta::assert_snapshot!(report);
}

#[tokio::test]
async fn a_stranger_is_no_token_server() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = some_key();
    let address = |path: &str| {
        Endpoints::new(&sandbox.maskinporten().issuer, &format!("{}{path}", sandbox.base_url())).unwrap()
    };
    let client = builder(&sandbox, "client", ClientCredential::registered_key(key.clone(), "key"))
        .endpoints(address("/v1/public/metadata/servicecontexts"))
        .build()
        .unwrap();
    let error = client.access_token().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::UnexpectedAnswer);

    let unreachable = builder(&sandbox, "client", ClientCredential::registered_key(key, "key"))
        .endpoints(Endpoints::of_issuer("https://127.0.0.1:1/").unwrap())
        .clock(WrongClock::ahead(0))
        .build()
        .unwrap();
    let error = unreachable.access_token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (AuthErrorKind::Network, true));
}

fn variable(sandbox: &Sandbox, name: &str) -> String {
    sandbox.variables().into_iter().find(|(found, _)| found == name).unwrap().1
}
