//! `dan harvest`

use clap::Args;
use dan_client::Harvest;
use serde_json::Value;

use crate::failure::Failure;
use crate::input;
use crate::output::{OutputForm, value, write_bytes, write_text};
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dan harvest UnitBasicInformation --subject 991825827\n  \
    echo 15867010022 | dan harvest FregPerson --subject - --on-behalf-of-owner --no-envelope")]
pub(crate) struct HarvestOptions {
    /// The dataset, as 'dan datasets list' spells it
    #[arg(value_name = "NAME")]
    dataset: String,
    /// Whom it is about; '-' reads the number from standard input, '@FILE' from a file
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// The organization on whose behalf is asked, when it is not the token's
    #[arg(long, value_name = "ID")]
    requestor: Option<String>,
    /// A parameter of the dataset; may be repeated
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = input::parameter)]
    parameters: Vec<(String, String)>,
    /// Leave out the envelope: the values alone
    #[arg(long)]
    no_envelope: bool,
    /// Let the service use the same token towards the data source
    #[arg(long)]
    reuse_token: bool,
    /// Let the service get a token towards the data source on behalf of the token's organization
    #[arg(long)]
    on_behalf_of_owner: bool,
}

pub(crate) async fn run(session: &Session, options: HarvestOptions) -> Result<(), Failure> {
    let client = session.client()?;
    let mut harvest = client.direct_harvest(options.dataset);
    if let Some(subject) = options.subject {
        harvest = harvest.subject(input::party(subject).await?);
    }
    if let Some(requestor) = options.requestor {
        harvest = harvest.requestor(requestor);
    }
    if options.reuse_token {
        harvest = harvest.reuse_token();
    }
    if options.on_behalf_of_owner {
        harvest = harvest.token_on_behalf_of_owner();
    }
    for (name, value) in options.parameters {
        harvest = harvest.parameter(name, value);
    }
    if options.no_envelope {
        print_unenveloped(&harvest.unenveloped().await?, session.form())
    } else {
        print_enveloped(&harvest.enveloped().await?, session.form())
    }
}

/// A dataset of bytes has no envelope, whatever was asked for.
fn print_enveloped(harvest: &Harvest, form: OutputForm) -> Result<(), Failure> {
    if !harvest.is_json() {
        return write_bytes(harvest.bytes());
    }
    let evidence = harvest.evidence()?;
    match form {
        OutputForm::Human => write_text(&value::values(&evidence.evidence_values)),
        OutputForm::Json => write_line(harvest.bytes()),
        OutputForm::Ndjson => form.print_list(&evidence.evidence_values, String::new),
    }
}

/// For people, JSON is indented and a text alone is without its quotes; bytes go through as they are.
fn print_unenveloped(harvest: &Harvest, form: OutputForm) -> Result<(), Failure> {
    if !harvest.is_json() {
        return write_bytes(harvest.bytes());
    }
    match (form, harvest.json()?) {
        (OutputForm::Human, Value::String(text)) => write_line(text.as_bytes()),
        (OutputForm::Human, _) => {
            let indented = std::str::from_utf8(harvest.bytes()).ok().and_then(value::indented);
            write_line(indented.as_ref().map_or(harvest.bytes(), |text| text.as_bytes()))
        }
        (OutputForm::Json | OutputForm::Ndjson, _) => write_line(harvest.bytes()),
    }
}

fn write_line(bytes: &[u8]) -> Result<(), Failure> {
    write_bytes(&[bytes, b"\n"].concat())
}
