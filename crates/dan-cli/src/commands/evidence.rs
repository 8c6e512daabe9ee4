//! `dan evidence`

use clap::Args;

use crate::commands::harvest_options::HarvestOptions;
use crate::failure::Failure;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dan evidence 0b2c4d6e-8f10-4a3c-9e5d-7f6a5b4c3d2e RestanserV2")]
pub(crate) struct EvidenceOptions {
    /// The accreditation, as 'dan request' gave it
    #[arg(value_name = "ID")]
    accreditation: String,
    /// The dataset
    #[arg(value_name = "NAME")]
    dataset: String,
    #[command(flatten)]
    harvest: HarvestOptions,
}

pub(crate) async fn run(session: &Session, options: EvidenceOptions) -> Result<(), Failure> {
    let accreditation = session.accreditation(options.accreditation)?;
    options.harvest.harvest(session, accreditation.harvest(options.dataset)).await
}
