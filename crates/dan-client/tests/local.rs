//! The environment `local`: the service without its gateway, at the address where its developers have it.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::io::Write as _;

use dan_client::model::OrganizationNumber;
use dan_client::{Configuration, DanClient, DatasetRequest, ErrorKind};
use dan_sandbox::{ConsentDecision, Sandbox};

const REQUESTOR: &str = "991825827";
const SUBJECT: &str = "998997801";

/// The port is given, and may be somebody else's. In CI it may not.
async fn start() -> Option<Sandbox> {
    let builder = Sandbox::builder().without_gateway().plain_http(true).port(7071);
    match builder.start().await {
        Ok(sandbox) => Some(sandbox),
        Err(error) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "the port of the environment 'local' is needed: {error}"
            );
            let message = format!("NOT TESTED: {error}; end what listens there\n");
            std::io::stderr().write_all(message.as_bytes()).unwrap();
            None
        }
    }
}

fn client(sandbox: &Sandbox, product_id: &str) -> DanClient {
    let configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    configuration.builder().unwrap().product_id(product_id).build().unwrap()
}

#[tokio::test]
async fn all_that_a_client_does_reaches_a_service_without_gateway() {
    let Some(sandbox) = start().await else { return };
    let client = client(&sandbox, "ebevis-product");
    assert!(!client.metadata().evidence_codes().await.unwrap().is_empty());
    let unit: OrganizationNumber = SUBJECT.parse().unwrap();
    assert!(client.entity_register().unit(&unit).await.unwrap().is_some());
    let open = client.open_data("UnitBasicInformation").identifier(SUBJECT).json().await.unwrap();
    assert_eq!(open["OrganizationNumber"], 998_997_801);
    let evidence = client.direct_harvest("UnitBasicInformation").subject(SUBJECT).await.unwrap();
    assert_eq!(evidence.evidence_values[0].evidence_value_name, "OrganizationNumber");

    let authorization = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .consent_reference("Tender 2026/17")
        .await
        .unwrap();
    let accreditation = authorization.handle();
    sandbox.decide_consent(accreditation.id(), ConsentDecision::Grant, true).unwrap();
    let available = accreditation.wait_until_available().await.unwrap();
    assert_eq!(available.datasets(), ["RestanserV2"]);
    accreditation.harvest("RestanserV2").await.unwrap();
    accreditation.delete().await.unwrap();

    let requests = sandbox.requests();
    let dan: Vec<_> = requests.iter().filter(|request| request.path != "/token").collect();
    assert!(dan.len() > 7 && dan.iter().all(|request| request.path.starts_with("/api/")), "{dan:?}");
    assert!(dan.iter().all(|request| !request.headers.contains_key("ocp-apim-subscription-key")));

    let elsewhere = self::client(&sandbox, "no-such-product");
    let error = elsewhere.direct_harvest("UnitBasicInformation").subject(SUBJECT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServiceFailure, "{error}");
}
