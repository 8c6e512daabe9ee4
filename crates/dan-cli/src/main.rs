//! The command `dan`: data.altinn.no from a keyboard.

mod arguments;
mod commands;
mod failure;
mod file;
mod input;
mod output;
mod session;
mod wire_log;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use arguments::{Arguments, Command, GlobalOptions};
use failure::Failure;
use output::OutputForm;
use output::style::{BAD, styled};
use session::Session;
use wire_log::{Destination, WireLog};

/// What a shell reports for a process that an interrupt ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let Arguments { global, command } = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(error) => return end_by_usage(&error),
    };
    wire_log(&global, &command).install();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::Io("threads cannot be started".to_owned(), error);
            return tell(&failure, global.output.unwrap_or_default());
        }
    };
    let code = runtime.block_on(run_until_interrupted(global, command));
    // Whatever still waits, such as for a line of standard input, is not waited for.
    runtime.shutdown_background();
    code
}

/// A sandbox runs until it is interrupted; everything else is ended by that, and cleans up as it goes.
async fn run_until_interrupted(global: GlobalOptions, command: Command) -> ExitCode {
    if matches!(command, Command::Sandbox(_)) {
        return run(global, command).await;
    }
    tokio::select! {
        code = run(global, command) => code,
        Ok(()) = tokio::signal::ctrl_c() => ExitCode::from(INTERRUPTED),
    }
}

async fn run(global: GlobalOptions, command: Command) -> ExitCode {
    let form = global.output.unwrap_or_default();
    let session = match Session::start(global).await {
        Ok(session) => session,
        Err(failure) => return tell(&failure, form),
    };
    match Box::pin(commands::run(&session, command)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => tell(&failure, session.form()),
    }
}

/// The demonstration shows its exchanges as part of its result, the sandbox what it receives.
fn wire_log(global: &GlobalOptions, command: &Command) -> WireLog {
    let exchanges = match command {
        Command::Demo => Some(Destination::StandardOutput),
        _ if global.verbose > 0 => Some(Destination::StandardError),
        _ => None,
    };
    WireLog {
        exchanges,
        pipeline: global.verbose > 1,
        warnings: !global.quiet,
        received: matches!(command, Command::Sandbox(_)) && !global.quiet,
    }
}

/// Standard error may be closed; the exit code says it all the same.
fn tell(failure: &Failure, form: OutputForm) -> ExitCode {
    if !failure.is_silent() {
        let text = match form {
            OutputForm::Human => {
                let particulars = failure.particulars().map(|text| format!("\n     ({text})"));
                format!("{} {failure}{}", styled(BAD, "dan:"), particulars.unwrap_or_default())
            }
            OutputForm::Json | OutputForm::Ndjson => failure.to_json(),
        };
        let _ = writeln!(anstream::AutoStream::auto(io::stderr()), "{text}");
    }
    failure.exit_code()
}

/// Help and version are no failures. A usage error keeps to JSON where JSON was asked for.
fn end_by_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match error.print() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => tell(&Failure::output(error), OutputForm::Human),
        };
    }
    if asks_for_json(std::env::args_os()) {
        let message = error.render().to_string();
        let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
        return tell(&Failure::Usage(first.to_owned()), OutputForm::Json);
    }
    let _ = error.print();
    ExitCode::from(2)
}

/// The command line could not be read, so its words are looked at.
fn asks_for_json(arguments: impl Iterator<Item = OsString>) -> bool {
    let words: Vec<String> = arguments
        .flat_map(|word| word.to_string_lossy().split('=').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    words.windows(2).any(|pair| pair[0] == "--output" && matches!(pair[1].as_str(), "json" | "ndjson"))
}
