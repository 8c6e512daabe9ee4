//! Direct harvest against the sandbox, over real TLS.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use dan_client::model::StatusCode;
use dan_client::{
    Configuration, DanClient, ErrorKind, ErrorOrigin, NationalIdentityNumber, OrganizationNumber, Secret,
    SubscriptionKey, SubscriptionKeys,
};
use dan_sandbox::{RecordedRequest, Sandbox};
use serde::Deserialize;

const PERSON: &str = "15867010022";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnitBasicInformation {
    organization_number: u32,
    organization_name: String,
}

async fn start() -> (Sandbox, DanClient) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    (sandbox, client)
}

/// The harvests that the sandbox received.
fn harvests(sandbox: &Sandbox) -> Vec<RecordedRequest> {
    sandbox.requests().into_iter().filter(|request| request.path.contains("directharvest")).collect()
}

#[tokio::test]
async fn the_envelope_and_the_values_alone() {
    let (_sandbox, client) = start().await;
    let subject: OrganizationNumber = "998997801".parse().unwrap();
    let evidence =
        client.direct_harvest("UnitBasicInformation").subject(subject.clone()).evidence().await.unwrap();
    assert_eq!(evidence.evidence_status.status.code, StatusCode::Available);
    let unit: UnitBasicInformation =
        client.direct_harvest("UnitBasicInformation").subject(subject).typed().await.unwrap();
    assert_eq!(unit.organization_number, 998_997_801);
    let name = evidence
        .evidence_values
        .iter()
        .find(|value| value.evidence_value_name == "OrganizationName")
        .unwrap();
    assert_eq!(name.value.as_ref().unwrap().as_str(), Some(unit.organization_name.as_str()));
}

#[tokio::test]
async fn bytes_and_signature_stay_reachable() {
    let (_sandbox, client) = start().await;
    let answer =
        client.direct_harvest("UnitBasicInformation").subject("991825827").enveloped().await.unwrap();
    assert_eq!(answer.signature().unwrap().split('.').count(), 3);
    assert!(answer.request_id().is_some());
    assert!(answer.bytes().starts_with(b"{\"evidenceStatus\""));
}

#[tokio::test]
async fn an_organization_goes_by_get_and_a_person_in_the_body() {
    let (sandbox, client) = start().await;
    client.direct_harvest("UnitBasicInformation").subject("991825827").evidence().await.unwrap();
    let person: NationalIdentityNumber = PERSON.parse().unwrap();
    client.direct_harvest("FregPerson").subject(person).reuse_token().evidence().await.unwrap();
    let _ = client.direct_harvest("UnitBasicInformation").subject("158670 10022").evidence().await;

    let shapes: Vec<String> = harvests(&sandbox)
        .iter()
        .map(|request| format!("{} {}?{} {}", request.method, request.path, request.query, request.body))
        .collect();
    insta::assert_snapshot!(shapes.join("\n"));
}

#[tokio::test]
async fn a_persons_number_is_refused_wherever_it_would_stand_in_a_url() {
    let (sandbox, client) = start().await;
    for harvest in [
        client.direct_harvest("FregPerson").parameter("fnr", PERSON),
        client.direct_harvest("FregPerson").requestor(PERSON),
        client.direct_harvest(PERSON),
    ] {
        let error = harvest.service_context("DigitaleHelgeland").evidence().await.unwrap_err();
        assert_eq!((error.kind(), error.origin()), (ErrorKind::InvalidRequest, ErrorOrigin::Client));
        assert!(!format!("{error} {error:?}").contains(PERSON));
    }
    assert!(harvests(&sandbox).is_empty());
}

#[tokio::test]
async fn parameters_reach_the_dataset() {
    let (sandbox, client) = start().await;
    let harvest = client
        .direct_harvest("TildaTilsynsrapportv1")
        .subject("998997801")
        .parameter("startdato", "2026-01-01T00:00:00+01:00")
        .parameter("inkluderUnderenheter", "true");
    harvest.evidence().await.unwrap();
    let query = &harvests(&sandbox)[0].query;
    assert!(query.contains("startdato=2026-01-01T00%3A00%3A00%2B01%3A00"), "{query}");

    let unknown =
        client.direct_harvest("TildaTilsynsrapportv1").subject("998997801").parameter("Startdato", "2026");
    assert_eq!(unknown.evidence().await.unwrap_err().code(), Some(1017));
    let reserved = client.direct_harvest("TildaTilsynsrapportv1").parameter("ENVELOPE", "false");
    assert_eq!(reserved.evidence().await.unwrap_err().origin(), ErrorOrigin::Client);
}

