//! Against the sandbox, over TLS.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use dan_auth::{
    AuthError, Bundle, CertificateSelection, ClientCredential, ClientIdentity, MaskinportenClient,
    PrivateKey, Purpose, RefusalCause, Secret,
};
use dan_sandbox::Sandbox;
use dan_transport::{
    ApiVersion, Delivery, Error, ErrorKind, ErrorOrigin, Operation, RetryPolicy, ServiceUrl, SubscriptionKey,
    Transport,
};

const AGENCY: &str = "991825827";

fn builder(sandbox: &Sandbox, origin: &str) -> dan_transport::TransportBuilder {
    let service = ServiceUrl::custom(origin, ApiVersion::V1).unwrap();
    Transport::builder(service)
        .certificate_authorities_pem(sandbox.ca_pem().unwrap())
        .retry_policy(RetryPolicy::never())
}

fn identity(sandbox: &Sandbox) -> ClientIdentity {
    let issued = sandbox.issue_enterprise_certificate(&sandbox.organisation().parse().unwrap()).unwrap();
    let pem = format!("{}{}", issued.chain_pem, issued.private_key_pem);
    let bundle = Bundle::from_bytes(pem.as_bytes(), None).unwrap();
    bundle.identity(&CertificateSelection::for_purpose(Purpose::Signing)).unwrap()
}

fn harvest(sandbox: &Sandbox) -> Operation {
    let key = SubscriptionKey::new(&Secret::from(sandbox.subscription_keys()["eBevis"].as_str())).unwrap();
    Operation::get("/directharvest/{evidenceCode}", key)
        .path_value("UnitBasicInformation")
        .query("subject", AGENCY)
}

#[tokio::test]
async fn a_client_certificate_says_who_asks() {
    let sandbox = Sandbox::start().await.unwrap();
    let origin = sandbox.certificate_base_url().unwrap().to_owned();
    let transport = builder(&sandbox, &origin).client_identity(&identity(&sandbox)).build().unwrap();
    let answer = transport.send(&harvest(&sandbox)).await.unwrap();
    assert!(answer.is_json() && answer.signature().is_some() && answer.request_id().is_some());
    assert!(answer.service_version().is_some());
    let request = sandbox.requests().pop().unwrap();
    assert!(!request.headers.contains_key("authorization"), "{request:?}");
}

/// A gateway in front may want the one, and the service behind it the other.
#[tokio::test]
async fn a_token_goes_along_with_a_client_certificate_when_there_are_both() {
    let sandbox = Sandbox::start().await.unwrap();
    let origin = sandbox.certificate_base_url().unwrap().to_owned();
    let transport = builder(&sandbox, &origin)
        .client_identity(&identity(&sandbox))
        .access_token_provider(maskinporten(&sandbox))
        .build()
        .unwrap();
    transport.send(&harvest(&sandbox)).await.unwrap();
    let request = sandbox.requests().pop().unwrap();
    assert!(request.headers.contains_key("authorization"), "{request:?}");
}

#[tokio::test]
async fn a_refused_client_certificate_is_told_from_a_broken_connection() {
    let (sandbox, other) = (Sandbox::start().await.unwrap(), Sandbox::start().await.unwrap());
    let origin = sandbox.certificate_base_url().unwrap().to_owned();
    let foreign = builder(&sandbox, &origin).client_identity(&identity(&other)).build().unwrap();
    let error = foreign.send(&harvest(&sandbox)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Unauthenticated, Delivery::NotSent));
    assert!(!error.is_retryable() && sandbox.requests().is_empty());
    insta::assert_snapshot!(error, @"127.0.0.1 ended the connection: the server does not know the issuer of the client certificate; give the whole chain with it, and check that it is of the server's environment (test or production).");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_a_client_certificate_gets_no_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let origin = sandbox.certificate_base_url().unwrap().to_owned();
    let token = Arc::new(dan_auth::AccessToken::new("a.b.c"));
    let transport = builder(&sandbox, &origin).access_token_provider(token).build().unwrap();
    // HTTP/2 may lose what TLS had to say, when the connection ends before the request is written: now here, now there.
    for _ in 0..20 {
        let error = transport.send(&harvest(&sandbox)).await.unwrap_err();
        assert!(error.to_string().contains("client certificate"), "{error}: {error:?}");
        assert_eq!(error.delivery(), Delivery::NotSent, "{error:?}");
    }
    assert!(sandbox.requests().is_empty());
}

