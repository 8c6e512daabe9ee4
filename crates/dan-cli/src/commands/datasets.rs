//! `dan datasets`

mod check;
mod codegen;
mod list;
mod ready_command;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::session::Session;

/// For whoever asked for a dataset that there is not.
const HOW_TO_FIND: &str = "'dan datasets list --search TEXT' finds datasets.";

#[derive(Debug, Subcommand)]
pub(crate) enum DatasetsCommand {
    /// List the datasets; with --service-context, those of one service context
    #[command(after_help = "Examples:\n  dan datasets list --service-context eBevis --search skatt\n  \
        dan datasets list --output json > metadata.json")]
    List(ListOptions),
    /// Tell what a dataset holds, what is needed to get it, and how it is asked for
    #[command(after_help = "Example:\n  dan datasets show RestanserV2")]
    Show(ShowOptions),
    /// Write Rust types for datasets: their values, the JSON in them, their parameters
    #[command(
        after_help = "Examples:\n  dan datasets codegen UnitBasicInformation FregPerson --out src/datasets.rs\n  \
        dan datasets codegen FregPerson --from metadata.json --out src/person.rs --check\n\n\
        The code stands on the crates dan-client, serde and serde_json:\n  \
        let unit = client.harvest::<UnitBasicInformation>(\"991825827\").await?;"
    )]
    Codegen(codegen::CodegenOptions),
    /// Tell what changed since the metadata was saved; exit code 8 when something did
    #[command(
        after_help = "Example, for a nightly job:\n  dan datasets list --output json > metadata.json    # once\n  \
        dan datasets check --against metadata.json"
    )]
    Check(CheckOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// Only those whose name or description holds this text, whatever its case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    /// The dataset, as 'dan datasets list' spells it
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// What 'dan datasets list --output json' gave
    #[arg(long, value_name = "FILE")]
    against: PathBuf,
}

pub(crate) async fn run(session: &Session, command: DatasetsCommand) -> Result<(), Failure> {
    match command {
        DatasetsCommand::List(options) => list::run(session, options.search.as_deref()).await,
        DatasetsCommand::Show(options) => show::run(session, &options.name).await,
        DatasetsCommand::Codegen(options) => codegen::run(session, &options).await,
        DatasetsCommand::Check(options) => check::run(session, &options.against).await,
    }
}
