//! `dan harvest`

use clap::Args;

use crate::commands::harvest_options::HarvestOptions;
use crate::failure::Failure;
use crate::input;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dan harvest UnitBasicInformation --subject 991825827\n  \
    dan harvest FregPerson --subject @person.txt --on-behalf-of-owner\n  \
    dan harvest TildaMetadatav1 --key dan.pem --archive received\n\n\
    '-' reads the number from standard input, '@FILE' from a file: others can see\n\
    command lines. --key takes a certificate, too.")]
pub(crate) struct DirectHarvestOptions {
    /// The dataset, as 'dan datasets list' spells it
    #[arg(value_name = "NAME")]
    dataset: String,
    /// Whom it is about: a number, '-' or '@FILE'
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// Who asks, if not the token's organization
    #[arg(long, value_name = "ID")]
    requestor: Option<String>,
    /// A parameter of the dataset; may be repeated
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = input::parameter)]
    parameters: Vec<(String, String)>,
    #[command(flatten)]
    harvest: HarvestOptions,
}

pub(crate) async fn run(session: &Session, options: DirectHarvestOptions) -> Result<(), Failure> {
    let client = session.client()?;
    let mut request = client.direct_harvest(options.dataset);
    if let Some(subject) = options.subject {
        request = request.subject(input::party(subject).await?);
    }
    if let Some(requestor) = options.requestor {
        request = request.requestor(requestor);
    }
    for (name, value) in options.parameters {
        request = request.parameter(name, value);
    }
    options.harvest.harvest(session, request).await
}
