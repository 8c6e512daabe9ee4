//! What the metadata says about a request before it is sent.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use dan_client::{AccessToken, Configuration, DanClient, DirectHarvest, ErrorKind, Finding};
use dan_sandbox::Sandbox;

const PERSON: &str = "15867010022";

async fn start() -> (Sandbox, DanClient) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    (sandbox, client)
}

fn harvests(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.path.contains("directharvest")).count()
}

async fn told(harvest: &DirectHarvest<'_>) -> String {
    let preflight = harvest.preflight().await.unwrap();
    format!("{}: {preflight}", if preflight.is_clear() { "clear" } else { "refused" })
}

#[tokio::test]
async fn each_mistake_is_found_before_anything_is_sent() {
    let (sandbox, client) = start().await;
    let direct = |dataset: &str| client.direct_harvest(dataset);
    let tilda = || direct("TildaTilsynsrapportv1").subject("998997801");
    let report = [
        told(&direct("UnitBasicInformation").service_context("ebevis").subject("991825827")).await,
        told(&direct("UnitBasicInfomation").service_context("eBevis")).await,
        told(&direct("CertificateOfRegistration").service_context("Tilda").subject("991825827")).await,
        told(&direct("MvaMeldingsOpplysning").service_context("eBevis").subject("991825827")).await,
        told(&tilda().parameter("Startdato", "2026-01-01").parameter("x", "1")).await,
        told(&tilda().parameter("startdato", "yesterday").parameter("inkluderUnderenheter", "ja")).await,
        told(&tilda().parameter("startdato", "1.1.2026").parameter("startdato", "2026-01-01")).await,
        told(&direct("TildaTilsynsrapportpdfv1")).await,
        told(&tilda().requestor("974760673")).await,
        told(&tilda().subject("1234567")).await,
        told(&direct("RestanserV2").service_context("eBevis").subject("998997801")).await,
        told(&direct("EksempelAsynkron").subject("998997801")).await,
        told(&direct("EksempelUtgaaende").subject("998997801")).await,
        told(&direct("FregPerson").subject(PERSON)).await,
        told(&direct("FregPerson").subject(PERSON).reuse_token()).await,
        told(&direct("FregPerson").subject("991825827").token_on_behalf_of_owner()).await,
        told(&direct("UnitBasicInformation").service_context("eBevis").subject("158670 10022")).await,
    ]
    .join("\n\n");
    assert!(!report.contains("10022"), "{report}");
    insta::assert_snapshot!(report);
    assert_eq!(harvests(&sandbox), 0);
}

#[tokio::test]
async fn scopes_are_those_of_the_token() {
    let (sandbox, _) = start().await;
    let mut configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    configuration.maskinporten.scopes = Some("altinn:dataaltinnno/ebevis".to_owned());
    let client = configuration.client().unwrap();
    let preflight = client.direct_harvest("TildaMetadatav1").preflight().await.unwrap();
    let scopes = vec!["altinn:dataaltinnno/tilda".to_owned()];
    assert_eq!(preflight.findings(), [Finding::MissingScopes { scopes }]);

    // Nothing is known of a token that is no JWT.
    let builder = configuration.builder().unwrap().access_token(AccessToken::new("opaque"));
    let client = builder.build().unwrap();
    assert!(client.direct_harvest("TildaMetadatav1").preflight().await.unwrap().findings().is_empty());
}

const GUARDED: &str = r#"{
    "evidenceCode": {
        "evidenceCodeName": "Guarded", "isAsynchronous": false, "isPublic": false,
        "authorizationRequirements": [{ "type": "MaskinportenScopeRequirement", "failureAction": 0,
            "requiredOnEvidenceHarvester": false, "requiredScopes": ["some:scope"] }],
        "values": [{ "evidenceValueName": "a", "source": "b", "valueType": "string" }],
        "belongsToServiceContexts": ["eBevis"]
    },
    "answer": { "values": [] }
}"#;

/// In whatever case it is named: the service compares it with what the accreditation holds.
#[tokio::test]
async fn what_was_checked_when_the_permission_was_asked_for_is_not_checked_again() {
    let (sandbox, client) = start().await;
    sandbox.put_dataset("Guarded", GUARDED).unwrap();
    let directly = client.direct_harvest("Guarded").preflight().await.unwrap();
    assert_eq!(directly.findings(), [Finding::MissingScopes { scopes: vec!["some:scope".to_owned()] }]);
    let accreditation = client.accreditation("00000000-0000-4000-8000-000000000000");
    for name in ["Guarded", "guarded"] {
        let later = accreditation.harvest(name).preflight().await.unwrap();
        assert_eq!(later.findings(), [], "{name}");
    }
}

#[tokio::test]
async fn a_checked_harvest_is_sent_only_when_nothing_speaks_against_it() {
    let (sandbox, client) = start().await;
    for (dataset, kind) in [
        ("UnitBasicInfomation", ErrorKind::NotFound),
        ("RestanserV2", ErrorKind::Forbidden),
        ("EksempelAsynkron", ErrorKind::InvalidRequest),
    ] {
        let harvest = client.direct_harvest(dataset).service_context("eBevis").subject("998997801");
        let error = harvest.checked().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert_eq!(harvests(&sandbox), 0);
    client.direct_harvest("EksempelUtgaaende").subject("998997801").checked().await.unwrap();
    assert_eq!(harvests(&sandbox), 1);
}

/// What is found is what the service would say: no request that it takes is refused here.
#[tokio::test]
async fn the_service_agrees() {
    let (_sandbox, client) = start().await;
    let direct = |dataset: &str| client.direct_harvest(dataset);
    for harvest in [
        direct("UnitBasicInformation").service_context("eBevis").subject("991825827"),
        direct("UnitBasicInformation").service_context("Tilda").subject("991825827"),
        direct("TildaTilsynsrapportv1").subject("1234567").parameter("startdato", "2026-01-01"),
        direct("TildaTilsynsrapportv1").subject("998997801").parameter("inkluderUnderenheter", "ja"),
        direct("TildaTilsynsrapportv1").subject("998997801").requestor("974760673"),
        direct("TildaTilsynsrapportpdfv1"),
        direct("EksempelBinaer").subject("991825827").parameter("antallBytes", "10"),
        direct("EksempelBinaer").subject("991825827").parameter("antallBytes", "ten"),
        direct("FregPerson").subject(PERSON),
        direct("FregPerson").subject(PERSON).reuse_token(),
        direct("FregPerson").subject("991825827").reuse_token(),
        direct("RestanserV2").service_context("eBevis").subject("998997801"),
        direct("MvaMeldingsOpplysning").service_context("eBevis").subject("998997801"),
        direct("EksempelAsynkron").subject("998997801"),
        direct("AliasOne").subject("998997801"),
        direct("Roller").service_context("eBevis").subject("998997801").parameter("rolleFilter", "DAGL"),
    ] {
        let preflight = harvest.preflight().await.unwrap();
        let answer = harvest.enveloped().await;
        assert_eq!(preflight.is_clear(), answer.is_ok(), "{preflight}, {answer:?}");
    }
}
