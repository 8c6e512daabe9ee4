//! Asks for a permission that takes a consent, waits for it, and harvests everything that it covers.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use dan_client::{DanClient, DatasetRequest, HarvestOutcome};
use dan_sandbox::{ConsentDecision, Sandbox};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let client = DanClient::from_variables(sandbox.variables())?;

    let authorization = client
        .request_authorization("991825827", "998997801")
        .service_context("eBevis")
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .dataset("UnitBasicInformation")
        .consent_reference("Application 2026-17")
        .await?;
    for dataset in authorization.not_granted() {
        println!("{} was not granted", dataset.evidence_code_name);
    }
    println!("whoever represents the subject answers at {}", authorization.consent_url().unwrap_or("-"));

    // Only the id has to be kept: the handle is made again from it, in another process as well.
    let id = authorization.accreditation().id.clone();
    let accreditation = client.accreditation(id.as_str()).service_context("eBevis");
    for status in accreditation.status().await? {
        println!("{}: {}", status.evidence_code_name.unwrap_or_default(), status.status.code);
    }

    // In Altinn, a person decides; here, the sandbox is told what they would say.
    sandbox.decide_consent(&id, ConsentDecision::Grant, true)?;
    accreditation.wait_until_available().deadline(Duration::from_secs(3600)).await?;

    for (dataset, outcome) in accreditation.harvest_all().await?.iter() {
        match outcome {
            HarvestOutcome::Harvested(harvest) => println!("{dataset}: {} values", harvest.fields()?.len()),
            other => println!("{dataset}: {other:?}"),
        }
    }
    Ok(())
}
