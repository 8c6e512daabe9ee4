//! Metadata, open data and the register, against the sandbox.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::time::Duration;

use dan_client::{Configuration, DanClient, DanClientBuilder, ErrorKind, RetryPolicy};
use dan_sandbox::Sandbox;

async fn start() -> (Sandbox, DanClient) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder(&sandbox).build().unwrap();
    (sandbox, client)
}

fn builder(sandbox: &Sandbox) -> DanClientBuilder {
    Configuration::from_variables(sandbox.variables()).unwrap().builder().unwrap()
}

fn count(sandbox: &Sandbox, path: &str) -> usize {
    sandbox.requests().iter().filter(|request| request.path.ends_with(path)).count()
}

#[tokio::test]
async fn metadata_lives_as_long_as_is_said() {
    let (sandbox, fresh) = start().await;
    fresh.metadata().evidence_codes().await.unwrap();
    fresh.metadata().evidence_codes().await.unwrap();
    assert_eq!(count(&sandbox, "/evidencecodes"), 2);

    let keeping = builder(&sandbox).metadata_life(Duration::from_secs(3600)).build().unwrap();
    for _ in 0..2 {
        keeping.metadata().evidence_codes().await.unwrap();
        keeping.metadata().service_contexts().await.unwrap();
        keeping.metadata().status_codes().await.unwrap();
        keeping.metadata().error_codes().await.unwrap();
    }
    assert_eq!(count(&sandbox, "/evidencecodes"), 3);
    for once in ["/servicecontexts", "/statuscodes", "/errorcodes"] {
        assert_eq!(count(&sandbox, once), 1, "{once}");
    }
}

#[tokio::test]
async fn a_list_that_was_just_read_is_not_read_again() {
    let (sandbox, client) = start().await;
    let error = client.direct_harvest("Unknown").await.unwrap_err();
    assert_eq!((error.kind(), count(&sandbox, "/evidencecodes")), (ErrorKind::NotFound, 1));
    client.direct_harvest("Unknown").await.unwrap_err();
    assert_eq!(count(&sandbox, "/evidencecodes"), 2, "it may be new");
}

/// What comes before the request counts, too.
#[tokio::test]
async fn slow_metadata_does_not_outlast_the_deadline_of_a_call() {
    let (sandbox, client) = start().await;
    let slow = r#"{"path":"*/evidencecodes","times":9,"fault":{"delay_ms":60000}}"#;
    sandbox.inject_fault(slow).unwrap();
    tokio::time::pause();
    let seconds = Duration::from_secs(5);
    let harvest = || client.direct_harvest("TildaMetadatav1").deadline(seconds);
    let permission = client.request_authorization("991825827", "998997801").dataset("TildaMetadatav1");
    let began = tokio::time::Instant::now();
    for error in [
        harvest().await.unwrap_err(),
        harvest().service_context("Tilda").checked().await.unwrap_err(),
        harvest().stream().await.err().unwrap(),
        permission.deadline(seconds).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, true), "{error}");
        assert!(error.to_string().contains("took longer than the call may take, 5.0 s; nothing was sent."));
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(21), "{took:?}");
}

#[tokio::test]
async fn a_key_is_chosen_by_metadata_that_is_read_once() {
    let (sandbox, client) = start().await;
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.direct_harvest("TildaMetadatav1").await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(count(&sandbox, "/evidencecodes"), 1);

    // A dataset that is not known yet may be new.
    let dataset = r#"{"evidenceCode":{"evidenceCodeName":"Brandnew","description":"","isAsynchronous":false,"values":[
        {"evidenceValueName":"a","source":"","valueType":"string"}],"authorizationRequirements":[],
        "belongsToServiceContexts":["Tilda"],"isPublic":false},
        "answer":{"values":[{"evidenceValueName":"a","value":"x"}]}}"#;
    sandbox.put_dataset("Brandnew", dataset).unwrap();
    assert_eq!(client.direct_harvest("Brandnew").subject("991825827").json().await.unwrap(), "x");
    assert_eq!(count(&sandbox, "/evidencecodes"), 2);
}

#[tokio::test]
async fn each_alias_leads_to_the_key_of_its_context() {
    let (sandbox, client) = start().await;
    let alias = |name: &str, context: &str| {
        serde_json::json!({ "evidenceCode": { "evidenceCodeName": name, "description": "", "isAsynchronous": false,
            "values": [{ "evidenceValueName": "a", "source": "", "valueType": "string" }],
            "authorizationRequirements": [], "belongsToServiceContexts": ["DAN-test", "Altinn Studio-apps"],
            "isPublic": false, "serviceContext": context },
            "answer": { "values": [{ "evidenceValueName": "a", "value": context }] } })
        .to_string()
    };
    sandbox.put_dataset("OneAlias", &alias("OneAlias", "DAN-test")).unwrap();
    let harvest = client.direct_harvest("OneAlias").subject("991825827");
    assert_eq!(harvest.json().await.unwrap(), "DAN-test");
    let keys = sandbox.subscription_keys();
    assert!(keys.contains_key("DAN-test") && keys.contains_key("Altinn Studio-apps"));
}

