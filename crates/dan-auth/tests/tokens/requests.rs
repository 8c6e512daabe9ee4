//! What a request asks for, and what one client asks for many.

use dan_auth::{
    AccessTokenProvider, AuthErrorKind, AuthorizationDetails, CertificateChain, ClientCredential, Endpoints,
    MaskinportenClient, MaskinportenClientBuilder, PrivateKey, RefusalCause, SigningAlgorithm, TokenRequest,
};
use dan_sandbox::Sandbox;
use serde_json::json;

use crate::script::{Script, answer};
use crate::support::{SCOPE, builder, parts, register_keys, registered, some_key, token_requests};

const CUSTOMER: &str = "310123455";

fn supplier_customers(sandbox: &Sandbox, customers: &[&str]) {
    let supplier = sandbox.organisation().parse().unwrap();
    for customer in customers {
        sandbox.delegate(&customer.parse().unwrap(), &supplier, &[SCOPE.to_owned()]);
    }
}

#[tokio::test]
async fn one_client_asks_for_many_customers_and_keeps_a_token_for_each() {
    let sandbox = Sandbox::start().await.unwrap();
    let customers = [CUSTOMER, "974760673"];
    supplier_customers(&sandbox, &customers);
    let client = registered(&sandbox, "supplier").build().unwrap();
    let mut tokens = Vec::new();
    for customer in customers.into_iter().chain(customers) {
        let for_customer = client.for_request(client.request().clone().consumer_org(customer)).unwrap();
        let token = for_customer.access_token().await.unwrap();
        let claims = token.claims().unwrap();
        assert_eq!(claims["consumer"]["ID"], format!("0192:{customer}"));
        assert_eq!(claims["supplier"]["ID"], format!("0192:{}", sandbox.organisation()));
        tokens.push(token);
    }
    assert_eq!((&tokens[0], &tokens[1]), (&tokens[2], &tokens[3]));
    assert_eq!(token_requests(&sandbox), 2);
}

#[tokio::test]
async fn a_system_user_a_resource_and_a_person_arrive_in_the_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = registered(&sandbox, "vendor").build().unwrap();
    let request = client.request().clone();
    let claims = |request: TokenRequest| {
        let client = client.for_request(request).unwrap();
        async move { client.access_token().await.map(|token| token.claims().unwrap()) }
    };

    let restricted = request.clone().resource("https://api.example.no/").pid("15867010022");
    let granted = claims(restricted).await.unwrap();
    assert_eq!(
        (&granted["aud"], &granted["pid"]),
        (&json!("https://api.example.no/"), &json!("15867010022"))
    );

    sandbox.approve_system_user("vendor", &CUSTOMER.parse().unwrap(), Some("ref-1"));
    let system_user = |reference: &str| {
        let details = AuthorizationDetails::system_user(CUSTOMER).external_reference(reference);
        claims(request.clone().authorization_details(details))
    };
    let error = system_user("ref-2").await.unwrap_err();
    assert_eq!(error.refusal().unwrap().cause, RefusalCause::SystemUser);
    insta::assert_snapshot!(error);
    let granted = system_user("ref-1").await.unwrap();
    assert_eq!(granted["authorization_details"][0]["systemuser_org"]["ID"], format!("0192:{CUSTOMER}"));
}

#[tokio::test]
async fn an_undelegated_scope_is_told_as_such() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = registered(&sandbox, "supplier").consumer_org(CUSTOMER).build().unwrap();
    let error = client.access_token().await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.cause, refusal.status), (RefusalCause::NotDelegated, 403));
    let own = client.for_request(client.request().clone().consumer_org(sandbox.organisation())).unwrap();
    let error = own.access_token().await.unwrap_err();
    assert_eq!(error.refusal().unwrap().cause, RefusalCause::OwnOrganization);
}

#[tokio::test]
async fn each_of_the_three_algorithms_is_taken() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = some_key();
    register_keys(&sandbox, "client", json!({ "keys": [key.public_jwk("key")] }));
    for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Rs384, SigningAlgorithm::Rs512] {
        let credential = ClientCredential::registered_key(key.clone(), "key").algorithm(algorithm);
        builder(&sandbox, "client", credential).build().unwrap().access_token().await.unwrap();
    }
}

