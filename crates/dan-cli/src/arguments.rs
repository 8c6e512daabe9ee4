//! The command line: the options that every command takes, and the commands.

use std::path::PathBuf;
use std::time::Duration;

use anstyle::Style;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands;
use crate::output::OutputForm;
use crate::output::style::styled;

/// data.altinn.no from a keyboard.
#[derive(Debug, Parser)]
#[command(name = "dan", version, max_term_width = 100, arg_required_else_help = true)]
#[command(disable_help_subcommand = true, override_usage = "dan [OPTIONS] <COMMAND>")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options that every command takes, two to a line where two belong together: one a line would not fit a screen.
const GLOBAL_OPTIONS: &str = "  \
  --env NAME                      production, test (default), development, local
  --base-url URL, --ca-file FILE  another origin; authorities to trust (PEM)
  --profile NAME, --config FILE   a profile of the configuration file; the file
  --service-context NAME          whose subscription key is used
  --auth WAY                      maskinporten, certificate, token or none
  --timeout DURATION              for a call, or a wait with --wait: 30s, 2m
  --output FORM                   human, json (the API's own) or ndjson
  --sandbox                       run this one command against a sandbox
  -v, -vv, -q                     show requests; how they arise, too; be quiet
  -h, --help, -V, --version       help, also of each command; the version";

const NEW_HERE: &str = "\
New here? 'dan demo' shows the whole journey, and needs no credentials.
'dan doctor' tells what is wrong with settings, keys and tokens.";

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
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
    /// Show the whole journey on a sandbox, without credentials
    Demo,
    /// Run a DAN and a Maskinporten on this machine
    Sandbox(commands::sandbox::SandboxOptions),
    /// Write a configuration file, or show the settings in force
    #[command(subcommand)]
    Config(commands::config::ConfigCommand),
    /// Find out what is wrong: settings, key, clock, token, access
    Doctor(commands::doctor::DoctorOptions),
    /// Get an access token, or see what stands in it
    Token(commands::token::TokenOptions),
    /// Look at an enterprise certificate
    #[command(subcommand)]
    Certificate(commands::certificate::CertificateCommand),
    /// See which datasets there are, and what each holds and needs
    #[command(subcommand)]
    Datasets(commands::datasets::DatasetsCommand),
    /// Harvest a dataset with one call
    Harvest(commands::harvest::DirectHarvestOptions),
    /// Ask for authorization to harvest, with consent if needed
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
    /// Write completions, to be read by a shell at its start
    Completions(commands::completions::CompletionsOptions),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    ManualPages(commands::completions::ManualPagesOptions),
}

impl Arguments {
    /// The commands with their help. It tells the global options once, in `dan --help`, so that each help fits a screen.
    pub(crate) fn definition() -> clap::Command {
        let heading = styled(Style::new().bold().underline(), "Options of every command:");
        let mut command = Self::command().after_help(format!("{heading}\n{GLOBAL_OPTIONS}\n\n{NEW_HERE}"));
        command.build();
        without_global_options(&mut command);
        // Those of the whole command alone: of other commands, the help shows them.
        command.mut_args(|argument| argument.hide(true))
    }

    /// Reads the command line.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let mut matches = Self::definition().try_get_matches()?;
        Self::from_arg_matches_mut(&mut matches)
    }
}

/// Leaves the global options out of the help of a command and of those below it.
fn without_global_options(command: &mut clap::Command) {
    let owned = std::mem::take(command);
    *command =
        owned.mut_args(|argument| if argument.is_global_set() { argument.hide(true) } else { argument });
    command.get_subcommands_mut().for_each(without_global_options);
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
    fn the_help_names_every_global_option() {
        for argument in GlobalOptions::augment_args(clap::Command::new("dan")).get_arguments() {
            let long = argument.get_long().unwrap();
            let shown = match (argument.get_short(), argument.get_action().takes_values()) {
                (Some(letter), _) => format!("-{letter}"),
                (None, true) => format!("--{long} {}", argument.get_value_names().unwrap()[0]),
                (None, false) => format!("--{long}"),
            };
            assert!(GLOBAL_OPTIONS.contains(&shown), "{shown}");
        }
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
