//! The command `dan`: data.altinn.no from a keyboard.

mod arguments;
mod commands;
mod failure;
mod settings;
mod wire_log;

use std::io::Write as _;
use std::process::ExitCode;

use arguments::{Arguments, Command, DatasetsCommand, GlobalOptions, OutputForm};
use clap::Parser as _;
use failure::Failure;
use wire_log::{Destination, WireLog};

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { global, command } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return end_by_usage(&error),
    };
    wire_log(&global, &command).install();
    match run(&global, command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure, global.output);
            failure.exit_code()
        }
    }
}

async fn run(global: &GlobalOptions, command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo => commands::demo::run().await,
        Command::Sandbox(options) => commands::sandbox::run(options, global.quiet).await,
        Command::Token(options) => commands::token::run(global, &options).await,
        Command::Datasets(DatasetsCommand::List { search }) => {
            commands::datasets::list(global, search.as_deref()).await
        }
        Command::Harvest(options) => commands::harvest::run(global, options).await,
    }
}

/// The demonstration shows its exchanges as part of its result, the sandbox what it receives.
fn wire_log(global: &GlobalOptions, command: &Command) -> WireLog {
    let exchanges = match command {
        Command::Demo => Some(Destination::StandardOutput),
        _ if global.verbose > 0 => Some(Destination::StandardError),
        _ => None,
    };
    WireLog { exchanges, received: matches!(command, Command::Sandbox(_)) && !global.quiet }
}

/// Standard error may be closed; the exit code says it all the same.
fn tell(failure: &Failure, output: OutputForm) {
    if failure.is_silent() {
        return;
    }
    let line = match output {
        OutputForm::Human => format!("dan: {failure}"),
        OutputForm::Json | OutputForm::Ndjson => failure.to_json(),
    };
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Help and version are no failures. A usage error keeps to JSON where JSON was asked for.
fn end_by_usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && asks_for_json(std::env::args()) {
        let message = error.render().to_string();
        let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
        tell(&Failure::Usage(first.to_owned()), OutputForm::Json);
    } else {
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// The command line could not be read, so its words are looked at.
fn asks_for_json(arguments: impl Iterator<Item = String>) -> bool {
    let words: Vec<String> =
        arguments.flat_map(|word| word.split('=').map(str::to_owned).collect::<Vec<_>>()).collect();
    words.windows(2).any(|pair| pair[0] == "--output" && matches!(pair[1].as_str(), "json" | "ndjson"))
}