/// The service does not wait less for a source because the caller would.
#[tokio::test]
async fn a_dataset_gets_the_time_that_its_metadata_says() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder(&sandbox).retry_policy(RetryPolicy::never()).build().unwrap();
    let impatient = |dataset: &str, service_context: &str| {
        let harvest = client.direct_harvest(dataset).subject("998997801").timeout(Duration::ZERO);
        harvest.service_context(service_context)
    };
    client.metadata().evidence_codes().await.unwrap();
    impatient("TildaTilsynsrapportv1", "Tilda").await.unwrap();

    let harvest = impatient("TildaTilsynsrapportv1", "Tilda").deadline(Duration::ZERO);
    assert_eq!(harvest.await.unwrap_err().kind(), ErrorKind::Timeout);

    // The metadata says nothing of this one.
    let harvest = impatient("UnitBasicInformation", "eBevis");
    assert_eq!(harvest.await.unwrap_err().kind(), ErrorKind::Timeout);
}

/// The metadata is asked for once, and not at all when something else is wrong.
#[tokio::test]
async fn whoever_mistypes_a_dataset_is_told_which_was_meant() {
    let (sandbox, client) = start().await;
    let harvest =
        |dataset: &str| client.direct_harvest(dataset).service_context("eBevis").subject("991825827");
    harvest("Roller").parameter("farge", "x").await.unwrap_err();
    assert_eq!(count(&sandbox, "/evidencecodes"), 0);

    let request = client.request_authorization("991825827", "998997801").service_context("eBevis");
    for error in [
        harvest("Rollr").await.unwrap_err(),
        harvest("Rollr").stream().await.unwrap_err(),
        client.open_data("Rollr").await.unwrap_err(),
        request.dataset("UnitBasicInformation").dataset("Rollr").await.unwrap_err(),
    ] {
        assert!(error.to_string().ends_with("Did you mean 'Roller'?"), "{error}");
    }
    assert_eq!(count(&sandbox, "/evidencecodes"), 1);
    assert!(!harvest("Regnskap").await.unwrap_err().to_string().contains("Did you mean"));
}

#[tokio::test]
async fn a_unit_that_is_not_there_is_an_ordinary_answer() {
    let (_sandbox, client) = start().await;
    let register = client.entity_register();
    let (known, unknown) = ("991825827".parse().unwrap(), "810305282".parse().unwrap());
    assert_eq!(register.unit(&known).await.unwrap().unwrap().organisasjonsnummer, "991825827".into());
    assert!(register.main_unit(&known).await.unwrap().is_some());
    assert!(!register.hierarchy(&known).await.unwrap().unwrap().unit.navn.is_empty());
    assert!(register.unit(&unknown).await.unwrap().is_none());
    assert!(register.main_unit(&unknown).await.unwrap().is_none());
    assert!(register.hierarchy(&unknown).await.unwrap().is_none());
    assert!(register.subunits(&unknown).await.unwrap().is_empty());
    assert!(!register.is_public_agency(&unknown).await.unwrap());
}

/// The gateway's word that it knows no such address is not the register's that there is no such unit.
#[tokio::test]
async fn a_wrong_address_is_no_absence() {
    let (sandbox, _) = start().await;
    let lost = builder(&sandbox).base_url(format!("{}/elsewhere", sandbox.base_url())).build().unwrap();
    let error = lost.entity_register().unit(&"991825827".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn open_data_keeps_to_its_own_times() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    let unit = || client.open_data("UnitBasicInformation").identifier("991825827");
    unit().timeout(Duration::from_secs(60)).deadline(Duration::from_secs(60)).await.unwrap();
    for impatient in [unit().timeout(Duration::ZERO), unit().deadline(Duration::ZERO)] {
        assert_eq!(impatient.await.unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test]
async fn metadata_and_the_register_keep_to_their_own_times() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    let unit = "991825827".parse().unwrap();
    let (metadata, register) = (client.metadata(), client.entity_register());
    for metadata in [metadata.timeout(Duration::ZERO), metadata.deadline(Duration::ZERO)] {
        assert_eq!(metadata.evidence_codes().await.unwrap_err().kind(), ErrorKind::Timeout);
    }
    for register in [register.timeout(Duration::ZERO), register.deadline(Duration::ZERO)] {
        assert_eq!(register.unit(&unit).await.unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!(sandbox.requests().len(), 0);
    metadata.deadline(Duration::from_secs(60)).evidence_codes().await.unwrap();
    register.deadline(Duration::from_secs(60)).unit(&unit).await.unwrap();
}

#[tokio::test]
async fn open_data_needs_neither_key_nor_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::builder()
        .base_url(sandbox.base_url())
        .certificate_authorities_pem(sandbox.ca_pem().unwrap())
        .build()
        .unwrap();
    let name = client.open_data("unitbasicinformation").identifier("991825827").query("OrganizationName");
    assert!(name.json().await.unwrap().is_string());
    let fields = client.open_data("UnitBasicInformation").identifier("991825827").fields().await.unwrap();
    assert_eq!(fields[0].0, "OrganizationNumber");
    assert_eq!(client.open_data("RestanserV2").json().await.unwrap_err().code(), Some(1006));
    let person = client.open_data("UnitBasicInformation").identifier("15867010022").json().await.unwrap_err();
    assert_eq!(person.kind(), ErrorKind::InvalidRequest);
    assert!(!format!("{person:?}").contains("15867010022"));
}
