//! `dan sandbox`

use std::io::Write as _;

use dan_sandbox::Sandbox;

use crate::arguments::SandboxOptions;
use crate::failure::Failure;

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
    interrupted().await
}

#[cfg(unix)]
async fn interrupted() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let cannot_listen = |error| Failure::Io("signals cannot be listened to".to_owned(), error);
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot_listen)?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.map_err(cannot_listen),
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> Result<(), Failure> {
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| Failure::Io("signals cannot be listened to".to_owned(), error))
}