#[tokio::test]
async fn one_token_serves_many_harvests() {
    let (sandbox, client) = start().await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                client
                    .direct_harvest("UnitBasicInformation")
                    .service_context("eBevis")
                    .subject("991825827")
                    .evidence()
                    .await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(sandbox.requests().iter().filter(|request| request.path == "/token").count(), 1);
}

#[tokio::test]
async fn what_the_service_refuses_is_told_by_its_code() {
    let (_sandbox, client) = start().await;
    let mut report = String::new();
    for (dataset, subject) in [
        ("UnitBasicInfomation", "991825827"),
        ("UnitBasicInformation", "123456789"),
        ("UnitBasicInformation", "15867010021"),
        ("RestanserV2", "998997801"),
        ("FregPerson", PERSON),
    ] {
        let harvest = client.direct_harvest(dataset).service_context(context(dataset)).subject(subject);
        let error = harvest.evidence().await.unwrap_err();
        assert_eq!(error.origin(), ErrorOrigin::Dan);
        assert!(error.request_id().is_some());
        report.push_str(&format!("{:?} {} {error}\n", error.code().unwrap(), error.kind().as_str()));
    }
    assert!(!report.contains(PERSON) && !report.contains("15867010021"), "{report}");
    insta::assert_snapshot!(report);
}

fn context(dataset: &str) -> &'static str {
    if dataset == "FregPerson" { "DigitaleHelgeland" } else { "eBevis" }
}

#[tokio::test]
async fn a_wrong_subscription_key_is_the_gateways_word() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    let mut keys = SubscriptionKeys::new();
    keys.set_default(SubscriptionKey::new(&Secret::from("wrong")).unwrap());
    configuration.subscription_keys = keys;
    let client = configuration.client().unwrap();
    let error =
        client.direct_harvest("UnitBasicInformation").subject("991825827").evidence().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.origin(), error.status()),
        (ErrorKind::Unauthenticated, ErrorOrigin::Gateway, Some(401))
    );
}

#[tokio::test]
async fn the_key_follows_from_what_is_said_or_from_the_metadata() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    let key =
        |name: &str| SubscriptionKey::new(&Secret::from(sandbox.subscription_keys()[name].as_str())).unwrap();
    let mut keys = SubscriptionKeys::new();
    keys.set("eBevis", key("eBevis"));
    keys.set("Tilda", key("Tilda"));
    configuration.subscription_keys = keys;
    let client = configuration.client().unwrap();

    client.direct_harvest("TildaMetadatav1").evidence().await.unwrap();
    let said = client.direct_harvest("UnitBasicInformation").service_context("EBEVIS").subject("991825827");
    said.evidence().await.unwrap();

    let mut report = String::new();
    for harvest in [
        client.direct_harvest("UnitBasicInformation").subject("991825827"),
        client.direct_harvest("SummertSkattegrunnlag").subject(PERSON),
        client.direct_harvest("TildaMetadatav1").service_context("DAN-test"),
        client.direct_harvest("NoSuchDataset"),
    ] {
        let error = harvest.evidence().await.unwrap_err();
        report.push_str(&format!("{}: {error}\n", error.kind().as_str()));
    }
    insta::assert_snapshot!(report);
}

#[tokio::test]
async fn metadata_needs_neither_key_nor_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::builder()
        .base_url(sandbox.base_url())
        .certificate_authorities_pem(sandbox.ca_pem().unwrap())
        .build()
        .unwrap();
    let metadata = client.metadata();
    let all = metadata.evidence_codes().await.unwrap();
    let of_tilda = metadata.evidence_codes_of("tilda").await.unwrap();
    assert!(
        of_tilda.len() < all.len()
            && of_tilda.iter().any(|dataset| dataset.evidence_code_name == "TildaMetadatav1")
    );
    assert!(metadata.evidence_codes_of("Nowhere").await.unwrap().is_empty());
    assert!(metadata.service_contexts().await.unwrap().contains(&"eBevis".to_owned()));
    assert_eq!(metadata.status_codes().await.unwrap().len(), 5);
    assert!(metadata.error_codes().await.unwrap().iter().any(|error| error.code.value() == 3003));
    for request in sandbox.requests() {
        assert!(
            !request.headers.contains_key("authorization")
                && !request.headers.contains_key("ocp-apim-subscription-key")
        );
    }
    let error = client.direct_harvest("UnitBasicInformation").evidence().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}