/// The request as it goes over the wire, to the letter.
#[tokio::test]
async fn nothing_is_sent_but_what_the_token_server_knows() {
    let script = Script::of([answer(200, r#"{"access_token":"t","expires_in":119}"#)]);
    let credential =
        ClientCredential::registered_key(some_key(), "my-key").algorithm(SigningAlgorithm::Rs384);
    let client = MaskinportenClient::builder("my-client", credential)
        .endpoints(Endpoints::new("https://test.maskinporten.no/", &format!("{}/token", script.url)).unwrap())
        .request(
            TokenRequest::new("b:scope  a:scope b:scope")
                .resource("https://api.example.no/")
                .consumer_org(CUSTOMER)
                .pid("15867010022")
                .authorization_details(AuthorizationDetails::system_user(CUSTOMER)),
        )
        .build()
        .unwrap();
    client.access_token().await.unwrap();

    let received = &script.received()[0];
    let headers: Vec<_> = received.headers.iter().map(|(name, _)| name.as_str()).collect();
    let (header, claims) = parts(&received.field("assertion").unwrap());
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 70);
    insta::assert_json_snapshot!(
        json!({
            "request": received.what,
            "headers": headers,
            "content-type": received.header("content-type"),
            "grant_type": received.field("grant_type"),
            "assertion": { "header": header, "claims": claims },
        }),
        { ".assertion.claims.iat" => "[time]", ".assertion.claims.exp" => "[time]", ".assertion.claims.jti" => "[unique]" }
    );
}

#[tokio::test]
async fn blanks_around_a_client_id_are_not_sent() {
    let script = Script::of([answer(200, r#"{"access_token":"t","expires_in":119}"#)]);
    let client = |client_id: &str| {
        MaskinportenClient::builder(client_id, ClientCredential::registered_key(some_key(), "key"))
            .endpoints(Endpoints::of_issuer(&script.url).unwrap())
            .scopes(SCOPE)
            .build()
    };
    assert_eq!(client(" \n").unwrap_err().kind(), AuthErrorKind::Configuration);
    client(" my-client\n").unwrap().access_token().await.unwrap();
    let (_, claims) = parts(&script.received()[0].field("assertion").unwrap());
    assert_eq!(claims["iss"], "my-client");
}

#[tokio::test]
async fn an_empty_key_id_is_refused_before_anything_is_sent() {
    let script = Script::of([]);
    let configured = |builder: MaskinportenClientBuilder| {
        builder.endpoints(Endpoints::of_issuer(&script.url).unwrap()).scopes(SCOPE).build()
    };
    for key_id in ["", " \t"] {
        let credential = ClientCredential::registered_key(some_key(), key_id);
        let error = configured(MaskinportenClient::builder("my-client", credential.clone())).unwrap_err();
        assert!(error.to_string().starts_with("the key id is empty"), "{error}");
        let client = configured(MaskinportenClient::with_credential_source("my-client", credential));
        let error = client.unwrap().access_token().await.unwrap_err();
        assert_eq!((error.kind(), script.received().len()), (AuthErrorKind::Configuration, 0));
    }
}

#[tokio::test]
async fn a_certificate_goes_along_with_its_chain_and_without_a_key_id() {
    let sandbox = Sandbox::start().await.unwrap();
    let issued = sandbox.issue_enterprise_certificate(&sandbox.organisation().parse().unwrap()).unwrap();
    let chain = CertificateChain::from_pem(issued.chain_pem.as_bytes()).unwrap();
    let key = PrivateKey::from_pem(issued.private_key_pem.as_bytes()).unwrap();
    let issuers = chain.issuers().iter().filter(|issuer| !issuer.is_self_issued()).count();
    assert!(issuers > 0, "the sandbox issues through an intermediate authority");
    for (chain, expected) in [(chain.clone(), 1 + issuers), (chain.without_issuers(), 1)] {
        let script = Script::of([answer(200, r#"{"access_token":"t"}"#)]);
        let credential = ClientCredential::enterprise_certificate(key.clone(), chain);
        let client = MaskinportenClient::builder("my-client", credential)
            .endpoints(Endpoints::of_issuer(&script.url).unwrap())
            .scopes(SCOPE)
            .build()
            .unwrap();
        client.access_token().await.unwrap();
        let (header, _) = parts(&script.received()[0].field("assertion").unwrap());
        let names: Vec<_> = header.as_object().unwrap().keys().collect();
        assert_eq!(names, ["alg", "x5c"]);
        assert_eq!(header["x5c"].as_array().unwrap().len(), expected);
    }
}
