//! `dan sandbox`

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use dan_sandbox::Sandbox;

use crate::failure::Failure;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  dan sandbox --env-file sandbox.env\n  . ./sandbox.env && dan harvest UnitBasicInformation --subject 991825827"
)]
pub(crate) struct SandboxOptions {
    /// The port of DAN; any free one unless said
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// The port of Maskinporten; any free one unless said
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    maskinporten_port: u16,
    /// The port of DAN for callers with an enterprise certificate; any free one unless said
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    certificate_port: u16,
    /// Serve without TLS
    #[arg(long)]
    plain_http: bool,
    /// Write all variables that 'dan' needs to this file, to be read by a shell
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// Add the datasets of this folder, one JSON file each
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs until interrupted. Standard output gets one line of JSON, when everything is ready.
pub(crate) async fn run(options: SandboxOptions, quiet: bool) -> Result<(), Failure> {
    let mut builder = Sandbox::builder()
        .port(options.port)
        .maskinporten_port(options.maskinporten_port)
        .certificate_port(options.certificate_port)
        .plain_http(options.plain_http);
    if let Some(folder) = &options.data {
        builder = builder.data(folder);
    }
    // Whoever reads that it is ready may interrupt it at once.
    let interruption = interruption()?;
    let sandbox = builder.start().await?;
    let mut ready = sandbox.ready();
    if let Some(path) = &options.env_file {
        sandbox.write_env_file(path).map_err(|error| {
            Failure::Io(format!("the variables cannot be written to '{}'", path.display()), error)
        })?;
        ready.env_file = Some(path.clone());
    }
    if !quiet {
        let _ = writeln!(
            std::io::stderr(),
            "This is a sandbox with invented data, no real service. Stop it with Ctrl-C."
        );
    }
    let line = serde_json::to_string(&ready).unwrap_or_default();
    writeln!(std::io::stdout(), "{line}").map_err(Failure::output)?;
    interruption.await;
    Ok(())
}

/// Ends when the sandbox is to end. It listens from here on, and not only when it is waited for.
#[cfg(unix)]
fn interruption() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let listen = |kind| signal(kind).map_err(cannot_listen);
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn interruption() -> Result<impl Future<Output = ()>, Failure> {
    let mut interrupt = tokio::signal::windows::ctrl_c().map_err(cannot_listen)?;
    Ok(async move {
        interrupt.recv().await;
    })
}

fn cannot_listen(error: std::io::Error) -> Failure {
    Failure::Io("signals cannot be listened to".to_owned(), error)
}
