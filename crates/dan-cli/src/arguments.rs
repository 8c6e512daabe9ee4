//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// data.altinn.no from a keyboard.
#[derive(Debug, Parser)]
#[command(name = "dan", version, max_term_width = 100)]
#[command(after_help = "Try 'dan demo': the whole journey on your own machine, without credentials.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalOptions {
    /// The installation: production, test, development or local [default: test]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Another origin instead of the installation's
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The service context whose subscription key is used
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) service_context: Option<String>,
    /// The certificate authorities to trust (PEM), instead of the platform's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// How long a request may take, such as 30s or 2m
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// How results are written: human, json (the API's own) or ndjson (one element a line)
    #[arg(long, global = true, value_enum, hide_possible_values = true)]
    #[arg(value_name = "FORM", default_value_t = OutputForm::Human)]
    pub(crate) output: OutputForm,
    /// Show each request on standard error
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

/// How results are written to standard output, and errors to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputForm {
    /// For people
    Human,
    /// The API's own JSON
    Json,
    /// JSON, one element a line
    Ndjson,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the whole journey on a sandbox: key, token, metadata, harvest
    Demo,
    /// Run a DAN and a Maskinporten on this machine until interrupted
    Sandbox(SandboxOptions),
    /// Get an access token
    Token(TokenOptions),
    /// See which datasets there are
    #[command(subcommand)]
    Datasets(DatasetsCommand),
    /// Harvest a dataset with one call
    Harvest(HarvestOptions),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  dan sandbox --env-file sandbox.env\n  . ./sandbox.env && dan harvest UnitBasicInformation --subject 991825827"
)]
pub(crate) struct SandboxOptions {
    /// The port of DAN; any free one unless said
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// The port of Maskinporten; any free one unless said
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) maskinporten_port: u16,
    /// Port of DAN for callers with an enterprise certificate; 0 for any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) certificate_port: u16,
    /// Serve without TLS
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// Write all variables that 'dan' needs to this file, to be read by a shell
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Add the datasets of this folder, one JSON file each
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TokenOptions {
    /// Show what stands in the token instead: organisation, scopes, expiry
    #[arg(long)]
    pub(crate) claims: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DatasetsCommand {
    /// List the datasets; with --service-context, those of one service context
    List {
        /// Only those whose name or description holds this text, whatever its case
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dan harvest UnitBasicInformation --subject 991825827")]
pub(crate) struct HarvestOptions {
    /// The dataset, as 'dan datasets list' spells it
    #[arg(value_name = "NAME")]
    pub(crate) dataset: String,
    /// Whom it is about: an organization number, or what the dataset takes; '-' reads it from standard input,
    /// '@FILE' from a file
    #[arg(long, value_name = "ID")]
    pub(crate) subject: Option<String>,
    /// The organization on whose behalf is asked, when it is not the token's
    #[arg(long, value_name = "ID")]
    pub(crate) requestor: Option<String>,
    /// A parameter of the dataset; may be repeated
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Leave out the envelope: the values alone
    #[arg(long)]
    pub(crate) no_envelope: bool,
    /// Let the service use the same token towards the data source
    #[arg(long)]
    pub(crate) reuse_token: bool,
    /// Let the service get a token towards the data source on behalf of the token's organization
    #[arg(long)]
    pub(crate) on_behalf_of_owner: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    let expected = "give a number and a unit, such as 30s or 2m";
    let duration: jiff::SignedDuration = text.parse().map_err(|_| expected.to_owned())?;
    Duration::try_from(duration)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| expected.to_owned())
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("give it as KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        for refused in ["", "30", "-5s", "0s", "soon"] {
            assert!(duration(refused).is_err(), "{refused}");
        }
    }
}
