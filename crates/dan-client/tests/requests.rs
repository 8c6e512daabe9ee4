//! Every request as it leaves: method, path, query, headers, body. The sandbox masks secrets before it shows them.

use std::time::Duration;

use dan_client::{DanClient, Secret};
use dan_sandbox::{RecordedRequest, Sandbox};

const PERSON: &str = "15867010022";

/// What is the same in every request, or another one at every run.
const LEFT_OUT: [&str; 4] = ["host", "accept-encoding", "content-length", "user-agent"];

/// The requests that the sandbox's DAN received since the last time.
fn sent(sandbox: &Sandbox) -> String {
    let to_dan = |request: &RecordedRequest| request.path.starts_with("/v1");
    let requests = sandbox.requests().into_iter().filter(to_dan).map(|request| outline(&request));
    requests.collect::<Vec<_>>().join("\n")
}

fn outline(request: &RecordedRequest) -> String {
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let mut outline = format!("{} {}{query}\n", request.method, request.path);
    for (name, value) in request.headers.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        outline.push_str(&format!("  {name}: {value}\n"));
    }
    if !request.body.is_empty() {
        outline.push_str(&format!("  {}\n", request.body));
    }
    outline
}

#[tokio::test]
async fn harvests_and_look_ups_leave_as_the_api_has_them() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    let unit =
        || client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827");
    let person = || client.direct_harvest("FregPerson").subject(PERSON);

    let _ = unit().requestor("991825827").await;
    let _ = unit().unenveloped().await;
    let _ = unit().query("OrganizationName").deadline(Duration::from_secs(60)).json().await;
    let _ = unit().stream().await;
    let _ =
        client.direct_harvest("Roller").service_context("eBevis").parameter("RolleFilter", "DAGL æ+&").await;
    let _ = person().reuse_token().await;
    let _ = person().token_on_behalf_of_owner().bytes().await;
    let _ = person().forward_access_token(Secret::from("the-sources-own-token")).fields().await;
    let _ = client.direct_harvest("TildaTilsynsrapportv1").subject("1234567").await;
    let _ = client.open_data("UnitBasicInformation").await;
    let _ = client.open_data("UnitBasicInformation").identifier("991825827").query("OrganizationName").await;
    let number = "991825827".parse().unwrap();
    let register = client.entity_register();
    let _ = register.unit(&number).await;
    let _ = register.main_unit(&number).await;
    let _ = register.subunits(&number).await;
    let _ = register.hierarchy(&number).await;
    let _ = register.is_public_agency(&number).await;
    insta::assert_snapshot!(sent(&sandbox));
}

#[tokio::test]
async fn metadata_is_asked_for_in_the_open() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    let metadata = client.metadata();
    let _ = metadata.evidence_codes().await;
    let _ = metadata.evidence_codes_of("Bits kontrollinformasjon").await;
    let _ = metadata.service_contexts().await;
    let _ = metadata.status_codes().await;
    let _ = metadata.error_codes().await;
    let _ = metadata.usage_of_month().await;
    let _ = metadata.usage_of_last_year().await;
    let _ = metadata.usage_of_all_time().await;
    let _ = metadata.usage_for_digdir().await;
    let _ = metadata.open_api_document().await;
    let _ = metadata.version().await;
    insta::assert_snapshot!(sent(&sandbox));
}
