//! Harvests a dataset with one call, in several forms.
//!
//! It runs against a sandbox in the same process. For the service itself, leave the sandbox out, set the variables that
//! `Configuration` lists, and begin with `DanClient::from_environment()?`.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use dan_client::{DanClient, ErrorKind};
use dan_sandbox::Sandbox;
use serde::Deserialize;

/// Members bear the names of the dataset's values.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnitBasicInformation {
    organization_number: u32,
    organization_name: String,
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let client = DanClient::from_variables(sandbox.variables())?;
    let harvest =
        || client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827");

    let unit: UnitBasicInformation = harvest().typed().await?;
    println!("{} is {}", unit.organization_number, unit.organization_name);

    // Awaited, a harvest gives the values in their envelope, with source and time.
    let evidence = harvest().await?;
    for value in evidence.evidence_values.iter().take(3) {
        println!("{} comes from {}", value.evidence_value_name, value.source);
    }

    // The service picks out what is wanted before it sends it.
    println!("transformed: {}", harvest().query("{name: OrganizationName}").json().await?);

    // What cannot work is found before it is sent.
    let wrong = client.direct_harvest("UnitBasicInfomation").service_context("eBevis");
    println!("beforehand: {}", wrong.preflight().await?);

    // What goes wrong is told by its kind.
    match wrong.subject("991825827").await {
        Err(error) if error.kind() == ErrorKind::NotFound => println!("afterwards: {error}"),
        other => println!("unexpected: {other:?}"),
    }
    Ok(())
}
