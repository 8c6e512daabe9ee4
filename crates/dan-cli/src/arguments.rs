//! The command line: the options that every command takes, and the commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands;
use crate::output::OutputForm;

/// data.altinn.no from a keyboard.
#[derive(Debug, Parser)]
#[command(name = "dan", version, max_term_width = 100, arg_required_else_help = true)]
#[command(disable_help_subcommand = true, subcommand_help_heading = "Commands")]
#[command(
    after_help = "New here? 'dan demo' shows the whole journey on your own machine, without credentials.\n\
    'dan COMMAND --help' tells about a command, 'dan doctor' what is wrong with the settings."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
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
    /// The way of authenticating: maskinporten, certificate, token or none
    #[arg(long, global = true, value_name = "WAY")]
    pub(crate) auth: Option<String>,
    /// The profile of the configuration file
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The certificate authorities to trust (PEM), instead of the platform's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// How long a call may take, or a wait with --wait, such as 30s or 2m
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// How results are written: human, json (the API's own) or ndjson (an element a line)
    #[arg(long, global = true, value_enum, hide_possible_values = true, value_name = "FORM")]
    pub(crate) output: Option<OutputForm>,
    /// Run this one command against a sandbox that lives as long as the command
    #[arg(long, global = true, conflicts_with_all = ["env", "base_url", "profile", "config", "ca_file"])]
    pub(crate) sandbox: bool,
    /// Show each request on standard error; twice, also how it came about
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the whole journey on a sandbox: token, metadata, harvest, consent, proof
    Demo,
    /// Run a DAN and a Maskinporten on this machine until interrupted
    Sandbox(commands::sandbox::SandboxOptions),
    /// Write a configuration file, or see which settings are in force
    #[command(subcommand)]
    Config(commands::config::ConfigCommand),
    /// Find out why it does not work: settings, key, clock, token, access
    Doctor(commands::doctor::DoctorOptions),
    /// Get an access token, or see what stands in it
    Token(commands::token::TokenOptions),
    /// Look at an enterprise certificate
    #[command(subcommand)]
    Certificate(commands::certificate::CertificateCommand),
    /// See which datasets there are, what they hold and what they need
    #[command(subcommand)]
    Datasets(commands::datasets::DatasetsCommand),
    /// Harvest a dataset with one call
    Harvest(commands::harvest::DirectHarvestOptions),
    /// Ask for authorization to harvest, with consent where it is needed
    Request(commands::request::RequestOptions),
    /// See how the datasets of an accreditation stand
    Status(commands::status::StatusOptions),
    /// Harvest a dataset through an accreditation
    Evidence(commands::evidence::EvidenceOptions),
    /// List accreditations, delete one, remind of one
    #[command(subcommand)]
    Accreditations(commands::accreditations::AccreditationsCommand),
    /// Get open data, without any key
    OpenData(commands::open_data::OpenDataOptions),
    /// Look up a unit in the entity register
    Unit(commands::unit::UnitOptions),
    /// Check what was harvested against its signature
    Verify(commands::verify::VerifyOptions),
    /// See what the codes of the service mean
    #[command(subcommand)]
    Codes(commands::codes::CodesCommand),
    /// List the service contexts
    ServiceContexts,
    /// See how much the service is used
    #[command(subcommand)]
    Usage(commands::usage::UsageCommand),
    /// Tell the versions of this command and of the service
    Version,
    /// Write shell completions, to be read by the shell at its start
    Completions(commands::completions::CompletionsOptions),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    ManualPages(commands::completions::ManualPagesOptions),
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let mut matches = brief(Self::command()).try_get_matches()?;
        Self::from_arg_matches_mut(&mut matches)
    }
}

/// The global options are told once, by `dan --help`, so that the help of a command fits a screen.
fn brief(mut command: clap::Command) -> clap::Command {
    command.build();
    for subcommand in command.get_subcommands_mut() {
        hide_global_options(subcommand);
    }
    command
}

fn hide_global_options(command: &mut clap::Command) {
    let owned = std::mem::take(command);
    let hidden =
        owned.mut_args(|argument| if argument.is_global_set() { argument.hide(true) } else { argument });
    *command = hidden;
    for subcommand in command.get_subcommands_mut() {
        hide_global_options(subcommand);
    }
}

pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let expected = "give a number and a unit, such as 30s or 2m";
    let duration: jiff::SignedDuration = text.parse().map_err(|_| expected.to_owned())?;
    Duration::try_from(duration)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| expected.to_owned())
}

#[cfg(test)]
mod tests {
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
