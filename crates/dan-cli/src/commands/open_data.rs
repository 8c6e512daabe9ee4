//! `dan open-data`

use clap::Args;

use crate::commands::harvest_options;
use crate::failure::Failure;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dan open-data UnitBasicInformation 991825827")]
pub(crate) struct OpenDataOptions {
    /// The dataset, which must be a public one
    #[arg(value_name = "NAME")]
    dataset: String,
    /// Which part of it is asked for, such as an organization number
    #[arg(value_name = "IDENTIFIER")]
    identifier: Option<String>,
    /// Let the service transform it by a JMESPath expression
    #[arg(long, value_name = "JMESPATH")]
    query: Option<String>,
}

pub(crate) async fn run(session: &Session, options: OpenDataOptions) -> Result<(), Failure> {
    let client = session.public_client()?;
    let mut request = client.open_data(options.dataset);
    if let Some(identifier) = options.identifier {
        request = request.identifier(identifier);
    }
    if let Some(expression) = options.query {
        request = request.query(expression);
    }
    let harvest = session.progress().during("asking for open data", request.send()).await?;
    harvest_options::print(session.form(), &harvest)
}