/// Gives tokens of the sandbox's Maskinporten.
fn maskinporten(sandbox: &Sandbox) -> Arc<MaskinportenClient> {
    let (_, scopes) =
        sandbox.variables().into_iter().find(|(name, _)| *name == "MASKINPORTEN_SCOPES").unwrap();
    maskinporten_for(sandbox, &scopes)
}

fn maskinporten_for(sandbox: &Sandbox, scopes: &str) -> Arc<MaskinportenClient> {
    let variables: BTreeMap<String, String> = sandbox.variables().into_iter().collect();
    let key = PrivateKey::from_jwk(&variables["MASKINPORTEN_CLIENT_JWK"]).unwrap();
    let credential = ClientCredential::registered_jwk(key).unwrap();
    let client = MaskinportenClient::builder(sandbox.client_id(), credential)
        .well_known_url(&variables["MASKINPORTEN_WELL_KNOWN_URL"])
        .scopes(scopes)
        .certificate_authorities_pem(sandbox.ca_pem().unwrap());
    Arc::new(client.build().unwrap())
}

#[tokio::test]
async fn what_maskinporten_refuses_is_told_with_its_cause() {
    let sandbox = Sandbox::start().await.unwrap();
    let provider = maskinporten_for(&sandbox, "nobody:knows");
    let transport = builder(&sandbox, sandbox.base_url()).access_token_provider(provider).build().unwrap();
    let error = transport.send(&harvest(&sandbox)).await.unwrap_err();
    assert_eq!((error.kind(), error.origin()), (ErrorKind::Unauthenticated, ErrorOrigin::Maskinporten));
    let refusal = error.authentication().and_then(AuthError::refusal).unwrap();
    assert_eq!(
        (refusal.cause, refusal.reference.as_deref()),
        (RefusalCause::ScopeNotOnClient, Some("MP-200"))
    );
    assert!(refusal.trace_id.is_some() && error.request_id() == refusal.trace_id.as_deref());
    assert_eq!(error.status(), Some(refusal.status));
}

fn grants(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.path.contains("token")).count()
}

#[tokio::test]
async fn one_token_is_renewed_for_all_who_had_it_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let transport =
        builder(&sandbox, sandbox.base_url()).access_token_provider(maskinporten(&sandbox)).build().unwrap();
    let operation = harvest(&sandbox);
    transport.send(&operation).await.unwrap();
    assert_eq!(grants(&sandbox), 1);
    // From now on, nobody takes the tokens that were given before.
    sandbox.rotate_token_key(true).unwrap();
    let calls: Vec<_> = (0..16)
        .map(|_| {
            let (transport, operation) = (transport.clone(), operation.clone());
            tokio::spawn(async move { transport.send(&operation).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(grants(&sandbox), 2);
    let refused = sandbox.requests().iter().filter(|request| request.answer.status == 401).count();
    assert!(refused > 1, "{refused}");
}

#[tokio::test]
async fn a_server_with_a_foreign_certificate_gets_no_request() {
    let (sandbox, other) = (Sandbox::start().await.unwrap(), Sandbox::start().await.unwrap());
    let transport = builder(&other, sandbox.base_url()).retry_policy(RetryPolicy::default()).build().unwrap();
    let error: Error = transport.send(&Operation::public_get("/metadata/statuscodes")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Network, Delivery::NotSent, 1)
    );
    insta::assert_snapshot!(error, @"the certificate of 127.0.0.1 is not trusted. Give the certificate authority that issued it, and check the address and the clock.");
}

/// Runs itself again, in a process whose platform trusts the sandbox.
#[tokio::test]
async fn given_certificate_authorities_stand_instead_of_the_platforms() {
    const TARGET: &str = "DAN_TRANSPORT_TEST_FOREIGN";
    if let Ok(origin) = std::env::var(TARGET) {
        let statuses = Operation::public_get("/metadata/statuscodes");
        let service = ServiceUrl::custom(&origin, ApiVersion::V1).unwrap();
        Transport::builder(service).build().unwrap().send(&statuses).await.unwrap();
        let other = Sandbox::start().await.unwrap();
        let error = builder(&other, &origin).build().unwrap().send(&statuses).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Network, Delivery::NotSent));
        return;
    }
    let sandbox = Sandbox::start().await.unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "sandbox::given_certificate_authorities_stand_instead_of_the_platforms"])
        .env(TARGET, sandbox.base_url())
        .env("SSL_CERT_FILE", sandbox.ca_file().unwrap())
        .env_remove("SSL_CERT_DIR");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
