//! Writes a binary dataset of any size to a file, whole or not at all, and shows how far it is.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use dan_client::DanClient;
use dan_sandbox::Sandbox;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let client = DanClient::from_variables(sandbox.variables())?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("data.bin");

    let harvest =
        client.direct_harvest("EksempelBinaer").subject("991825827").parameter("antallBytes", "5000000");
    let mut next = 0;
    let stream = harvest.stream().await?.on_progress(move |progress| {
        if progress.received >= next {
            println!("{} bytes have arrived", progress.received);
            next = progress.received + 1_000_000;
        }
    });
    let bytes = stream.save(&file).await?;
    println!("{bytes} bytes are in the file");
    Ok(())
}
